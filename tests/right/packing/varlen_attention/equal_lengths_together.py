"""Sequences of the same length in one batch, with bmm; the causal mask is added as -inf."""

from collections import defaultdict

import torch


def varlen_attention(q, k, v, cu_seqlens, *, causal=False, scale=None):
    if q.dim() != 3 or q.size() != k.size() or q.size() != v.size():
        raise ValueError("q, k, v")
    if cu_seqlens.dim() != 1 or cu_seqlens.numel() == 0 or cu_seqlens[0] != 0 or cu_seqlens[-1] != q.size(0):
        raise ValueError("cu_seqlens")
    if (cu_seqlens[1:] < cu_seqlens[:-1]).any():
        raise ValueError("cu_seqlens falls")
    wide = torch.promote_types(q.dtype, torch.float32)
    scale = q.size(2) ** -0.5 if scale is None else scale
    starts = defaultdict(list)
    for b in range(cu_seqlens.numel() - 1):
        starts[int(cu_seqlens[b + 1] - cu_seqlens[b])].append(int(cu_seqlens[b]))
    result = torch.zeros(q.shape, dtype=q.dtype, device=q.device)
    for length, places in starts.items():
        if length == 0:
            continue
        index = torch.tensor(places, device=q.device)[:, None] + torch.arange(length, device=q.device)

        def heads(x):  # (sequences * H, L, d)
            return x[index].to(wide).transpose(1, 2).reshape(-1, length, q.size(2))

        scores = torch.bmm(heads(q), heads(k).transpose(1, 2)) * scale
        if causal:
            scores = scores + torch.full((length, length), -torch.inf, dtype=wide, device=q.device).triu(1)
        done = torch.bmm(torch.softmax(scores, dim=2), heads(v))
        done = done.view(len(places), q.size(1), length, q.size(2)).transpose(1, 2)
        result[index] = done.to(q.dtype)
    return result
