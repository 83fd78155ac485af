"""Pads all sequences to one length and forgets to hide the padding: keys of 0 have a weight, too.

caught_by: test_every_sequence_gets_what_it_would_get_alone
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
    borders = check(q, k, v, cu_seqlens)
    lengths = [b - a for a, b in zip(borders, borders[1:])]
    longest = max(lengths, default=0)
    wide = torch.promote_types(q.dtype, torch.float32)
    batches = []
    for x in (q, k, v):
        batch = torch.zeros(len(lengths), longest, *q.shape[1:], dtype=wide, device=q.device)
        for b, length in enumerate(lengths):
            batch[b, :length] = x[borders[b] : borders[b + 1]].to(wide)
        batches.append(batch.transpose(1, 2))
    if not len(q):
        return torch.empty_like(q)
    result = F.scaled_dot_product_attention(*batches, is_causal=causal, scale=scale).transpose(1, 2)
    return torch.cat([result[b, :length] for b, length in enumerate(lengths)]).to(q.dtype)
