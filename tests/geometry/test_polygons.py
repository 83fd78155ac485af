"""Properties of geometry/polygons."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.refusals import refuses

ELL = [(0, 0), (4, 0), (4, 2), (2, 2), (2, 4), (0, 4)]
TRIANGLE = [(0, 0), (4, 0), (2, 4)]
DIAMOND = [(0, -2), (2, 0), (0, 2), (-2, 0)]
COMB = [(0, 0), (6, 0), (6, 3), (5, 3), (5, 1), (4, 1), (4, 3), (3, 3), (3, 1), (2, 1), (2, 3), (0, 3)]
FLAT = [(0, 0), (1, 0), (3, 0), (3, 1), (3, 3), (2, 3), (0, 3), (0, 1)]
ARROW = [(0, 0), (4, 2), (0, 4), (2, 2)]
BIG = 2**60
HUGE = [(0, 0), (2 * BIG, 2 * BIG + 1), (BIG, 2 * BIG)]
IDENTITY = (1, 0, 0, 1)
MAPS = (
    IDENTITY,
    IDENTITY,
    (0, 1, 1, 0),
    (2, 1, 1, 1),
    (3, 0, 0, 2),
    (-1, 2, 1, 0),
    (2**26 + 1, 1, 2**26, 1),
    (2**53 + 1, 2**53, 1, 2),
    (10**30, 1, 10**30 + 1, 3),
)
"""Matrices with a determinant other than 0: they keep a polygon simple. The last ones need exact products."""


@st.composite
def outlines(draw):
    """A simple polygon: a lower and an upper border over a few columns, often with horizontal edges in a row."""
    columns = draw(st.integers(1, 6))
    low, high = [], []
    for column in range(columns + 1):
        one, other = draw(st.integers(-3, 3)), draw(st.integers(-3, 3))
        if one == other and (0 < column < columns or column == columns == len(high) + 1 or (column and not high)):
            other += 1
        low.append((column, min(one, other)))
        if one != other:
            high.append((column, max(one, other)))
    polygon = low + high[::-1]
    start = draw(st.integers(0, len(polygon) - 1))
    polygon = polygon[start:] + polygon[:start]
    return polygon[::-1] if draw(st.booleans()) else polygon


def mapped(point, by):
    p, q, r, s = by
    return (p * point[0] + q * point[1], r * point[0] + s * point[1])


@st.composite
def problems(draw):
    """A polygon and a point: a vertex, a point on or near it, or one on the same lattice."""
    outline, by = draw(outlines()), draw(st.sampled_from(MAPS))
    where = draw(st.sampled_from(("vertex", "lattice", "lattice", "near")))
    x, y = draw(st.integers(-1, 7)), draw(st.integers(-4, 4))
    p = draw(st.sampled_from(outline)) if where == "vertex" else (x, y)
    p, polygon = mapped(p, by), [mapped(vertex, by) for vertex in outline]
    if where == "near":
        p = (p[0] + draw(st.integers(-1, 1)), p[1] + draw(st.integers(-1, 1)))
    kind = draw(st.sampled_from(("ints", "ints", "floats", "mixed")))
    if max(abs(coordinate) for vertex in [p, *polygon] for coordinate in vertex) < 2**53:  # else floats would round
        if kind == "floats":
            p, polygon = tuple(map(float, p)), [tuple(map(float, vertex)) for vertex in polygon]
        elif kind == "mixed":
            polygon = [(float(first), second) for first, second in polygon]
    return p, polygon


def exact_area(polygon):
    """Twice the area, by the trapezoids between the edges and the x axis."""
    exact = [(Fraction(x), Fraction(y)) for x, y in polygon]
    return sum((ax - bx) * (ay + by) for (ax, ay), (bx, by) in zip(exact, exact[1:] + exact[:1], strict=True))


def place_of(p, polygon):
    """Where p is: by a ray that is so nearly horizontal that it meets no vertex."""
    x, y = map(Fraction, p)
    exact = [(Fraction(a) - x, Fraction(b) - y) for a, b in polygon]
    far = 1 + max(abs(a) for a, _ in exact)
    crossings = 0
    for (ax, ay), (bx, by) in zip(exact, exact[1:] + exact[:1], strict=True):
        turn = ax * by - ay * bx
        if turn == 0 and ax * bx + ay * by <= 0:
            return 0
        above, after = ay * far > ax, by * far > bx
        crossings += above != after and (turn > 0) == after
    return 1 if crossings % 2 else -1


@given(problem=problems(), as_tuple=st.booleans())
@example(problem=((0, 0), TRIANGLE), as_tuple=False)
@example(problem=((0, 0), TRIANGLE[::-1]), as_tuple=True)
@example(problem=((0, 0), [(0, 0), (1, 0), (0, 1)]), as_tuple=False)
@example(problem=((0, 0), ELL), as_tuple=False)
@example(problem=((0, 0), DIAMOND), as_tuple=False)
@example(problem=((0, 0), COMB), as_tuple=False)
@example(problem=((0, 0), ARROW[::-1]), as_tuple=False)
@example(problem=((0, 0), [(-5, -7), (-4, -7), (-5, -6)]), as_tuple=False)
@example(problem=((0, 0), [(2**53, 2**53), (2**53 + 1, 2**53), (2**53, 2**53 + 1)]), as_tuple=False)
@example(problem=((0, 0), [(1e15, 1e15), (1e15 + 1, 1e15), (1e15, 1e15 + 1)]), as_tuple=False)
@example(problem=((0, 0), HUGE), as_tuple=False)
@example(problem=((0, 0), [(0, 0), (2**54 + 1, 0), (0, 3)]), as_tuple=False)
@example(problem=((0, 0), [(0.0, 0.0), (1e150, 0.0), (0.0, 1e150)]), as_tuple=False)
def test_the_area_is_exact_and_has_the_sign_of_the_direction(kata, solution, problem, as_tuple):
    _, polygon = problem
    twice = exact_area(polygon)
    event("counter-clockwise" if twice > 0 else "clockwise")
    expected = agreed(solution.signed_area(polygon), float(twice / 2))
    asked = tuple(polygon) if as_tuple else list(polygon)
    got = kata.signed_area(asked)
    assert type(got) is float, f"the area of {polygon} is {got!r}; wanted is a float"
    assert got == expected, f"the signed area of {polygon} is {got}, expected {expected}"
    assert list(asked) == polygon, f"the polygon was {polygon} and is now {asked}"
    assert kata.signed_area(polygon[::-1]) == -expected, f"walked around the other way, {polygon} must have {-expected}"


@given(problem=problems(), as_tuple=st.booleans())
@example(problem=((1, 3), ELL), as_tuple=False)
@example(problem=((2, 3), ELL), as_tuple=False)
@example(problem=((3, 3), ELL), as_tuple=False)
@example(problem=((2, 1), TRIANGLE), as_tuple=False)
@example(problem=((2, 4), TRIANGLE), as_tuple=False)
@example(problem=((0, 4), TRIANGLE), as_tuple=True)
@example(problem=((0, 0), DIAMOND), as_tuple=False)
@example(problem=((-3, 0), DIAMOND), as_tuple=False)
@example(problem=((-3, 2), DIAMOND), as_tuple=False)
@example(problem=((-3, -2), DIAMOND), as_tuple=False)
@example(problem=((1, 1), DIAMOND), as_tuple=False)
@example(problem=((0, 1), DIAMOND[::-1]), as_tuple=False)
@example(problem=((1, 1), COMB), as_tuple=False)
@example(problem=((-1, 1), COMB), as_tuple=False)
@example(problem=((-1, 3), COMB), as_tuple=False)
@example(problem=((-1, 0), COMB), as_tuple=False)
@example(problem=((1, 3), COMB), as_tuple=False)
@example(problem=((7, 1), COMB), as_tuple=False)
@example(problem=((2, 0), FLAT), as_tuple=False)
@example(problem=((5, 0), FLAT), as_tuple=False)
@example(problem=((1, 1), FLAT), as_tuple=False)
@example(problem=((0, 5), FLAT), as_tuple=False)
@example(problem=((3, -2), FLAT), as_tuple=False)
@example(problem=((0, 2), FLAT), as_tuple=False)
@example(problem=((1, 2), ARROW), as_tuple=False)
@example(problem=((3, 2), ARROW), as_tuple=False)
@example(problem=((4, 2), ARROW[::-1]), as_tuple=False)
@example(problem=((BIG, BIG), HUGE), as_tuple=False)
@example(problem=((BIG, BIG + 1), HUGE), as_tuple=False)
@example(problem=((2 * BIG - 1, 2 * BIG), HUGE), as_tuple=False)
@example(problem=((3e150, 1e150), [(0.0, 0.0), (1e200, 0.0), (0.0, 1e200)]), as_tuple=False)
@example(problem=((-1e200, 5e199), [(0.0, 0.0), (1e200, 0.0), (0.0, 1e200)]), as_tuple=False)
def test_a_point_is_inside_on_the_border_or_outside(kata, solution, problem, as_tuple):
    p, polygon = problem
    expected = agreed(solution.locate(p, polygon), place_of(p, polygon))
    event(f"{expected}")
    for walk in (polygon, polygon[::-1], polygon[1:] + polygon[:1]):
        got = kata.locate(p, tuple(walk) if as_tuple else walk)
        assert type(got) is int, f"locate({p}, {walk}) is {got!r}; wanted is an int"
        assert got == expected, f"locate({p}, {walk}) is {got}, expected {expected}"


def counted(polygon):
    """Both counts, by a look at each lattice point of the box."""
    xs, ys = ([int(vertex[axis]) for vertex in polygon] for axis in (0, 1))
    found = [
        place_of(point, polygon)
        for point in itertools.product(range(min(xs), max(xs) + 1), range(min(ys), max(ys) + 1))
    ]
    return found.count(1), found.count(0)


@settings(max_examples=40)
@given(outline=outlines(), by=st.sampled_from(MAPS[:6]), times=st.sampled_from((2, 3, 2**27 + 1, 10**30)))
@example(outline=TRIANGLE, by=IDENTITY, times=2)
@example(outline=TRIANGLE[::-1], by=IDENTITY, times=2**27 + 1)
@example(outline=[(0, 0), (1, 0), (0, 1)], by=IDENTITY, times=2)
@example(outline=ELL, by=IDENTITY, times=2)
@example(outline=DIAMOND, by=IDENTITY, times=3)
@example(outline=COMB, by=IDENTITY, times=2)
@example(outline=FLAT[::-1], by=IDENTITY, times=10**30)
@example(outline=ARROW, by=(3, 0, 0, 2), times=2)
def test_lattice_points_are_those_that_one_can_count(kata, solution, outline, by, times):
    polygon = [mapped(vertex, by) for vertex in outline]
    expected = agreed(solution.lattice_points(polygon), counted(polygon))
    event(f"{'some' if expected[0] else 'none'} inside")
    for walk in (polygon, tuple((float(x), y) for x, y in polygon[::-1])):
        got = kata.lattice_points(walk)
        assert type(got) is tuple and [type(n) for n in got] == [int, int], f"two ints are wanted, got {got!r}"  # noqa: PT018
        assert got == expected, f"the lattice points of {walk} are {got}, expected {expected}"
    inside, border = expected
    # Stretched, the area grows by the square and the border by the factor; Pick's theorem holds for both.
    area = inside + Fraction(border, 2) - 1
    larger = int(area * times * times - Fraction(border * times, 2) + 1), border * times
    got = kata.lattice_points([(x * times, y * times) for x, y in polygon])
    assert got == larger, f"{polygon}, stretched {times} times, has the lattice points {got}, expected {larger}"


@settings(max_examples=40)
@given(outline=outlines(), x=st.integers(-1, 7), y=st.integers(-4, 4))
@example(outline=DIAMOND, x=0, y=0)
@example(outline=ARROW, x=1, y=2)
def test_shapely_sees_the_same(kata, outline, x, y):
    shapely = pytest.importorskip("shapely")
    shape, point = shapely.Polygon(outline), shapely.Point(x, y)
    expected = shape.area if shape.exterior.is_ccw else -shape.area
    got = kata.signed_area(outline)
    assert got == expected, f"the signed area of {outline} is {got}, by shapely {expected}"
    expected = 1 if shape.contains(point) else 0 if shape.touches(point) else -1
    got = kata.locate((x, y), outline)
    assert got == expected, f"locate({(x, y)}, {outline}) is {got}, by shapely {expected}"


def test_what_is_no_polygon_is_refused(kata):
    for few in ([], (), [(0, 0)], [(1, 2), (3, 4)], ((5, 5), (5, 5)), [(BIG, 0.0), (0, BIG)]):
        refuses(kata.signed_area, few)
        refuses(kata.lattice_points, few)
        for p in ((0, 0), (1, 2), (2, 3), (9, 9)):
            refuses(kata.locate, p, few)
    for bad in (0.5, -0.5, 1e-300, 5e-324, 2.0**51 + 0.5, 1 - 2.0**-53, math.nan, math.inf, -math.inf):
        for polygon in (TRIANGLE, [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]):
            for place, axis in itertools.product(range(len(polygon)), (0, 1)):
                broken = [list(vertex) for vertex in polygon]
                broken[place][axis] = bad
                refuses(kata.lattice_points, [tuple(vertex) for vertex in broken])
    refuses(kata.lattice_points, ((0, 0), (1, 0.5), (0, 1)))
