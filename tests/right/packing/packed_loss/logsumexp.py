"""logsumexp minus the target's logit, places picked by index."""

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
    check(logits, labels, cu_seqlens)
    wide = torch.promote_types(logits.dtype, torch.float32)
    places = torch.arange(len(labels), device=labels.device)
    owner = torch.searchsorted(cu_seqlens.long(), places, right=True)
    ok = torch.zeros(len(labels), dtype=torch.bool, device=labels.device)
    ok[1:] = (owner[1:] == owner[:-1]) & (labels[1:] != ignore_index)
    at = ok.nonzero().flatten()
    rows = logits.index_select(0, at - 1).to(wide)
    losses = torch.logsumexp(rows, 1) - rows[torch.arange(len(at), device=at.device), labels[at]]
    return losses.sum() / max(len(at), 1)
