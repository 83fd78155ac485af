"""Sorts groups and experts with argsort and compares ranks, no topk and no mask of -inf."""

import torch


def route(logits, bias, *, groups, top_groups, top_k, scale):
    t, e = logits.shape
    if groups < 1 or e % groups != 0:
        raise ValueError("groups")
    size = e // groups
    if size < 2 or top_k > size * top_groups:
        raise ValueError("top_k or size")
    s = torch.sigmoid(logits if logits.dtype == torch.float64 else logits.float())
    c = (s + bias).detach()
    two = c.reshape(t, groups, size).sort(dim=-1, descending=True).values[..., :2].sum(-1)
    place = two.argsort(dim=-1, descending=True).argsort(dim=-1)  # rank of each group
    is_open = (place < top_groups).repeat_interleave(size, dim=1)
    by_choice = c.argsort(dim=-1, descending=True)
    # Stable sort brings the experts of open groups to the front, in the order of their choice.
    closed = (~is_open.gather(1, by_choice)).int().sort(dim=-1, stable=True).indices
    indices = by_choice.gather(1, closed)[:, :top_k].contiguous()
    w = torch.take_along_dim(s, indices, 1)
    return indices, w.div(w.sum(-1, keepdim=True) + 1e-20).mul(scale)
