"""Multiplies and sums key by key, without any matrix product, and merges each key into (out, lse) as a state of its own."""

import torch


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1:
        raise ValueError("blocks")
    if any(x.dim() != 4 for x in (q, k, v)) or k.shape[:3] != v.shape[:3]:
        raise ValueError("shapes")
    if q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3] or not k.shape[1] or q.shape[1] % k.shape[1]:
        raise ValueError("shapes")
    heads, queries, keys = q.shape[1], q.shape[2], k.shape[2]
    wide = torch.float64 if q.dtype == torch.float64 else torch.float32
    scale = q.shape[3] ** -0.5 if scale is None else scale
    out = torch.zeros(*q.shape[:3], v.shape[3], dtype=wide, device=q.device)
    lse = torch.full(q.shape[:3], -torch.inf, dtype=wide, device=q.device)
    source = torch.arange(heads, device=q.device) // (heads // k.shape[1])
    for j in range(keys):
        first = max(0, j - (keys - queries)) if causal else 0
        for i in range(first, queries, block_q):
            rows = slice(i, min(queries, i + block_q))
            s = (q[:, :, rows].to(wide) * k[:, source, j, None].to(wide)).sum(-1) * scale
            new = torch.logaddexp(lse[:, :, rows], s)
            out[:, :, rows] = out[:, :, rows] * (lse[:, :, rows] - new).exp()[..., None] + (s - new).exp()[
                ..., None
            ] * v[:, source, j, None].to(wide)
            lse[:, :, rows] = new
    return out.to(q.dtype), lse
