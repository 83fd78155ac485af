"""Points with whole coordinates, full of ties and lines: on a small grid, or far apart with small steps beside."""

from __future__ import annotations

from hypothesis import strategies as st

Whole = tuple[int, int] | tuple[float, float]

STRIDES = (0, 2**23 - 1, 2**26 + 1, 2**53 + 1, 10**30)
"""How far apart the places of a lattice are. Float products are exact with the first two, integers that floats hold are
enough for the third, and for the others they are not; 0 is for the grid [-4, 4] x [-4, 4]."""

EXACT_IN_FLOATS = STRIDES[:2]
"""Coordinates stay below 2^25, so differences, their products and the sum of two of them are exact in floats."""


def strides(*, floats: bool = False) -> st.SearchStrategy[int]:
    """Strides, the small grid every other time; with ``floats`` those in which float products are exact."""
    return st.sampled_from((0, *(EXACT_IN_FLOATS if floats else STRIDES)))


def whole_points(stride: int, *, floats: bool = False) -> st.SearchStrategy[Whole]:
    """Points of one lattice: both coordinates k stride + e, with small integers k and e."""
    if stride == 0:
        coordinates = st.integers(-4, 4)
    else:
        coordinates = st.tuples(st.integers(-3, 3), st.integers(-1, 1)).map(lambda each: each[0] * stride + each[1])
    return st.tuples(coordinates, coordinates).map(lambda point: tuple(map(float, point)) if floats else point)


@st.composite
def point_lists(draw: st.DrawFn, *, most: int = 14, floats: bool = True) -> list[Whole]:
    """Points of one lattice, all integers or all floats, with some of them repeated."""
    as_floats = floats and draw(st.booleans())
    places = whole_points(draw(strides(floats=as_floats)), floats=as_floats)
    points = draw(st.lists(places, max_size=most))
    if points and draw(st.booleans()):
        points += draw(st.lists(st.sampled_from(points), max_size=3))
    return points
