"""Decode one token over a long cache, in splits that know nothing of each other.

To write the next token, a model attends with one query per sequence to all keys that came before.
There is no second query to share the work with, so a long cache is cut along the keys instead, and
each processor takes one split. This is what flash-decoding does.

A split gives two things for every head: its own attention, as if its keys were all, and the
logarithm of its softmax denominator. Over the scores x of the split:

    out_s    (..., dv)    sum_j exp(x_j) v_j / sum_j exp(x_j)
    lse_s    (...)        log sum_j exp(x_j)

The two of all splits are enough to find the attention to all keys. Four keys in two splits:

    x = 0, 0 | 0, ln 2        v = 2, 4 | 9, 6

    out_0 = 3     lse_0 = ln 2
    out_1 = 7     lse_1 = ln 3
    together      out = (2 * 3 + 3 * 7) / 5 = 5.4      lse = ln 5

Each split is a problem of its own: no product of matrices and no other sum may go over the keys of
two splits, and only ``combine`` brings splits together. Products are made by torch, in the thread
of the call. Library attention is refused.

The trap: a split may be empty, because there are more splits than keys or because all its keys are
masked. Its lse is -inf, and its out may be NaN. It must not count, and if all splits are like that,
the out is 0 and the lse is -inf.

Level: 3
Needs: attention/online_softmax
Source: Dao, Haziza, Massa and Sizov, "Flash-Decoding for long-context inference", 2023
Time: O(B Hq Nk (d + dv)); in splits that may run at the same time
Space: O(B Hq (Nk / splits + splits * dv)) beside one split of k and v
"""

import torch
from torch import Tensor


def decode(q: Tensor, k: Tensor, v: Tensor, *, splits: int, scale: float | None = None) -> Tensor:
    """softmax(scale * q k^T) v for one query per sequence, computed split by split.

    Args:
        q: (B, Hq, 1, d), float16, bfloat16, float32 or float64. All tensors may lie in memory in
            any way and may require a gradient; none is changed.
        k: (B, Hkv, Nk, d), of the dtype of ``q``; query head h reads head h // (Hq / Hkv).
        v: (B, Hkv, Nk, dv), of the dtype of ``q``. B and Nk may be 0.
        splits: into how many parts the keys are cut, 1 or more, in the order of the keys. Where it
            divides Nk, all have the same length; else lengths are yours. It may exceed Nk.
        scale: factor of the scores, above 0; 1 / sqrt(d) by default.

    Returns:
        A new tensor (B, Hq, 1, dv) of the dtype of ``q``, whatever ``splits`` is; 0 where Nk = 0.
        Scores, weights and sums are kept in float32, in float64 where q is.

    Raises:
        ValueError: ``splits`` is below 1; the shapes do not fit; q has not exactly one query;
            Hkv is 0 or does not divide Hq.

    Example:
        >>> q, k = torch.zeros(1, 1, 1, 1), torch.zeros(1, 1, 3, 1)
        >>> v = torch.tensor([3.0, 5.0, 10.0]).view(1, 1, 3, 1)
        >>> decode(q, k, v, splits=2).flatten()
        tensor([6.])

    Limits: whether the result is differentiable is left open.
    """
    raise NotImplementedError


def combine(outs: Tensor, lses: Tensor) -> tuple[Tensor, Tensor]:
    """The attention to all keys, from the attention to the keys of each split.

    The number, order and lengths of the splits do not matter, and results of ``combine`` may be
    combined again. A split whose lse is -inf changes nothing.

    Args:
        outs: (S, ..., dv), the results of S splits, of any of the four dtypes; ``...`` stands for
            any dimensions, or none. Where the lse is -inf, it may hold any number, inf, or NaN.
        lses: (S, ...), their logarithms of the softmax denominator: float64 where outs is, else
            float32. S may be 0.

    Returns:
        ``out`` (..., dv) of the dtype of ``outs``, and ``lse`` (...) of the dtype of ``lses``, both
        new. They are 0 and -inf where no split has seen a key. Sums are kept in the dtype of
        ``lses``.

    Raises:
        ValueError: ``outs`` does not have the shape of ``lses`` and one more dimension, or there is
            no dimension S.

    Example:
        >>> out, lse = combine(torch.tensor([[3.0], [7.0]]), torch.tensor([2.0, 3.0]).log())
        >>> out, lse.exp()
        (tensor([5.4000]), tensor(5.))

    Limits: lses of +inf or NaN are left open, as are outs that are infinite or NaN elsewhere.
    """
    raise NotImplementedError
