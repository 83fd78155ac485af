"""Library attention over the whole row, with a mask of T x T.

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
    places = torch.arange(len(q), device=q.device)
    owner = torch.searchsorted(cu_seqlens.long(), places, right=True)
    seen = owner[:, None] == owner
    if causal:
        seen = seen & (places <= places[:, None])
    heads = (x.transpose(0, 1)[None] for x in (q, k, v))
    return F.scaled_dot_product_attention(*heads, attn_mask=seen, scale=scale)[0].transpose(0, 1).contiguous()
