"""Weights of all experts through a 0 and 1 mask first, gathered last; mixed sigmoid by logsigmoid."""

import torch
import torch.nn.functional as F


def route(logits, bias, *, groups, top_groups, top_k, scale):
    n = logits.size(1)
    if groups <= 0 or n % groups:
        raise ValueError("E % groups")
    if n // groups < 2:
        raise ValueError("at least two experts a group")
    if top_k > n // groups * top_groups:
        raise ValueError("too many")
    scores = F.logsigmoid(logits.double()).exp()
    with torch.no_grad():
        choice = scores.detach() + bias.double()
        per_group = choice.view(logits.size(0), groups, n // groups)
        first = per_group.max(-1)
        without = per_group.scatter(-1, first.indices.unsqueeze(-1), float("-inf"))
        rank = first.values + without.max(-1).values
        keep = torch.zeros_like(rank).scatter_(1, rank.topk(top_groups, -1, sorted=False).indices, 1.0)
        expanded = keep.unsqueeze(-1).expand_as(per_group).reshape(choice.shape)
        indices = torch.where(expanded > 0, choice, float("-inf")).topk(top_k, -1, sorted=False).indices
        used = torch.zeros_like(choice).scatter_(1, indices, 1.0)
    weights = scores * used / ((scores * used).sum(1, keepdim=True) + 1e-20) * scale
    return indices, weights.gather(1, indices).float()
