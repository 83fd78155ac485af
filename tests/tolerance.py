"""How far a result of floating-point arithmetic may be from the reference: the policy of the attention katas.

The reference r is computed in float64 from the same rounded inputs; o is the result. All of this must hold:

1. o is finite, and exactly 0 (an lse: -inf) in rows that see no key;
2. |o - r| <= rho |r| in the Frobenius norm, with rho = 1e-12, 1e-5, 2^-10, 2^-7 for float64, float32, float16 and
   bfloat16;
3. max|o - r| <= 2 max|plain - r| + K eps max|r|, where plain is the naive computation in the dtype of the inputs, and
   K = 4096, 128, 1, 1. (Not for gradients.)

Why these: eps is 2^-52, 2^-23, 2^-10, 2^-7. A right answer rounds a few times per term, and its errors grow with the
logits (an error x in a logit is a factor 1 + x in a weight), so it needs some tens of eps; 4500 and 84 of them are
allowed in float64 and float32, while the smallest bug seen is 100 times larger than that. The half types are rounded
once, at the end, which costs eps / 2; the rest is for weights that were rounded to the half type for the product.

A sum of large terms may be small: its error goes with the terms, not with the sum, and no algorithm can do better. So
where |r| is far below the terms (in the extreme, 0), K eps times their size is allowed in both 2 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.error_map import error_map


@dataclass(frozen=True)
class Policy:
    """The constants for one dtype: ``rho`` for the whole tensor, ``K`` and ``eps`` for single elements."""

    rho: float
    k: int
    eps: float


POLICIES = {
    "float64": Policy(1e-12, 4096, 2.0**-52),
    "float32": Policy(1e-5, 128, 2.0**-23),
    "float16": Policy(2.0**-10, 1, 2.0**-10),
    "bfloat16": Policy(2.0**-7, 1, 2.0**-7),
}


def assert_close(
    got: Any,
    reference: Any,
    *,
    dtype: str,
    terms: Any,
    plain: Any = None,
    empty: Any = None,
    factor: float = 1.0,
    what: str = "out",
    along: str = "query",
    tile: int = 1,
) -> None:
    """Fail, with the worst element, where a result is further from the reference than the policy allows.

    For results of four dimensions, (B, H, N, d), the message ends with a map of what is wrong, see :func:`error_map`.

    Args:
        got: the result, a tensor or an array.
        reference: the same in float64. Where it is -inf, the result must be -inf; that is left out of the norms.
        dtype: the dtype of the inputs.
        terms: the size of what was summed: the largest value for out, the largest logit (or 1) for lse. One number for
            all, or an array that fits the result, where rows or columns are of different sizes: then each element
            counts in proportion to its own.
        plain: the naive computation in ``dtype``; without it rule 3 is left out.
        empty: which rows (all dimensions but the last) see no key and must be exactly 0.
        factor: of the bounds; 2 where the reference is itself a result of this dtype, not a float64 one, or where the
            policy says so for gradients.
        what: what the result is called in the message.
        along: what the third of four dimensions counts, ``query`` or ``key``.
        tile: how many of them make a column of the map.
    """
    __tracebackhide__ = True
    o, r = as_array(got), as_array(reference)
    place = {"along": along, "tile": tile}
    assert o.shape == r.shape, f"{what} has shape {o.shape}, expected {r.shape}"
    masked = np.isneginf(r)
    _fail_where(masked & ~np.isneginf(o), o, r, what, "the row sees no key", place)
    _fail_where(~masked & ~np.isfinite(o), o, r, what, "every number must be finite", place)
    if empty is not None:
        hidden = np.broadcast_to(as_array(empty)[..., None] != 0, o.shape)
        _fail_where(hidden & (o != 0), o, r, what, "a row that sees no key is exactly 0", place)
    if masked.all():
        return
    size = np.broadcast_to(as_array(terms), o.shape) if np.ndim(terms) else np.full(o.shape, float(terms))
    size = np.where(masked, 1, np.maximum(size, 1e-300))
    o, r = np.where(masked, 0, o), np.where(masked, 0, r)
    policy = POLICIES[dtype]
    # In units of the terms; the largest error is taken out of the root, so that 1e200 does not overflow.
    with np.errstate(over="ignore"):
        error, expected = np.abs(o - r) / size, np.abs(r) / size
    allowed = factor * max(policy.rho * _norm(expected), policy.k * policy.eps)
    if not _norm(error) <= allowed:  # NaN, too
        # A row is wrong that has more than its share, unless that is less than what the policy allows it alone.
        rows = max(1, math.prod(o.shape[:-1]))
        shares = factor * policy.rho * _norms(expected), np.full(o.shape[:-1], allowed / math.sqrt(rows))
        wrong = ~(_norms(error) <= np.maximum(*shares))[..., None]
        raise AssertionError(_told_worst(error, size, o, r, what, "all errors together", allowed, wrong, place))
    if plain is None:
        return
    with np.errstate(all="ignore"):
        plain_error = float((np.abs(np.where(masked, 0, as_array(plain)) - r) / size).max(initial=0.0))
    if not np.isfinite(plain_error):
        return  # the naive computation overflows in this dtype: there is nothing to compare with
    allowed = factor * (2 * plain_error + policy.k * policy.eps * max(expected.max(initial=0.0), 1.0))
    if not error.max(initial=0.0) <= allowed:
        wrong = ~(error <= allowed)
        raise AssertionError(_told_worst(error, size, o, r, what, "one error", allowed, wrong, place))


def as_array(value: Any) -> np.ndarray:
    """A tensor or an array of any floating-point dtype, as a float64 array."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().double().numpy()
    return np.asarray(value, dtype=np.float64)


def _norm(values: np.ndarray) -> float:
    largest = float(values.max(initial=0.0, where=values > 0))
    largest = max(largest, float(-values.min(initial=0.0)))
    if largest == 0:
        return 0.0
    return largest * float(np.sqrt(np.square(values / largest).sum()))


def _norms(values: np.ndarray) -> np.ndarray:
    """The norm of each row."""
    return np.apply_along_axis(_norm, -1, values) if values.ndim and values.size else np.zeros(values.shape[:-1])


def _told(index: tuple[Any, ...], o: np.ndarray, r: np.ndarray, what: str) -> str:
    """The element at an index, before anything else: that is what a learner looks for."""
    where = ", ".join(str(int(each)) for each in index)
    number, expected = f"{o[index]:.6g}", f"{r[index]:.6g}"
    if number == expected:
        number, expected = f"{o[index]:.17g}", f"{r[index]:.17g}"
    return f"{what}[{where}] is {number}, expected {expected}"


def _told_worst(
    error: np.ndarray,
    size: np.ndarray,
    o: np.ndarray,
    r: np.ndarray,
    what: str,
    bounded: str,
    allowed: float,
    wrong: np.ndarray,
    place: dict[str, Any],
) -> str:
    """The worst element, how many times more it is off than may be, and where the others are."""
    worst = np.unravel_index(int(error.argmax()), error.shape)
    wrong = wrong.copy()
    wrong[worst[:-1]] = True
    times = error[worst] / allowed
    off = f", and this one is {times:.3g} times that" if times > 1 else ""
    told = f"{_told(worst, o, r, what)}; {bounded} may be {allowed * size[worst]:.3g}{off}"
    return told + _map(wrong, place)


def _map(wrong: np.ndarray, place: dict[str, Any]) -> str:
    """The map of a result of four dimensions, on lines of its own."""
    drawn = error_map(wrong.any(-1), **place) if wrong.ndim == 4 else ""
    return f"\n{drawn}" if drawn else ""


def _fail_where(bad: np.ndarray, o: np.ndarray, r: np.ndarray, what: str, why: str, place: dict[str, Any]) -> None:
    __tracebackhide__ = True
    if bad.any():
        index = tuple(int(each[0]) for each in np.nonzero(bad))
        if np.isnan(r[index]):  # the reference is a result, too, and no better
            where = ", ".join(map(str, index))
            raise AssertionError(f"{what}[{where}] is {o[index]:.6g}: {why}{_map(bad, place)}")
        raise AssertionError(f"{_told(index, o, r, what)}: {why}{_map(bad, place)}")
