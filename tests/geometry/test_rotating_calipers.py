"""Properties of geometry/rotating_calipers."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.geometry.probes import rotating_calipers as probes
from tests.refusals import refuses
from tests.strategies.lattices import point_lists
from tests.strategies.sizes import sizes

FAR = 2**60
SHRINKS_AND_GROWS = [(-600, 100), (-325, 50), (0, 0), (600, 100), (576, 183), (0, 2000)]
"""Seen from a corner, the distances of the others shrink and grow again on the way round."""


def turn(a, b, c):
    """Twice the area of a triangle."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def square(a, b):
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def root(number):
    """Of a fraction or an integer of any size."""
    return math.sqrt(Fraction(number))


def by_all_pairs(points):
    """Diameter and width from their definitions: no direction between two points has less room than the best one."""
    exact = sorted({(Fraction(x), Fraction(y)) for x, y in points})
    if len(exact) == 1:
        return 0.0, 0.0
    pairs = list(itertools.combinations(exact, 2))
    widths = []
    for a, b in pairs:
        heights = [turn(a, b, c) for c in exact]
        widths.append((max(heights) - min(heights)) ** 2 / square(a, b))
    return root(max(square(a, b) for a, b in pairs)), root(min(widths))


def assert_measure(name, got, expected, points):
    """Within 1e-12: an area, a length and their quotient round a few times by 2^-53 each."""
    assert type(got) in (float, int), f"{name} is {got!r}; wanted is a float"
    assert abs(got - expected) <= 1e-12 * expected, f"{name} of {points} is {got}, expected {expected}"


@settings(max_examples=80)
@given(points=point_lists().filter(bool))
@example(points=[(0, 0), (4, 0), (4, 3), (0, 3), (1, 1)])
@example(points=[(7, 7), (7, 7)])
@example(points=[(0, 0), (2, 2), (1, 1)])
@example(points=SHRINKS_AND_GROWS)
@example(points=SHRINKS_AND_GROWS[::-1])
@example(points=[(3.0, -4.0)])
@example(points=[(0, 0), (3, 4)])
@example(points=[(5, 1), (5, 9), (5, 4), (5, 9)])
@example(points=[(1, 5), (9, 5), (4, 5)])
@example(points=[(0, 0), (1, 0), (0, 1)])
@example(points=[(0, 0), (10, 0), (5, 1)])
@example(points=[(0, 0), (10, 0), (13, 4), (3, 4)])
@example(points=[(0, 0), (4, 0), (1, 2), (7, 2)])
@example(points=[(0, 0), (6, 0), (6, 1), (0, 1), (3, 0), (3, 1)])
@example(points=[(-2, 0), (-1, -2), (1, -2), (2, 0), (1, 2), (-1, 2)])
@example(points=[(0, 0), (5, -1), (9, 3), (8, 8), (3, 9), (-1, 5)])
@example(points=[(-4, 0), (0, -1), (4, 0), (0, 1)])
@example(points=[(0, -4), (1, 0), (0, 4), (-1, 0)])
@example(points=list(itertools.product(range(-4, 5), (-3, 0, 4))))
@example(points=[(FAR, FAR), (FAR + 4, FAR), (FAR + 4, FAR + 3), (FAR, FAR + 3)])
@example(points=[(0, 0), (FAR + 1, FAR + 1), (2 * FAR, 2 * FAR + 1), (FAR, FAR)])
@example(points=[(-(2**26), 0), (0, 2**26 - 1), (2**26, 2**27 - 1), (2**26 - 1, 2**27)])
@example(points=[(0, 0), (2**30, 2**30 - 1), (2**31 + 1, 2**31 - 1)])
@example(points=[(0, 0), (10**30, 1), (2 * 10**30, 1), (10**30, 0)])
@example(points=[(0.0, 0.0), (2.0**25, 2.0**25), (2.0**24, 2.0**24 - 1), (-0.0, 0.0)])
def test_both_measures_are_those_of_the_definition(kata, solution, points):
    longest, narrowest = by_all_pairs(points)
    event("on one line" if narrowest == 0 else "a polygon")
    with trusted_parts():
        assert_measure("the diameter", solution.diameter(list(points)), longest, points)
        assert_measure("the width", solution.width(list(points)), narrowest, points)
    asked = list(points)
    assert_measure("the diameter", kata.diameter(asked), longest, points)
    assert_measure("the width", kata.width(asked), narrowest, points)
    assert asked == points, f"points was {points} and is now {asked}"


def on_a_circle(count):
    """Whole points near a circle."""
    turns = (2 * math.pi * number / count for number in range(count))
    return [(round(10**7 * math.cos(turn)), round(10**7 * math.sin(turn))) for turn in turns]


def on_an_ellipse(count):
    """Whole points near a long ellipse that lies aslant."""
    long = [(10 * x, y) for x, y in on_a_circle(count)]
    return [(3 * x - 4 * y, 4 * x + 3 * y) for x, y in long]


def on_a_parabola(count):
    """Each point is a corner; most of them are close together."""
    return [(x, x * x) for x in range(-(count // 2), count - count // 2)]


def of_parallel_edges(count):
    """A polygon with a centre: each edge has a parallel one on the other side."""
    half = [(number, number * (number - 1) // 2) for number in range(max(2, (count + 1) // 2))]
    end_x, end_y = half[-1]
    return [(x - end_x, y) for x, y in half] + [(-x, end_y + 1 - y) for x, y in half]


@st.composite
def outlines(draw):
    """Many corners of a convex polygon, counter-clockwise."""
    shape = draw(st.sampled_from((on_a_circle, on_an_ellipse, on_a_parabola, of_parallel_edges)))
    event(shape.__name__)
    return shape(draw(sizes(smallest=3, small=20)))


@settings(max_examples=50)
@given(corners=outlines(), seed=st.integers(0, 2**16))
@example(corners=on_a_circle(17), seed=1)
@example(corners=on_a_circle(64), seed=2)
@example(corners=on_an_ellipse(33), seed=3)
@example(corners=on_an_ellipse(300), seed=4)
@example(corners=on_a_parabola(17), seed=5)
@example(corners=on_a_parabola(129), seed=6)
@example(corners=of_parallel_edges(12), seed=7)
@example(corners=of_parallel_edges(64), seed=8)
@example(corners=SHRINKS_AND_GROWS, seed=9)
def test_many_corners_are_measured_from_all_sides(kata, corners, seed):
    longest = math.sqrt(max(square(a, b) for a, b in itertools.combinations(corners, 2)))
    narrowest = min(
        max(turn(a, b, c) for c in corners) / math.sqrt(square(a, b))
        for a, b in itertools.pairwise([*corners, corners[0]])
    )
    mixed = random.Random(seed).sample(corners, len(corners))
    shown = mixed if len(mixed) < 20 else f"{len(mixed)} points"
    assert_measure("the diameter", kata.diameter(mixed), longest, shown)
    assert_measure("the width", kata.width(mixed), narrowest, shown)


@settings(max_examples=50)
@given(points=point_lists(floats=False).filter(bool), seed=st.integers(0, 2**16), factor=st.integers(1, 5))
@example(points=[(0, 0), (4, 0), (4, 3), (0, 3), (1, 1)], seed=1, factor=3)
@example(points=[(0, 0), (2, 2), (1, 1)], seed=2, factor=2)
@example(points=[(7, 7)], seed=3, factor=2)
@example(points=SHRINKS_AND_GROWS, seed=4, factor=1)
def test_order_turns_and_points_between_do_not_matter(kata, points, seed, factor):
    mixed = random.Random(seed).sample(points, len(points))
    doubled = [(2 * x, 2 * y) for x, y in mixed]
    middles = [(a[0] + b[0], a[1] + b[1]) for a, b in itertools.pairwise(mixed)]
    changed = (
        ("in another order, as a tuple", tuple(mixed), 1),
        ("turned by a quarter", [(-y, x) for x, y in mixed], 1),
        ("mirrored and moved", [(100 - x, y - 7) for x, y in mixed], 1),
        (f"times {factor}", [(factor * x, factor * y) for x, y in mixed], factor),
        ("times 2, with points between", doubled + middles + doubled, 2),
    )
    for name, measure in (("the diameter", kata.diameter), ("the width", kata.width)):
        before = measure(points)
        for how, others, times in changed:
            got = measure(others)
            # Both may be off by 1e-12 of themselves, to either side.
            close = abs(got - times * before) <= 2e-12 * times * before
            assert close, f"{name} of {points} is {before}, {how} it is {got}"


@settings(max_examples=40)
@given(points=st.lists(st.tuples(st.integers(-99, 99), st.integers(-9, 9)), min_size=1, max_size=40))
@example(points=[(0, 0), (4, 0), (4, 3), (0, 3), (1, 1)])
@example(points=[(0, 0), (2, 2), (1, 1)])
@example(points=SHRINKS_AND_GROWS)
def test_the_outline_of_shapely_has_the_same_measures(kata, points):
    shapely = pytest.importorskip("shapely")
    shape = shapely.MultiPoint(points).convex_hull
    corners = shapely.points(shapely.get_coordinates(shape))
    longest = max(float(shapely.distance(corner, corners).max()) for corner in corners)
    assert_measure("the diameter", kata.diameter(points), longest, points)
    narrowest = 0.0
    if shape.geom_type == "Polygon":
        outline = [(int(x), int(y)) for x, y in shapely.get_coordinates(shape.normalize().reverse())]
        narrowest = min(
            max(abs(turn(a, b, c)) for c in outline) / math.sqrt(square(a, b)) for a, b in itertools.pairwise(outline)
        )
    assert_measure("the width", kata.width(points), narrowest, points)


def in_a_triangle(count):
    """Three corners, the other points inside."""
    inside = [(1000 + 7919 * number % 1009, 1000 + 104729 * number % 1013) for number in range(count)]
    return [(0, 0), (9000, 0), (0, 9000), *inside][:count]


def on_one_line(count):
    """All on one line, in mixed order."""
    return [(3 * (7 * number % count), 2 * (7 * number % count)) for number in range(count)]


SHAPES = [on_a_circle, on_an_ellipse, on_a_parabola, of_parallel_edges, in_a_triangle, on_one_line]


@pytest.mark.parametrize("points_of", SHAPES, ids=lambda each: each.__name__)
def test_four_times_the_points_take_little_more_than_four_times_the_work(kata, points_of):
    for name in ("diameter", "width"):
        few = kata.run(probes.executed_lines, name, points_of(64))
        many = kata.run(probes.executed_lines, name, points_of(256))
        # n log n and n (log n)^2 grow by a factor of 5.3 and 7.1, n^2 by 16.
        assert many <= 8 * few, f"{name} executes {few} lines for 64 points and {many} for 256"


def test_no_points_are_refused(kata):
    for points in ([], ()):
        refuses(kata.diameter, points)
        refuses(kata.width, points)
