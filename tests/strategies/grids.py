"""Grids of patches, one (h, w) an image: mostly rectangles, tall and wide ones, lines, and now and then a long one."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies.sizes import sizes

Grid = tuple[int, int]


@st.composite
def grids(draw: st.DrawFn, *, kernel: Grid = (1, 1), fewest: int = 1, most: int = 4, longest: int = 40) -> list[Grid]:
    """From ``fewest`` to ``most`` grids, whose sides are multiples of the kernel's, at most ``longest`` kernels."""
    found = []
    for _ in range(draw(st.integers(fewest, most))):
        shape = draw(st.sampled_from(("wide", "tall", "any", "line")))
        short, more = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        high, wide = {
            "wide": (short, short + more),
            "tall": (short + more, short),
            "any": (short, more),
            "line": (1, draw(sizes(smallest=1, largest=longest))),
        }[shape]
        if shape == "line" and draw(st.booleans()):
            high, wide = wide, high
        found.append((high * kernel[0], wide * kernel[1]))
    return found
