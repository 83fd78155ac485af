"""Numbers and points on which geometry goes wrong: borders of a tolerance, ties, opposite directions, extreme sizes."""

from __future__ import annotations

import math

from hypothesis import strategies as st

EXACT = 2**26
"""Products of integral floats up to here are exact: they stay below 2^53, and so does the sum of two."""


def tolerances() -> st.SearchStrategy[float]:
    """Tolerances: the default, none at all, and ones that are powers of two, so that sums with them are exact."""
    return st.sampled_from([1e-8, 0.0, 0.5, 1.0, 2.0**-20])


@st.composite
def around_a_border(draw: st.DrawFn, eps: float) -> float:
    """A number at, just inside or just outside a multiple of ``eps``, or any other number."""
    number = draw(st.sampled_from([0, 1, -1, 2, -2])) * eps
    nudge = draw(st.sampled_from([0, 1, -1]))
    if nudge:
        number = math.nextafter(number, nudge * math.inf)
    return draw(st.sampled_from([number, number + 1.0, number - 3.0])) + 0.0


def not_finite() -> st.SearchStrategy[float]:
    """NaN and the infinities."""
    return st.sampled_from([math.nan, math.inf, -math.inf])


def integers() -> st.SearchStrategy[int]:
    """Small integers, which make ties and collinear vectors, and some that no float holds."""
    return st.one_of(st.integers(-3, 3), st.integers(-(2**80), 2**80))


def integer_points() -> st.SearchStrategy[tuple[int, int]]:
    """Points with integer coordinates."""
    return st.tuples(integers(), integers())


def integral_floats() -> st.SearchStrategy[float]:
    """Floats that are integers, up to the size where their products are still exact."""
    return st.one_of(st.integers(-3, 3), st.integers(-EXACT, EXACT)).map(float)


def float_points() -> st.SearchStrategy[tuple[float, float]]:
    """Points of sizes from 1e-100 to 1e100, both coordinates of about the same size, or one of them 0."""
    mantissas = st.one_of(st.integers(-4, 4).map(float), st.floats(-10, 10).filter(lambda x: x == 0 or abs(x) > 1e-3))
    sizes = st.sampled_from([1.0, 1e-100, 1e100, 1e-7, 1e30])
    return st.tuples(mantissas, mantissas, sizes).map(lambda each: (each[0] * each[2], each[1] * each[2]))


def directions() -> st.SearchStrategy[tuple[float, float]]:
    """Points of that kind that are not the zero vector."""
    return float_points().filter(any)
