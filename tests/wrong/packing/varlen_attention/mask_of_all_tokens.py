"""One mask of T x T, head by head: right, and just what packing was to avoid.

caught_by: test_no_matrix_of_all_tokens_by_all_tokens_is_made
"""

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
    check(q, k, v, cu_seqlens)
    scale = q.shape[2] ** -0.5 if scale is None else scale
    wide = torch.promote_types(q.dtype, torch.float32)
    places = torch.arange(len(q), device=q.device)
    owner = torch.searchsorted(cu_seqlens.long(), places, right=True)
    seen = owner[:, None] == owner
    if causal:
        seen = seen & (places <= places[:, None])
    out = torch.empty_like(q)
    for h in range(q.shape[1]):
        scores = (q[:, h].to(wide) @ k[:, h].to(wide).mT * scale).masked_fill(~seen, -torch.inf)
        out[:, h] = scores.softmax(-1) @ v[:, h].to(wide)
    return out
