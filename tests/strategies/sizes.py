"""Sizes: mostly small, and now and then a few hundred, around the powers of two where blocks and thresholds end."""

from __future__ import annotations

import random
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

LARGEST = 300
POWERS = (16, 32, 64, 128, 256)


@st.composite
def sizes(draw: st.DrawFn, *, smallest: int = 0, small: int = 6, largest: int = LARGEST) -> int:
    """A size: three times out of four at most ``small``, else up to ``largest`` and often next to a power of two."""
    if draw(st.sampled_from(("small", "small", "small", "large"))) == "small":
        return draw(st.integers(smallest, small))
    borders = [size for power in POWERS for size in (power, power + 1, power - 1) if small < size <= largest]
    if borders and draw(st.booleans()):
        return draw(st.sampled_from(borders))
    return draw(st.integers(min(small, largest), largest))


@st.composite
def lists(draw: st.DrawFn, elements: st.SearchStrategy[T], *, small: int = 8, largest: int = LARGEST) -> list[T]:
    """A list of drawn elements; a long one repeats a few of them, so that it costs no more to draw."""
    if draw(st.sampled_from(("small", "small", "small", "large"))) == "small":
        return draw(st.lists(elements, max_size=small))
    pool = draw(st.lists(elements, min_size=1, max_size=small))
    size = draw(sizes(smallest=small, small=small, largest=largest))
    return random.Random(draw(st.integers(0, 2**16))).choices(pool, k=size)
