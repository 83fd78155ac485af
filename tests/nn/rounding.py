"""How far a result may be from the exact one: some roundings of the terms that it was made of."""

from __future__ import annotations

from typing import Any

import numpy as np


def assert_within(
    got: Any, expected: np.ndarray, terms: np.ndarray, *, dtype: str, roundings: float, precision: str = "", what: str
) -> None:
    """Fail, with the worst element, where a result is further from the expected one than rounding explains.

    A sum of n terms t rounds n times, each time by at most eps / 2 of the sum of their sizes, and no order of summation
    does worse. A right answer rounds a few times more (products, a root, the conversion of its arguments).

    Args:
        got: the result, an array or a numpy scalar.
        expected: the same in float64, exact up to its own rounding. NaN and infinities must be met as they are.
        terms: the sum of the sizes of the terms of each element, of the shape of ``expected``.
        dtype: what ``got`` must have.
        roundings: how many there may be.
        precision: the coarser dtype of all arguments, where it is not ``dtype``.
        what: what the result is called in the message.
    """
    __tracebackhide__ = True
    if isinstance(got, float) and not expected.shape:  # a numpy scalar counts as its number, see dojo.plain
        got = np.asarray(got, dtype=dtype)
    assert isinstance(got, np.ndarray), f"{what} is {got!r}, an array is expected"
    assert got.dtype == dtype, f"{what} has dtype {got.dtype}, expected {dtype}"
    assert got.shape == expected.shape, f"{what} has shape {got.shape}, expected {expected.shape}"
    kind = np.finfo(precision or dtype)
    with np.errstate(all="ignore"):
        allowed = roundings * (float(kind.eps) * terms + float(kind.smallest_normal))
        value = np.asarray(got, dtype=np.float64)
        error = np.abs(value - expected)
        special = ~np.isfinite(expected)
        off = np.where(special, (value != expected) & ~(np.isnan(value) & np.isnan(expected)), ~(error <= allowed))
    if not off.any():
        return
    size = np.where(off, np.where(special | ~np.isfinite(error), np.inf, error / np.maximum(allowed, 1e-300)), 0)
    index = tuple(int(each) for each in np.unravel_index(int(size.argmax()), size.shape))
    place = f"{what}[{', '.join(map(str, index))}]" if index else what
    raise AssertionError(
        f"{place} is {value[index]:.9g}, expected {expected[index]:.9g}"
        + (f" with an error of at most {allowed[index]:.2g}" if not special[index] else "")
    )
