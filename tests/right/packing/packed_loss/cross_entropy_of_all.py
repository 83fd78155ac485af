"""Library cross entropy over all places, with labels shifted and the borders ignored."""

import torch
import torch.nn.functional as F


def check(logits, labels, cu_seqlens):
    if logits.ndim != 2 or labels.ndim != 1 or len(labels) != len(logits) or cu_seqlens.ndim != 1:
        raise ValueError("shapes")
    borders = cu_seqlens.tolist()
    if not borders or borders[0] != 0 or borders[-1] != len(labels) or any(b < a for a, b in zip(borders, borders[1:])):
        raise ValueError("cu_seqlens")
    return borders


def packed_loss(logits, labels, cu_seqlens, *, ignore_index=-100):
    borders = check(logits, labels, cu_seqlens)
    targets = labels.clone()
    for start in borders[:-1]:
        if start < len(targets):
            targets[start] = ignore_index
    targets = torch.cat([targets[1:], targets.new_full((1,), ignore_index)])[: len(labels)]
    count = int((targets != ignore_index).sum())
    logits = logits.double() if logits.dtype == torch.float64 else logits.float()
    return F.cross_entropy(logits, targets, ignore_index=ignore_index, reduction="sum") / max(count, 1)
