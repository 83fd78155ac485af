"""Blocks of queries against the whole row behind a mask: what is infinite elsewhere leaks in as NaN.

caught_by: test_no_bit_of_a_sequence_depends_on_another
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
    of_q, of_k, of_v = (x.to(wide).transpose(0, 1) for x in (q, k, v))
    places = torch.arange(len(q), device=q.device)
    owner = torch.searchsorted(cu_seqlens.long(), places, right=True)
    out = torch.empty_like(q)
    for i in range(0, len(q), 16):
        seen = owner[i : i + 16, None] == owner
        if causal:
            seen = seen & (places <= places[i : i + 16, None])
        scores = (of_q[:, i : i + 16] @ of_k.mT * scale).masked_fill(~seen, -torch.inf)
        out[i : i + 16] = (scores.softmax(-1) @ of_v).transpose(0, 1)
    return out
