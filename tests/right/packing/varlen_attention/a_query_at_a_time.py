"""A query at a time, with the sums written out."""

import torch
import torch.nn.functional as F


def check(q, k, v, cu_seqlens):
    if q.ndim != 3 or k.shape != q.shape or v.shape != q.shape or cu_seqlens.ndim != 1:
        raise ValueError("shapes")
    borders = cu_seqlens.tolist()
    if not borders or borders[0] != 0 or borders[-1] != q.shape[0] or any(b < a for a, b in zip(borders, borders[1:])):
        raise ValueError("cu_seqlens")
    return borders


def varlen_attention(q, k, v, cu_seqlens, *, causal=False, scale=None):
    borders = check(q, k, v, cu_seqlens)
    if scale is None:
        scale = 1 / q.shape[2] ** 0.5
    wide = torch.float64 if q.dtype == torch.float64 else torch.float32
    rows = []
    for a, b in zip(borders, borders[1:]):
        for i in range(a, b):
            end = i + 1 if causal else b
            scores = torch.einsum("hd,jhd->jh", q[i].to(wide), k[a:end].to(wide)) * scale
            weights = (scores - scores.amax(0)).exp()
            weights = weights / weights.sum(0)
            rows.append(torch.einsum("jh,jhd->hd", weights, v[a:end].to(wide)).to(q.dtype))
    return torch.stack(rows) if rows else torch.empty_like(q)
