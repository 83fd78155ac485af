"""Properties of geometry/segments."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed, trusted_parts
from tests.refusals import refuses
from tests.strategies.lattices import strides, whole_points

BIG = 2**60


@st.composite
def places(draw, *, count):
    """Points of one lattice, half of the time on one line; ints, floats or a mixture of both."""
    points = whole_points(draw(strides()))
    if draw(st.booleans()):
        start, step = draw(points), draw(points)
        along = draw(st.lists(st.integers(-3, 3), min_size=count, max_size=count))
        found = [(start[0] + k * step[0], start[1] + k * step[1]) for k in along]
        event("one line" if any(step) else "one point")
    else:
        found = draw(st.lists(points, min_size=count, max_size=count))
    kind = draw(st.sampled_from(("ints", "ints", "floats", "mixed")))
    return tuple(
        tuple(
            float(x) if kind == "floats" or (kind == "mixed" and (index + axis) % 2) else x for axis, x in enumerate(p)
        )
        for index, p in enumerate(found)
    )


def fractions(*points):
    return [(Fraction(x), Fraction(y)) for x, y in points]


def share_on(p, a, b):
    """Where p lies on the line through a and b, as a share of the way from a to b; None if it lies beside it."""
    p, a, b = fractions(p, a, b)
    if a == b:
        return Fraction(0) if p == a else None
    axis = 0 if a[0] != b[0] else 1
    share = (p[axis] - a[axis]) / (b[axis] - a[axis])
    return share if p == tuple(a[k] + share * (b[k] - a[k]) for k in (0, 1)) else None


def lies_on(p, a, b):
    share = share_on(p, a, b)
    return share is not None and 0 <= share <= 1


def meeting(a, b, c, d):
    """The exact point where two lines meet, by Cramer's rule for their two equations; None for parallel ones."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = fractions(a, b, c, d)
    p, q, r = by - ay, ax - bx, ax * by - bx * ay
    s, t, u = dy - cy, cx - dx, cx * dy - dx * cy
    bottom = p * t - s * q
    return None if bottom == 0 else ((r * t - u * q) / bottom, (p * u - s * r) / bottom)


def have_a_common_point(a, b, c, d):
    point = meeting(a, b, c, d) if tuple(a) != tuple(b) and tuple(c) != tuple(d) else None
    if point is not None:
        return lies_on(point, a, b) and lies_on(point, c, d)
    return any((lies_on(c, a, b), lies_on(d, a, b), lies_on(a, c, d), lies_on(b, c, d)))


@given(points=places(count=3))
@example(points=((2, 1), (0, 0), (4, 2)))
@example(points=((4, 2), (0, 0), (4, 2)))
@example(points=((6, 3), (0, 0), (4, 2)))
@example(points=((1, 1), (1, 1), (1.0, 1.0)))
@example(points=((-2, -1), (0, 0), (4, 2)))
@example(points=((2, 0), (0, 0), (4, 2)))
@example(points=((1, 2), (1, 1), (1, 1)))
@example(points=((0, 5), (0, 0), (0, 4)))
@example(points=((5, 0), (4, 0), (0, 0)))
@example(points=((0, 3), (0, 4), (0, 0)))
@example(points=((BIG, BIG), (0, 0), (2 * BIG, 2 * BIG + 1)))
@example(points=((BIG, BIG - 1), (-BIG, 1 - BIG), (2 * BIG, 2 * BIG - 2)))
@example(points=((2**53 + 1, 0), (0, 0), (2**53, 0)))
@example(points=((2.0**53, 0.0), (0, 0), (2**53 + 1, 0)))
@example(points=((1e300, 1e300), (0.0, 0.0), (1.5e300, 1.5e300)))
@example(points=((1e300, 2e300), (0.0, 0.0), (1.5e300, 1.5e300)))
def test_on_segment_is_exact(kata, solution, points):
    expected = agreed(solution.on_segment(*points), lies_on(*points))
    p, a, b = points
    for one, other in ((a, b), (b, a)):
        got = kata.on_segment(p, one, other)
        assert got is expected, f"on_segment({p}, {one}, {other}) is {got!r}, expected {expected}"
    for end in (a, b):
        assert kata.on_segment(end, a, b) is True, f"the end {end} must lie on the segment from {a} to {b}"


@given(points=places(count=4))
@example(points=((0, 0), (4, 0), (2, -1), (2, 1)))
@example(points=((0, 0), (4, 0), (4, 0), (5, 7)))
@example(points=((0, 0), (1, 0), (2, 0), (3, 0)))
@example(points=((0, 0), (0, 1), (0, 2), (0, 3)))
@example(points=((0, 0), (3, 3), (1, 1), (2, 2)))
@example(points=((0, 0), (2, 2), (1, 1), (3, 3)))
@example(points=((0, 0), (4, 0), (2, 0), (2, 5)))
@example(points=((0, 0), (4, 0), (2, 1), (2, 5)))
@example(points=((0, 0), (4, 4), (3, 0), (4, 1)))
@example(points=((0, 0), (0, 0), (0, 0), (0, 0)))
@example(points=((0, 0), (0, 0), (1, 1), (1, 1)))
@example(points=((1, 1), (1, 1), (0, 0), (2, 2)))
@example(points=((3, 3), (3, 3), (0, 0), (2, 2)))
@example(points=((1, 0), (1, 0), (0, 0), (2, 2)))
@example(points=((0, 0), (2, 2), (0, 0), (2, 2)))
@example(points=((0, 0), (4, 2), (1, 0), (5, 2)))
@example(points=((0, 0), (2 * BIG, 2 * BIG + 1), (BIG, BIG), (BIG, 0)))
@example(points=((0, 0), (2 * BIG, 2 * BIG + 1), (BIG, BIG + 1), (BIG, BIG)))
@example(points=((-1e300, -1e300), (1e300, 1e300), (-1e300, 1e300), (1e300, -1e300)))
@example(points=((-1e300, -1e300), (1e300, 1e300), (5e299, 1e300), (1e300, 1.5e300)))
@example(points=((0, 0), (1, 0), (0, 1), (1, -1)))  # the smallest areas there are, all of them 1 and -1
def test_segments_intersect_whatever_way_they_are_given(kata, solution, points):
    expected = agreed(solution.segments_intersect(*points), have_a_common_point(*points))
    event("meet" if expected else "apart")
    a, b, c, d = points
    for first, second in (((a, b), (c, d)), ((c, d), (a, b))):
        for (p, q), (r, s) in itertools.product((first, first[::-1]), (second, second[::-1])):
            got = kata.segments_intersect(p, q, r, s)
            assert got is expected, f"segments_intersect({p}, {q}, {r}, {s}) is {got!r}, expected {expected}"


@given(points=places(count=4))
@example(points=((0, 0), (1, 1), (0, 5), (1, 5)))
@example(points=((0, 0), (1, 0), (0, 1), (1, 1)))
@example(points=((0, 0), (1, 0), (2, 0), (3, 0)))
@example(points=((0, 0), (4, 0), (2, -1), (2, 1)))
@example(points=((0, 0), (0, 1), (5, 5), (6, 5)))
@example(points=((0, 0), (3, 1), (1, 0), (0, 1)))
@example(points=((7, 1), (-7, 1), (3, 0), (3, -2)))
@example(points=((0, 0), (BIG, BIG + 1), (1, 0), (BIG, BIG - 1)))
@example(points=((0, 0), (BIG, BIG + 1), (1, 1), (BIG + 1, BIG + 2)))
@example(points=((0, 0), (BIG, BIG + 1), (BIG, BIG), (2 * BIG + 1, 2 * BIG + 2)))
@example(points=((2**53 + 1, 0), (2**53 + 1, 1), (0, 0), (1, 0)))
@example(points=((10**15 + 1, 10**15), (10**15, 10**15 + 1), (10**15, 10**15), (10**15 + 3, 10**15 + 4)))
@example(points=((0.0, 0.0), (1e300, 1e300), (0.0, 1e300), (1e300, 0.0)))
def test_lines_meet_at_the_exact_point(kata, solution, points):
    a, b, c, d = points
    assume(a != b and c != d)
    exact = meeting(*points)
    event("parallel" if exact is None else "meet")
    with trusted_parts():
        judge_meeting(solution.line_intersection(*points), exact, points)
    judge_meeting(kata.line_intersection(*points), exact, points)
    for swapped in ((b, a, c, d), (c, d, a, b), (c, d, b, a)):
        judge_meeting(kata.line_intersection(*swapped), exact, swapped)


def judge_meeting(got, exact, points):
    if exact is None:
        assert got is None, f"the lines {points} are parallel: wanted is None, not {got}"
        return
    near = tuple(map(float, exact))
    assert type(got) is tuple and [type(x) for x in got] == [float, float], (  # noqa: PT018
        f"the lines {points} meet near {near}; wanted is a tuple of two floats, got {got!r}"
    )
    for one, other in zip(got, exact, strict=True):
        off = abs(Fraction(one) - other) if math.isfinite(one) else math.inf
        assert off <= 4 * Fraction(math.ulp(float(other))), f"the lines {points} meet at {near}, not at {got}"


@given(points=places(count=3))
@example(points=((2, 3), (0, 0), (4, 0)))
@example(points=((7, 4), (0, 0), (4, 0)))
@example(points=((3, 4), (0, 0), (0, 0)))
@example(points=((-3, -4), (0, 0), (4, 0)))
@example(points=((5, 0), (0, 0), (4, 0)))
@example(points=((2, 1), (0, 0), (4, 2)))
@example(points=((1, 0), (0, 0), (4, 2)))
@example(points=((0, 3), (0, 0), (0, 2)))
@example(points=((1, 1), (1, 1), (1, 1)))
@example(points=((BIG, BIG), (0, 0), (2 * BIG, 2 * BIG + 1)))
@example(points=((2**53 + 1, 1), (2**53, 0), (2**53, 5)))
@example(points=((10**15, 10**15 + 1), (0, 0), (3 * 10**15, 3 * 10**15 + 1)))
@example(points=((0.0, 1e200), (-1e200, 0.0), (1e200, 0.0)))
@example(points=((1e200, 1e200), (0.0, 0.0), (0.0, 0.0)))
def test_the_distance_is_that_to_the_nearest_point(kata, solution, points):
    p, a, b = fractions(*points)
    u = (b[0] - a[0], b[1] - a[1])
    length = u[0] ** 2 + u[1] ** 2
    ends = [(p[0] - end[0]) ** 2 + (p[1] - end[1]) ** 2 for end in (a, b)]
    squared = min(ends)
    # Nearer than both ends is only the foot of the perpendicular, and only between them.
    if abs(ends[0] - ends[1]) < length:
        squared = (u[0] * (p[1] - a[1]) - u[1] * (p[0] - a[0])) ** 2 / length
    event("on it" if squared == 0 else "beside it")

    def judge(got, order):
        assert type(got) is float, f"the distance of {order} is {got!r}; wanted is a float"
        off = abs(Fraction(got) ** 2 - squared) if math.isfinite(got) and got >= 0 else math.inf
        assert off <= squared * Fraction(2, 10**12), f"the distance of {order} is {got}, its square should be {squared}"

    with trusted_parts():
        judge(solution.point_segment_distance(*points), points)
    for order in (points, (points[0], points[2], points[1])):
        judge(kata.point_segment_distance(*order), order)


@settings(max_examples=60)
@given(points=st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=4, max_size=4))
@example(points=[(0, 0), (1, 0), (2, 0), (3, 0)])
@example(points=[(1, 1), (1, 1), (0, 0), (2, 2)])
@example(points=[(0, 0), (4, 0), (2, 0), (2, 5)])
def test_shapely_sees_the_same(kata, points):
    shapely = pytest.importorskip("shapely")
    a, b, c, d = points
    first, second = (
        shapely.LineString(ends) if ends[0] != ends[1] else shapely.Point(ends[0]) for ends in ((a, b), (c, d))
    )
    expected = bool(first.intersects(second))
    got = kata.segments_intersect(a, b, c, d)
    assert got == expected, f"segments_intersect({a}, {b}, {c}, {d}) is {got}, by shapely {expected}"
    distance = first.distance(shapely.Point(c))
    got = kata.point_segment_distance(c, a, b)
    assert math.isclose(got, distance, rel_tol=4e-12), f"the distance of {c}, {a}, {b} is {got}, by shapely {distance}"


def test_one_point_gives_no_line(kata):
    for a, b, c, d in (
        ((0, 0), (0, 0), (1, 0), (0, 1)),
        ((1, 0), (0, 1), (0, 0), (0, 0)),
        ((2, 2), (2, 2), (2, 2), (2, 2)),
        ((2, 2), (2, 2), (3, 3), (3, 3)),
        ((5, 5), (5, 5), (0, 0), (1, 1)),
        ((0, 0), (1, 1), (5, 5), (5, 5)),
        ((1, 1), (1.0, 1.0), (0, 0), (1, 0)),
        ((0.0, 3.0), (-0.0, 3.0), (0, 0), (1, 0)),
        ((0, 0), (1, 0), (BIG, BIG), (BIG, BIG)),
        ((2.0**60, 0), (BIG, 0), (0, 0), (1, 0)),
        ((1e300, 1e300), (1e300, 1e300), (0, 0), (1, 0)),
    ):
        refuses(kata.line_intersection, a, b, c, d)
