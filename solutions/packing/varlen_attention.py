"""Attention over a packed row: every sequence sees itself and nothing else.

Several sequences lie in one row, one after the other, and ``cu_seqlens`` says where each begins.
Attention must stay inside: to a sequence it is as if the others were not there.

    cu_seqlens 0 2 2 5       keys   0 1   2 3 4        causal   0 1   2 3 4
                     query 0        x x                         x
                     query 1        x x                         x x
                     query 2              x x x                       x
                     query 3              x x x                       x x
                     query 4              x x x                       x x x

The obvious way is a mask of T x T, and it is what packing was to avoid: eight sequences of 2,000
tokens fill one eighth of a matrix of 256 million scores per head. FlashAttention's varlen
functions take ``cu_seqlens`` in place of a mask.

No such matrix may be made here. With eight sequences or more of about the same length, no tensor
or array has, over all its heads, T * T elements or more. Scores of every sequence at its own
length are fine, and so are scores of all sequences, padded to one length. Library attention is
allowed too, sequence by sequence.

The trap: "hidden by a mask" is not "not there". A weight of 0 times an infinite value is NaN, so
one sequence that overflows can spoil all the others.

Level: 3
Needs: packing/unpad_input
Source: Dao, FlashAttention-2, arXiv:2307.08691; flash_attn_varlen_func
Time: O(sum of L^2 H d) over the lengths L
Space: O(H L^2) a sequence, beside the result
"""

from itertools import pairwise

import torch
from torch import Tensor


def varlen_attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    cu_seqlens: Tensor,
    *,
    causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """softmax(scale * q k^T) v inside of each sequence of a packed row.

    Args:
        q: (T, H, d) with d of 1 or more, in float16, bfloat16, float32 or float64; any tensor may
            require a gradient, and none is changed.
        k: likewise, of the shape and dtype of ``q``.
        v: likewise.
        cu_seqlens: (B + 1,), int32 or int64: sequence b is the tokens from cu_seqlens[b] up to
            cu_seqlens[b + 1], without the latter. It begins with 0, ends with T and never falls;
            where it stays, a sequence is empty.
        causal: a token sees the tokens of its sequence up to itself, itself included.
        scale: factor of the scores, above 0; 1 / sqrt(d) by default.

    Returns:
        A new tensor (T, H, d) of the dtype of ``q``. Scores, weights and sums are computed in
        float32, or in float64 where q is. The result of a sequence does not change by a single bit
        when values of other sequences do, be they infinite or NaN.

    Raises:
        ValueError: q, k and v do not all have the same shape (T, H, d); ``cu_seqlens`` has not one
            dimension, is empty, does not begin with 0, falls somewhere, or does not end with T.

    Example:
        >>> q = k = torch.zeros(5, 1, 1)
        >>> v = torch.tensor([2.0, 4.0, 1.0, 3.0, 8.0]).view(5, 1, 1)
        >>> varlen_attention(q, k, v, torch.tensor([0, 2, 2, 5])).flatten()
        tensor([3., 3., 4., 4., 4.])
        >>> varlen_attention(q, k, v, torch.tensor([0, 2, 2, 5]), causal=True).flatten()
        tensor([2., 3., 1., 2., 4.])

    Limits: whether the result is differentiable is left open. So is, with ``causal``, what infinite
    values and NaN of later tokens of the same sequence do.
    """
    borders = _borders(q, k, v, cu_seqlens)
    scale = q.shape[2] ** -0.5 if scale is None else scale
    wide = torch.promote_types(q.dtype, torch.float32)
    out = torch.empty_like(q)
    # hint: What is a packed row if you cut it at its borders? A list of plain problems, each with
    # as many queries as keys.
    for start, end in pairwise(borders):
        # hint: A product of matrices works on the last two dimensions, and heads are not one of
        # them: (H, L, d) is the shape to compute in.
        of_q, of_k, of_v = (x[start:end].to(wide).transpose(0, 1) for x in (q, k, v))
        scores = of_q @ of_k.mT * scale  # (H, L, L)
        if causal:
            # hint: Both sequences begin at the same place, so the future is what lies above the
            # main diagonal, wherever the sequence stands in the row.
            future = torch.ones(scores.shape[1:], dtype=torch.bool, device=q.device).triu(1)
            scores = scores.masked_fill(future, -torch.inf)
        out[start:end] = (scores.softmax(-1) @ of_v).transpose(0, 1)
    return out


def _borders(q: Tensor, k: Tensor, v: Tensor, cu_seqlens: Tensor) -> list[int]:
    """The borders of the sequences; ValueError where the arguments do not fit."""
    if q.ndim != 3 or not q.shape == k.shape == v.shape:
        shapes = f"q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}"
        raise ValueError(f"q, k and v must have the same shape (T, H, d): {shapes}")
    if cu_seqlens.ndim != 1:
        raise ValueError(f"cu_seqlens must be (B + 1,), got {tuple(cu_seqlens.shape)}")
    borders: list[int] = cu_seqlens.tolist()
    if not borders or borders[0] != 0 or borders[-1] != len(q) or borders != sorted(borders):
        raise ValueError(f"cu_seqlens must rise from 0 to {len(q)}, got {borders}")
    return borders
