"""All sequences at once, padded to the longest one, the padding hidden by a mask."""

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
    if not len(q):
        return q.new_empty(q.shape)
    lengths = torch.tensor([b - a for a, b in zip(borders, borders[1:])], device=q.device)
    places = torch.arange(int(lengths.max()), device=q.device)
    there = places < lengths[:, None]  # (B, L)
    wide = torch.promote_types(q.dtype, torch.float32)

    def padded(x):
        batch = torch.zeros(*there.shape, *x.shape[1:], dtype=wide, device=x.device)
        batch[there] = x.detach().to(wide)
        return batch.permute(0, 2, 1, 3)

    scores = padded(q) @ padded(k).transpose(-1, -2)
    scores = scores * (q.shape[-1] ** -0.5 if scale is None else scale)
    seen = there[:, None, None, :].expand(-1, 1, len(places), -1)
    if causal:
        seen = seen & (places <= places[:, None])
    scores = scores.masked_fill(~seen, float("-inf"))
    weights = torch.softmax(scores, -1).nan_to_num(0.0) if not scores.isnan().any() else torch.softmax(scores, -1)
    return (weights @ padded(v)).permute(0, 2, 1, 3)[there].to(q.dtype)
