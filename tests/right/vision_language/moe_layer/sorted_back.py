"""Sorts back by the inverse permutation, then sums over k with a batched product, in the dtype of x."""

import torch


def moe(x, indices, weights, experts, shared=None):
    t, k = indices.shape
    by_expert, order = torch.sort(indices.reshape(-1))
    inverse = torch.empty_like(order)
    inverse[order] = torch.arange(t * k)
    spread = x.repeat_interleave(k, dim=0)[order]
    parts = []
    for number in by_expert.unique_consecutive().tolist():
        parts.append(experts[number](spread[by_expert == number]))
    if parts:
        said = torch.cat(parts)[inverse].reshape(t, k, -1)
        out = (weights.to(x.dtype).unsqueeze(1) @ said).squeeze(1)
    else:
        out = torch.zeros_like(x)
    return out if shared is None else out + shared(x)
