"""Properties of geometry/min_circle."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.geometry.probes import min_circle as probes
from tests.refusals import refuses
from tests.strategies.lattices import point_lists
from tests.strategies.sizes import sizes

FAR = 2**60


def circle_of_two(a, b):
    """The circle with two points at the ends of a diameter: centre and square of the radius."""
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    return x, y, (a[0] - x) ** 2 + (a[1] - y) ** 2


def circle_of_three(a, b, c):
    """The circle through three points, where there is one."""
    area = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    if area == 0:
        return
    aa, bb, cc = (p[0] ** 2 + p[1] ** 2 for p in (a, b, c))
    x = (aa * (b[1] - c[1]) + bb * (c[1] - a[1]) + cc * (a[1] - b[1])) / area
    y = (aa * (c[0] - b[0]) + bb * (a[0] - c[0]) + cc * (b[0] - a[0])) / area
    yield x, y, (a[0] - x) ** 2 + (a[1] - y) ** 2


def by_all_circles(points):
    """The radius from its definition: of all circles of two and three points that hold all, the smallest one's."""
    exact = sorted({(Fraction(x), Fraction(y)) for x, y in points})
    if len(exact) == 1:
        return 0.0
    circles = [circle_of_two(*pair) for pair in itertools.combinations(exact, 2)]
    for triple in itertools.combinations(exact, 3):
        circles.extend(circle_of_three(*triple))
    circles.sort(key=lambda circle: circle[2])
    for x, y, square in circles:
        if all((p[0] - x) ** 2 + (p[1] - y) ** 2 <= square for p in exact):
            return math.sqrt(square)
    raise AssertionError(f"no circle holds all of {points}")


def assert_circle(got, radius, points):
    """The right radius, and no point outside; within 1e-12 of the largest coordinate, since the centre is rounded."""
    shown = points if len(points) < 20 else f"{len(points)} points"
    room = 1e-12 * float(max(abs(x) for point in points for x in point))
    form = isinstance(got, tuple) and len(got) == 2 and isinstance(got[0], tuple) and len(got[0]) == 2
    form = form and all(type(x) in (float, int) for x in (*got[0], got[1]))
    assert form, f"the circle around {shown} is {got!r}; wanted is ((x, y), radius)"
    (x, y), found = got
    assert all(map(math.isfinite, (x, y, found))), f"the circle around {shown} is {got}"
    assert abs(found - radius) <= room, f"the radius around {shown} is {found}, expected {radius}"
    x, y = Fraction(x), Fraction(y)
    distances = [math.hypot(Fraction(px) - x, Fraction(py) - y) for px, py in points]
    place = max(range(len(points)), key=distances.__getitem__)
    outside = f"of {shown}, {points[place]} is {distances[place]} from {got[0]}, outside of the radius {found}"
    assert distances[place] <= radius + room, outside


@st.composite
def few_points(draw):
    """A few points of one lattice; floats are quarters of small integers."""
    points = draw(point_lists(most=6, floats=False).filter(bool))
    if all(abs(x) < 100 for point in points for x in point) and draw(st.booleans()):
        return [(x / 4, y / 4) for x, y in points]
    return points


@settings(max_examples=80)
@given(points=few_points())
@example(points=[(0, 0), (6, 0), (3, 1)])
@example(points=[(0, 0), (6, 0), (3, 9), (3, 9)])
@example(points=[(-2.0, 7.0)])
@example(points=[(5, 5), (5, 5), (5, 5)])
@example(points=[(0, 0)])
@example(points=[(0, 0), (6, 0), (3, 9)])
@example(points=[(0, 0), (3, 4)])
@example(points=[(0, 0), (1, 1), (2, 2), (7, 7), (3, 3)])
@example(points=[(5, 1), (5, 9), (5, 4), (5, 9)])
@example(points=[(1, 5), (9, 5), (4, 5), (2, 5)])
@example(points=[(0, 0), (10, 0), (5, 1), (5, 2), (5, -5)])
@example(points=[(0, 0), (2, 0), (2, 2), (0, 2)])
@example(points=[(0, 0), (10, 0), (1, 1), (9, 1)])
@example(points=[(0, 0), (4, 0), (1, 3), (3, 3), (2, -1)])
@example(points=[(-5, 0), (3, 4), (3, -4), (4, 3), (0, 5)])
@example(points=[(0, 0), (8, 0), (4, 7), (4, 3), (1, 1)])
@example(points=[(0, 10), (9, -5), (-9, -5), (0, 11), (2, 2)])
@example(points=list(itertools.product(range(-1, 2), repeat=2)))
@example(points=[(1, 0), (0, 0), (-1, 0), (0, 1), (0, -3)])
@example(points=[(0.25, 0.5), (1.75, -2.0), (-0.75, 3.25)])
@example(points=[(FAR, FAR), (FAR + 1000, FAR), (FAR, FAR + 1000)])
@example(points=[(2**26 + 1, 2**26 + 1), (2**26 + 7, 2**26 + 1), (2**26 + 4, 2**26 + 10)])
@example(points=[(2**26, 0), (0, 2**26 + 1), (-(2**26), 1), (0, -(2**26) - 1), (1, 2**26 + 1)])
@example(points=[(0, 0), (2**30, 1), (2**31, 2), (2**31 + 1, 1)])
@example(points=[(10**30, 0), (-(10**30), 1), (1, 10**30)])
def test_no_circle_with_all_points_is_smaller(kata, solution, points):
    radius = by_all_circles(points)
    different = len(set(points))
    event("one point" if different == 1 else "two points" if different == 2 else "more")
    with trusted_parts():
        assert_circle(solution.min_circle(list(points)), radius, points)
    asked = list(points)
    got = kata.min_circle(asked)
    assert_circle(got, radius, points)
    assert asked == points, f"points was {points} and is now {asked}"


RADIUS = 1105
BORDER = [
    (x, y)
    for x in range(-RADIUS, RADIUS + 1)
    for y in {math.isqrt(RADIUS**2 - x * x), -math.isqrt(RADIUS**2 - x * x)}
    if x * x + y * y == RADIUS**2
]
"""The 108 whole points on a circle."""

INSIDE = [(x, y) for x in range(-1100, 1101, 50) for y in range(-1100, 1101, 50) if x * x + y * y < RADIUS**2]


def crowd(count, fixed, seed, shift=(0, 0)):
    """Points inside of a circle and ``fixed`` (2 or 3) points on its border that no smaller circle holds."""
    drawn = random.Random(seed)
    while True:
        chosen = drawn.sample(BORDER, 3)
        if fixed == 2:
            chosen[1:] = [(-chosen[0][0], -chosen[0][1])]
            break
        turns = [a[0] * b[1] - a[1] * b[0] for a, b in itertools.pairwise([*chosen, chosen[0]])]
        if all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns):  # 0 lies inside of the triangle
            break
    points = chosen + drawn.choices(INSIDE, k=count)
    drawn.shuffle(points)
    return [(x + shift[0], y + shift[1]) for x, y in points]


@settings(max_examples=40)
@given(
    points=st.builds(
        crowd,
        sizes(smallest=0, small=10),
        st.sampled_from((2, 3)),
        st.integers(0, 2**16),
        st.sampled_from(((0, 0), (-3000, 400), (2**26, -(2**26)))),
    )
)
@example(points=crowd(5, 2, 1))
@example(points=crowd(17, 2, 2))
@example(points=crowd(17, 3, 3))
@example(points=crowd(40, 3, 4, (2**26, 2**26)))
@example(points=crowd(129, 3, 5))
@example(points=crowd(300, 3, 6, (-3000, 400)))
@example(points=crowd(300, 2, 7))
@example(points=BORDER)
def test_the_circle_around_a_crowd_is_found(kata, points):
    assert_circle(kata.min_circle(points), float(RADIUS), points)


@settings(max_examples=40)
@given(points=few_points(), seed=st.integers(0, 2**16))
@example(points=[(0, 0), (6, 0), (3, 9)], seed=1)
@example(points=[(0, 0), (10, 0), (1, 1), (9, 1)], seed=2)
@example(points=[(0, 0), (1, 1), (2, 2), (7, 7), (3, 3)], seed=3)
def test_order_mirrors_and_repetitions_do_not_matter(kata, points, seed):
    _, radius = kata.min_circle(points)
    room = 4e-12 * float(max(abs(coordinate) for point in points for coordinate in point))
    mixed = random.Random(seed).sample(points * 2, len(points) * 2)
    for how, others in (
        ("in another order and twice", tuple(mixed)),
        ("with x and y swapped", [(py, px) for px, py in mixed]),
        ("mirrored", [(-px, py) for px, py in mixed]),
        ("turned by half", [(-px, -py) for px, py in points]),
    ):
        got = kata.min_circle(others)[1]
        assert abs(got - radius) <= room, f"the radius around {points} is {radius}, {how} it is {got}"


@settings(max_examples=40)
@given(points=st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=1, max_size=50))
@example(points=[(0, 0), (6, 0), (3, 1)])
@example(points=[(0, 0), (6, 0), (3, 9), (3, 9)])
@example(points=[(5, 5), (5, 5)])
def test_shapely_finds_the_same_radius(kata, points):
    shapely = pytest.importorskip("shapely")
    expected = float(shapely.minimum_bounding_radius(shapely.MultiPoint(points)))
    got = kata.min_circle(points)[1]
    # What shapely computes is itself rounded, and it says nothing of how far.
    assert abs(got - expected) <= 1e-9 * (1 + expected), f"the radius around {points} is {got}, by shapely {expected}"


def outwards_on_a_line(count):
    """Each new point is farther out, on both sides in turn."""
    return [(number * (-1) ** number, 2 * number * (-1) ** number) for number in range(count)]


def along_a_line(count):
    """Each new point is farther to the right."""
    return [(10 * number, 3) for number in range(count)]


def on_a_spiral(count):
    """Each new point is a little farther out and a little turned."""
    return [
        (round((1000 + 50 * number) * math.cos(number)), round((1000 + 50 * number) * math.sin(number)))
        for number in range(count)
    ]


def on_a_parabola(count):
    """Each point is a corner of the hull."""
    return [(number, number * number) for number in range(count)]


SHAPES = [outwards_on_a_line, along_a_line, on_a_spiral, on_a_parabola]


@pytest.mark.parametrize("points_of", SHAPES, ids=lambda each: each.__name__)
def test_four_times_the_points_take_little_more_than_four_times_the_work(kata, points_of):
    # Several inputs each, because a method with random choices has good and bad luck.
    few = kata.run(probes.executed_lines, [points_of(count) for count in (30, 31, 32, 33, 34)])
    many = kata.run(probes.executed_lines, [points_of(count) for count in (120, 124, 128, 132, 136)])
    # n and n log n grow by a factor of 4 and 5.6, n^2 by 16; luck may cost half as much again.
    assert many <= 8.5 * few, f"{few} lines are executed for 32 points, in the mean of five, and {many} for 128"


def test_no_points_are_refused(kata):
    for points in ([], ()):
        refuses(kata.min_circle, points)
