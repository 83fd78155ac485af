"""Properties of geometry/convex_hull."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.geometry.probes import convex_hull as probes
from tests.strategies.lattices import point_lists
from tests.strategies.sizes import sizes

GRID = list(itertools.product(range(-4, 5), repeat=2))
FAR = 2**60


def turn(a, b, c):
    """Exact: of integers, or of floats that are small enough."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def is_edge(a, b, points):
    """Whether all points are to the left of the way from a to b, or on it between the two."""
    for c in points:
        side = turn(a, b, c)
        between = (c[0] - a[0]) * (c[0] - b[0]) + (c[1] - a[1]) * (c[1] - b[1]) <= 0
        if side < 0 or (side == 0 and not between):
            return False
    return True


def by_trying_all_edges(points):
    """The hull from its definition, in O(n^3)."""
    different = sorted(set(points))
    if len(different) <= 1:
        return different
    following = {a: b for a in different for b in different if a != b and is_edge(a, b, different)}
    hull = [different[0]]
    while following[hull[-1]] != hull[0]:
        hull.append(following[hull[-1]])
    return hull


@settings(max_examples=80)
@given(points=point_lists())
@example(points=[(1, 1), (0, 2), (2, 2), (2, 0), (1, 0), (0, 0)])
@example(points=[(3, 3), (1, 1), (2, 2), (1, 1)])
@example(points=[(5, 5), (5, 5)])
@example(points=[])
@example(points=[(7.0, -7.0)])
@example(points=list(itertools.product(range(4), repeat=2)))
@example(points=[(0, 2), (0, 0), (0, 1), (1, 0), (1, 2), (1, 1)])
@example(points=[(0, 0), (4, 0), (4, 4), (3, 3), (2, 2), (1, 1)])
@example(points=[(0, 0), (2, 4), (1, 2), (4, 0), (3, 2), (2, 0)])
@example(points=[(2, 0), (2, 5), (2, 3), (2, 5)])
@example(points=[(0, 5), (3, 5), (1, 5)])
@example(points=[(0, 0), (0, 0), (1, 0), (1, 0), (0, 1), (0, 1)])
@example(points=[(-3, 0), (0, -1), (3, 0), (0, 1), (0, 0)])
@example(points=[(0, 0), (FAR + 1, FAR + 1), (2 * FAR, 2 * FAR + 1), (FAR, FAR)])
@example(points=[(0, 0), (2**53, 0), (2**53 + 1, 0), (2**53, 1)])
@example(points=[(-(2**26), 0), (0, 2**26 - 1), (2**26, 2**27 - 1), (2**26 - 1, 2**27)])
@example(points=[(0, 0), (2**20, 2**20 - 1), (2**21 + 1, 2**21 - 1), (0, 2**21)])
@example(points=[(0, 0), (2**30, 2**30 - 1), (2**31 + 1, 2**31 - 1), (0, 2**31)])
@example(points=[(0, 0), (2**30 - 1, 2**30), (2**31 - 1, 2**31 + 1)])
@example(points=[(0, 0), (2**40, 0), (2**40, 2**40), (0, 2**40)])
@example(points=[(0.0, 0.0), (2.0**25, 2.0**25), (2.0**24, 2.0**24 - 1), (-0.0, 0.0)])
def test_the_hull_is_that_of_the_definition(kata, solution, points):
    expected = agreed(solution.convex_hull(list(points)), by_trying_all_edges(points))
    event(f"{min(4, len(expected))} corners or more" if len(expected) > 3 else f"{len(expected)} corners")
    asked = list(points)
    got = kata.convex_hull(asked)
    assert type(got) is list, f"the hull is {got!r}; wanted is a list of points"
    assert got == expected, f"the hull of {points} is {got}, expected {expected}"
    assert all(type(corner) is tuple for corner in got), f"a corner must be a tuple as it came in: {got}"
    assert asked == points, f"points was {points} and is now {asked}"


@st.composite
def crowds(draw):
    """Many points, all different: on the small grid, on a circle, on a parabola, inside a triangle."""
    shape, count = draw(st.sampled_from(("grid", "circle", "parabola", "triangle"))), draw(sizes(smallest=3, small=60))
    event(shape)
    shuffled = random.Random(draw(st.integers(0, 2**16)))
    if shape == "grid":
        points = shuffled.sample(GRID, min(count, len(GRID)))
    elif shape == "circle":
        points = on_a_circle(count)
    elif shape == "parabola":
        points = on_a_parabola(count)
    else:
        points = in_a_triangle(count)
    shuffled.shuffle(points)
    return points


def on_a_circle(count):
    """Whole points near a circle."""
    turns = (2 * math.pi * number / count for number in range(count))
    return [(round(10**7 * math.cos(turn)), round(10**7 * math.sin(turn))) for turn in turns]


def on_a_parabola(count):
    """Each point is a corner."""
    return [(x, x * x) for x in range(-(count // 2), count - count // 2)]


def in_a_triangle(count):
    """Three corners, the other points inside."""
    inside = [(1000 + 7919 * number % 1009, 1000 + 104729 * number % 1013) for number in range(count)]
    return [(0, 0), (9000, 0), (0, 9000), *inside][:count]


def on_one_line(count):
    """All on one line, in mixed order."""
    return [(3 * (7 * number % count), 2 * (7 * number % count)) for number in range(count)]


def doubled(count):
    """Each point of a parabola twice."""
    return on_a_parabola(count // 2) * 2


@settings(max_examples=50)
@given(points=st.one_of(point_lists(), crowds()))
@example(points=GRID)
@example(points=GRID[::-1])
@example(points=[(2, 0), (2, 5), (2, 3), (3, 5)])
@example(points=on_a_parabola(17))
@example(points=on_a_circle(33))
@example(points=on_a_circle(300))
@example(points=on_a_parabola(1100))
def test_all_points_lie_inside_and_each_corner_turns_left(kata, points):
    hull = kata.convex_hull(points)
    strangers = [corner for corner in hull if corner not in set(points)]
    assert not strangers, f"{strangers} are corners, but were not among the points"
    assert len(set(hull)) == len(hull), f"a corner comes twice: {hull}"
    if points:
        assert hull, f"the hull of {points} is empty"
        assert hull[0] == min(points), f"the hull begins with {hull[0]}, the smallest point is {min(points)}"
    if len(hull) < 3:
        ends = sorted({min(points), max(points)}) if points else []
        assert hull == ends, f"the hull is {hull}, expected the ends {ends}"
        outside = [point for point in points if turn(hull[0], hull[-1], point)]
        assert not outside, f"{outside[:1]} does not lie on the line of the hull {hull}"
        return
    corners = list(zip(hull, hull[1:] + hull[:1], hull[2:] + hull[:2], strict=True))
    for a, b, c in corners:
        assert turn(a, b, c) > 0, f"the hull does not turn left from {a} over {b} to {c}"
    some = points if len(points) * len(hull) < 20_000 else points[:: len(points) * len(hull) // 20_000]
    for (a, b, _), point in itertools.product(corners, some):
        assert turn(a, b, point) >= 0, f"{point} lies outside of the edge from {a} to {b}"


@settings(max_examples=50)
@given(points=point_lists(), seed=st.integers(0, 2**16), shift=st.sampled_from([(0, 0), (-7, 3), (2**20, -(2**20))]))
@example(points=[(1, 1), (0, 2), (2, 2), (2, 0), (1, 0), (0, 0)], seed=1, shift=(0, 0))
@example(points=[(0, 0), (0, 1), (0, 2)], seed=3, shift=(-7, 3))
@example(points=[(1, 0), (0, 0), (0, 1), (0, 2), (1, 2)], seed=5, shift=(-7, 3))
def test_order_repetition_and_place_do_not_matter(kata, points, seed, shift):
    hull = kata.convex_hull(points)
    mixed = [*points, *points[::2]]
    random.Random(seed).shuffle(mixed)
    got = kata.convex_hull(tuple(mixed))
    assert got == hull, f"the hull of {points} is {hull}, in another order and with repetitions it is {got}"
    assert kata.convex_hull(hull) == hull, f"the hull of the hull {hull} is {kata.convex_hull(hull)}"
    moved = kata.convex_hull([(x + shift[0], y + shift[1]) for x, y in mixed])
    expected = [(x + shift[0], y + shift[1]) for x, y in hull]
    assert moved == expected, f"the hull of points moved by {shift} is {moved}, expected {expected}"


@settings(max_examples=40)
@given(points=st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=60))
@example(points=GRID)
@example(points=[(0, 0), (1, 1), (2, 2), (2, 2)])
def test_shapely_finds_the_same_corners(kata, points):
    shapely = pytest.importorskip("shapely")
    shape = shapely.MultiPoint(points).convex_hull
    outline = shape.exterior if shape.geom_type == "Polygon" else shape
    expected = {(int(x), int(y)) for x, y in outline.coords}
    got = kata.convex_hull(points)
    assert set(got) == expected, f"the corners of {points} are {sorted(got)}, by shapely {sorted(expected)}"


@pytest.mark.parametrize(
    "points_of", [on_a_circle, on_a_parabola, in_a_triangle, on_one_line, doubled], ids=lambda each: each.__name__
)
def test_four_times_the_points_take_little_more_than_four_times_the_work(kata, points_of):
    few = kata.run(probes.executed_lines, points_of(64))
    many = kata.run(probes.executed_lines, points_of(256))
    # n log n and n (log n)^2 grow by a factor of 5.3 and 7.1, n^2 by 16.
    assert many <= 8 * few, f"{few} lines are executed for 64 points and {many} for 256"
