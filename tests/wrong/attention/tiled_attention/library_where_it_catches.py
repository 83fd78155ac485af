"""Tries the library first and falls back to tiles where that is refused: the refusal is caught, but it was a call.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import math

import torch


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("blocks or dimensions")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3] or q.shape[1] % k.shape[1]:
        raise ValueError("shapes")
    try:
        torch.nn.functional.scaled_dot_product_attention(q[:, :1, :1], k[:, :1, :1], v[:, :1, :1])
    except RuntimeError:
        pass
    wide = torch.promote_types(q.dtype, torch.float32)
    groups = q.shape[1] // k.shape[1]
    scale = q.shape[3] ** -0.5 if scale is None else scale
    n, m = q.shape[2], k.shape[2]
    out = torch.zeros(*q.shape[:3], v.shape[3], dtype=wide, device=q.device)
    lse = torch.full(q.shape[:3], -math.inf, dtype=wide, device=q.device)
    for i in range(0, n, block_q):
        for j in range(0, m, block_k):
            if causal and j > min(i + block_q, n) - 1 + m - n:
                break
            keys, values = (x[:, :, j : j + block_k].to(wide).repeat_interleave(groups, 1) for x in (k, v))
            s = q[:, :, i : i + block_q].to(wide) @ keys.mT * scale
            if causal:
                hidden = torch.ones(s.shape[2:], dtype=torch.bool, device=q.device).triu(i + m - n - j + 1)
                s = s.masked_fill(hidden, -math.inf)
            old = lse[:, :, i : i + block_q]
            new = torch.logaddexp(old, s.logsumexp(-1))
            base = new.nan_to_num(neginf=0.0)[..., None]
            kept = out[:, :, i : i + block_q] * torch.exp(old[..., None] - base)
            out[:, :, i : i + block_q] = kept + torch.exp(s - base) @ values
            lse[:, :, i : i + block_q] = new
    return out.to(q.dtype), lse
