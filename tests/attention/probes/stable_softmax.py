"""Probes of attention/stable_softmax: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any

import numpy as np


def type_of_a_slice(kata: Any, x: Any) -> str:
    """The dtype of logsumexp of one slice, be it an array or a number of numpy, which has one as well."""
    result = kata.logsumexp(x)
    return str(getattr(result, "dtype", type(result).__name__))


def of_many(kata: Any, name: str, slices: list[tuple[float, float]], count: int, axis: int) -> Any:
    """What a function gives for float16 slices of ``count`` scores: each is one number, then another one throughout."""
    x = np.array([[first] + [others] * (count - 1) for first, others in slices], np.float16)
    return getattr(kata, name)(np.ascontiguousarray(x.T) if axis == 0 else x, axis)
