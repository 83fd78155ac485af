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
    raise NotImplementedError
