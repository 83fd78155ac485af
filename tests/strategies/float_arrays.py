"""Arrays of floats that shrink to a few small integers."""

from __future__ import annotations

import math
import random

import numpy as np
from hypothesis import strategies as st

FEW = 12
"""Up to this many values are drawn one by one; more are chosen from a few that were drawn."""

ORDINARY = st.one_of(
    st.integers(-4, 4).map(float), st.sampled_from((0.5, -0.25, 1 / 3, 0.1, -1.5, -0.0)), st.floats(-100, 100, width=32)
)
"""Small integers, simple fractions, and numbers up to 100 that are float32 too."""


def dtypes() -> st.SearchStrategy[str]:
    """What arrays of these katas are made of; float64 first."""
    return st.sampled_from(("float64", "float64", "float32"))


@st.composite
def float_arrays(
    draw: st.DrawFn,
    shape: tuple[int, ...],
    *,
    dtype: str = "float64",
    elements: st.SearchStrategy[float] = ORDINARY,
) -> np.ndarray:
    """An array of that shape; a large one costs no more to draw than a small one."""
    size = math.prod(shape)
    if size <= FEW:
        values = draw(st.lists(elements, min_size=size, max_size=size))
    else:
        pool = draw(st.lists(elements, min_size=3, max_size=FEW))
        values = random.Random(draw(st.integers(0, 2**16))).choices(pool, k=size)
    with np.errstate(all="ignore"):
        return np.array(values, dtype=np.float64).reshape(shape).astype(dtype)
