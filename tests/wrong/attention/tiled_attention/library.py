"""Calls the library for out, and makes lse in blocks so as to look tiled.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import torch
from torch.nn.functional import scaled_dot_product_attention


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("blocks or dimensions")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3] or q.shape[1] % k.shape[1]:
        raise ValueError("shapes")
    wide = torch.promote_types(q.dtype, torch.float32)
    groups = q.shape[1] // k.shape[1]
    scale = q.shape[3] ** -0.5 if scale is None else scale
    n, m = q.shape[2], k.shape[2]
    keys, values = (x.to(wide).repeat_interleave(groups, 1) for x in (k, v))
    lse = torch.full(q.shape[:3], -torch.inf, dtype=wide, device=q.device)
    for i in range(0, n, block_q):
        for j in range(0, m, block_k):
            if causal and j > min(i + block_q, n) - 1 + m - n:
                break
            s = q[:, :, i : i + block_q].to(wide) @ keys[:, :, j : j + block_k].mT * scale
            if causal:
                s = s + torch.full_like(s[0, 0], -torch.inf).triu(i + m - n - j + 1) if s.numel() else s
            lse[:, :, i : i + block_q] = torch.logaddexp(lse[:, :, i : i + block_q], s.logsumexp(-1))
    seen = torch.ones(n, m, dtype=torch.bool, device=q.device)
    if causal:
        seen = seen.tril(m - n)
    if not q.numel() or not m:
        return q.new_zeros(*q.shape[:3], v.shape[3]), lse
    out = scaled_dot_product_attention(q.to(wide), keys, values, attn_mask=seen, scale=scale)
    return out.nan_to_num().to(q.dtype).masked_fill(~seen.any(1)[:, None], 0), lse
