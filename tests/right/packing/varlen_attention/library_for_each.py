"""Library attention, sequence by sequence."""

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
    pieces = [q.new_empty(0, *q.shape[1:])]
    for a, b in zip(borders, borders[1:]):
        if a == b:
            continue
        heads = (x[a:b].transpose(0, 1).unsqueeze(0) for x in (q, k, v))
        piece = F.scaled_dot_product_attention(*heads, is_causal=causal, scale=scale)
        pieces.append(piece.squeeze(0).transpose(0, 1))
    return torch.cat(pieces)
