"""A running softmax over blocks of eight keys, sequence by sequence, after the weights were scaled by their sum."""

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
    T, H, d = q.shape
    scale = d**-0.5 if scale is None else scale
    wide = torch.promote_types(q.dtype, torch.float32)
    out = torch.zeros(T, H, d, dtype=q.dtype, device=q.device)
    for a, b in zip(borders, borders[1:]):
        m = torch.full((H, b - a, 1), -torch.inf, dtype=wide, device=q.device)
        total = torch.zeros_like(m)
        o = torch.zeros(H, b - a, d, dtype=wide, device=q.device)
        mine = q[a:b].detach().to(wide).transpose(0, 1)
        for j in range(a, b, 8):
            keys, values = (x[j : min(j + 8, b)].detach().to(wide).transpose(0, 1) for x in (k, v))
            scores = torch.matmul(mine, keys.transpose(1, 2)) * scale
            if causal:
                i = torch.arange(a, b, device=q.device)
                future = torch.arange(j, j + keys.shape[1], device=q.device) > i[:, None]
                scores = scores.masked_fill(future, -torch.inf)
            new = torch.maximum(m, scores.amax(-1, keepdim=True))
            p = (scores - new).exp()
            shrink = (m - new).exp()
            total = total * shrink + p.sum(-1, keepdim=True)
            o = o * shrink + p @ values
            m = new
        out[a:b] = (o / total).transpose(0, 1).to(q.dtype)
    return out
