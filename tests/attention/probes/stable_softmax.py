"""Probes of attention/stable_softmax: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any

import numpy as np


def of_many(kata: Any, name: str, slices: list[tuple[float, float]], count: int, axis: int) -> Any:
    """What a function gives for float16 slices of ``count`` scores: each is one number, then another one throughout."""
    x = np.array([[first] + [others] * (count - 1) for first, others in slices], np.float16)
    return getattr(kata, name)(np.ascontiguousarray(x.T) if axis == 0 else x, axis)
