"""Places in chunks of eight, so that never all probabilities are there at a time; sums are carried along."""

import itertools

import torch


def packed_loss(logits, labels, cu_seqlens, *, ignore_index=-100):
    if logits.dim() != 2 or tuple(labels.shape) != (logits.size(0),):
        raise ValueError("logits and labels")
    if cu_seqlens.dim() != 1 or cu_seqlens.numel() == 0:
        raise ValueError("cu_seqlens")
    if cu_seqlens[0] != 0 or cu_seqlens[-1] != labels.size(0) or (cu_seqlens.diff() < 0).any():
        raise ValueError("cu_seqlens")
    wide = torch.float64 if logits.dtype == torch.float64 else torch.float32
    pairs = [
        (t, t + 1)
        for a, b in itertools.pairwise(cu_seqlens.tolist())
        for t in range(a, b - 1)
        if labels[t + 1] != ignore_index
    ]
    total = (logits[:0].to(wide)).sum()
    for i in range(0, len(pairs), 8):
        at, of = (list(each) for each in zip(*pairs[i : i + 8]))
        chunk = torch.log_softmax(logits[at].to(wide), dim=-1)
        total = total - chunk[range(len(of)), labels[of]].sum()
    return total.div(len(pairs) or 1)
