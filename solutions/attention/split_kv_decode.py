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

import math

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
    groups = _check(q, k, v, splits)
    (B, Hkv, Nk, d), dv = k.shape, v.shape[3]
    wide = torch.promote_types(q.dtype, torch.float32)
    # hint: Query heads that share a key head are neighbours, so they may be the rows of one matrix,
    # and the cache is never repeated.
    rows = q.to(wide).reshape(B, Hkv, groups, d) * (d**-0.5 if scale is None else scale)
    outs, lses = [], []
    for split in range(splits):
        keys = slice(split * Nk // splits, (split + 1) * Nk // splits)
        scores = rows @ k[:, :, keys].to(wide).mT  # (B, Hkv, groups, keys of the split)
        outs.append(scores.softmax(-1) @ v[:, :, keys].to(wide))
        lses.append(scores.logsumexp(-1))
    out, _ = combine(torch.stack(outs), torch.stack(lses))
    return out.reshape(B, Hkv * groups, 1, dv).to(q.dtype)


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
    if lses.ndim < 1 or outs.ndim != lses.ndim + 1 or outs.shape[:-1] != lses.shape:
        raise ValueError(
            f"outs must be (S, ..., dv) and lses (S, ...), got {tuple(outs.shape)} and {tuple(lses.shape)}"
        )
    if len(lses) == 0:
        return outs.new_zeros(outs.shape[1:]), lses.new_full(lses.shape[1:], -math.inf)
    # hint: How many times larger is the denominator of one split than that of another, if you know
    # their logarithms? These ratios are the weights of the outs. Logarithms may be large: what do
    # you subtract before exp?
    largest = lses.amax(0)
    weights = torch.exp(lses - largest.masked_fill(largest == -math.inf, 0.0))
    # hint: 0 * NaN is NaN, so a weight of 0 does not hide what an empty split left in its out.
    seen = outs.to(lses.dtype).masked_fill((lses == -math.inf).unsqueeze(-1), 0.0)
    total = weights.sum(0)
    out = (weights.unsqueeze(-1) * seen).sum(0) / total.masked_fill(total == 0, 1.0).unsqueeze(-1)
    return out.to(outs.dtype), largest + total.log()


def _check(q: Tensor, k: Tensor, v: Tensor, splits: int) -> int:
    """How many query heads share a key head; ValueError where the arguments do not fit."""
    if splits < 1:
        raise ValueError(f"splits must be at least 1, got {splits}")
    shapes = f"q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}"
    if not q.ndim == k.ndim == v.ndim == 4 or q.shape[2] != 1:
        raise ValueError(f"q must be (B, Hq, 1, d), k and v (B, Hkv, Nk, width): {shapes}")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q and k must agree in B and d, k and v in B, Hkv and Nk: {shapes}")
    if k.shape[1] == 0 or q.shape[1] % k.shape[1]:
        raise ValueError(f"Hq must be a multiple of Hkv: {shapes}")
    return q.shape[1] // k.shape[1]
