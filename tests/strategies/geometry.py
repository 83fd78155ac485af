"""Numbers and points on which geometry goes wrong: borders of a tolerance, ties, opposite directions, extreme sizes."""

from __future__ import annotations

import math
import sys

from hypothesis import strategies as st

from tests.strategies import magnitudes

EXACT = 2**26
"""Products of whole floats up to here are exact: they stay below 2^53, and so does the sum of two."""

LARGEST = sys.float_info.max
TINY = 2.0**-1074
"""The smallest float above 0."""

Point = tuple[float, float]


def tolerances() -> st.SearchStrategy[float]:
    """Tolerances: the default, none at all, powers of two, so that sums with them are exact, and ones of every size."""
    ordinary = st.sampled_from([1e-8, 0.0, 0.5, 1.0, 2.0**-20, 2.0, -0.0])
    return ordinary | magnitudes.floats(negative=False)


@st.composite
def around_a_border(draw: st.DrawFn, eps: float) -> float:
    """A number at, just inside or just outside a multiple of ``eps``, or any other number."""
    number = draw(st.sampled_from([0, 1, -1, 2, -2])) * eps
    nudge = draw(st.sampled_from([0, 1, -1]))
    if nudge:
        number = math.nextafter(number, nudge * math.inf)
    number = draw(st.sampled_from([number, number + 1.0, number - 3.0]))
    return max(-LARGEST, min(LARGEST, number)) + 0.0


def integers() -> st.SearchStrategy[int]:
    """Small integers, which make ties and collinear vectors, and some that no float holds exactly."""
    return st.one_of(st.integers(-3, 3), st.integers(-(2**80), 2**80))


def integer_points() -> st.SearchStrategy[tuple[int, int]]:
    """Points with integer coordinates."""
    return st.tuples(integers(), integers())


def float_points() -> st.SearchStrategy[Point]:
    """Points of sizes from 1e-100 to 1e100, both coordinates of about the same size, or one of them 0."""
    mantissas = st.one_of(st.integers(-4, 4).map(float), st.floats(-10, 10).filter(lambda x: x == 0 or abs(x) > 1e-3))
    sizes = st.sampled_from([1.0, 1e-100, 1e100, 1e-7, 1e30])
    return st.tuples(mantissas, mantissas, sizes).map(lambda each: (each[0] * each[2], each[1] * each[2]))


def whole_numbers() -> st.SearchStrategy[int]:
    """Integers up to the size where products of equal floats are still exact."""
    return st.integers(-3, 3) | st.integers(-EXACT, EXACT)


@st.composite
def points(draw: st.DrawFn, *, smallest: float = 1e-100, largest: float = 1e100) -> Point:
    """Points of floats, (0, 0) or of lengths in between; now and then a coordinate is far smaller, or an integer."""
    mantissas = st.integers(-4, 4).map(float) | st.floats(-10, 10) | st.sampled_from(magnitudes.NEARLY[:4])
    sizes = [1.0, 1e-7, 1e30, 1e-30, 1e3 * smallest, 0.05 * largest]
    size = draw(st.sampled_from(sizes))
    x, y = draw(mantissas) * size, draw(mantissas) * size
    y *= draw(st.sampled_from((1.0, 1.0, 1.0, 1e-9, 1e-30, 1e-200)))
    if not smallest <= max(abs(x), abs(y)):
        x, y = 0.0, y if abs(y) >= smallest else 0.0
    if draw(st.booleans()):
        x, y = y, x
    if draw(st.sampled_from((False, False, True))) and x.is_integer() and abs(x) <= 2**53:
        return (int(x), y)
    return (x, y)


def directions(*, smallest: float = 1e-100, largest: float = 1e100) -> st.SearchStrategy[Point]:
    """Points of that kind that are not the zero vector."""
    return points(smallest=smallest, largest=largest).filter(any)


def points_of_any_size() -> st.SearchStrategy[Point]:
    """Points with any finite floats, subnormal and the largest ones among them, or of one size."""
    return st.tuples(magnitudes.floats(), magnitudes.floats()) | points()
