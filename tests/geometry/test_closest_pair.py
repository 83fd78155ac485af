"""Properties of geometry/closest_pair."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.geometry.probes import closest_pair as probes
from tests.refusals import refuses
from tests.strategies.geometry import float_points
from tests.strategies.lattices import point_lists
from tests.strategies.sizes import sizes

FAR = 2**60


def by_all_pairs(points):
    """The distance from its definition, in fractions up to the root."""
    exact = [(Fraction(x), Fraction(y)) for x, y in points]
    square = min((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for a, b in itertools.combinations(exact, 2))
    # Floats end at 1e308, and the square of a distance of 1e-200 has vanished in them: the root of a float part.
    shift = max(0, -math.floor(math.log10(square)) // 2) if 0 < square < 1 else 0
    return math.sqrt(square * 10 ** (2 * shift)) / 10**shift


def assert_distance(got, expected, points):
    """Within 1e-12: a difference, a length and a root round a few times by 2^-53 each."""
    assert type(got) in (float, int), f"the distance is {got!r}; wanted is a float"
    assert abs(got - expected) <= 1e-12 * expected, f"the smallest distance of {points} is {got}, expected {expected}"


@st.composite
def distinct_sizes(draw):
    """Floats of sizes from 1e-100 to 1e100, no two of them closer than that."""
    points = draw(st.lists(float_points(), min_size=2, max_size=10))
    for axis in (0, 1):
        values = sorted({point[axis] for point in points})
        if any(not 1e-100 <= b - a <= 1e100 for a, b in itertools.pairwise(values)):
            return [(3.5 * place * place, -0.1 * place) for place, _ in enumerate(points)]
    return points


@st.composite
def columns(draw):
    """Points on one or two vertical lines, where an order by x says nothing."""
    gap = draw(st.sampled_from((1, 5, 40)))
    places = st.tuples(st.sampled_from((0, 0, gap)), st.integers(-30, 30))
    points = draw(st.lists(places, min_size=2, max_size=12, unique=draw(st.booleans())))
    return [(y, x) for x, y in points] if draw(st.booleans()) else points


@settings(max_examples=100)
@given(points=st.one_of(point_lists().filter(lambda points: len(points) > 1), columns(), distinct_sizes()))
@example(points=[(0, 0), (9, 9), (3, 4), (9, 1)])
@example(points=[(2.0, 7.0), (1.0, 1.0), (2.0, 7.0)])
@example(points=[(2**60, 0), (2**60 + 3, 4)])
@example(points=[(2, 4), (5, 1), (6, 3), (12, 4), (8, 1), (0, 0)])
@example(points=[(0, 0), (0, 0)])
@example(points=[(3, 4), (0, 0)])
@example(points=[(-1, -1), (-1, -1), (-1, -1)])
@example(points=[(0, 5), (0, 9), (0, 0), (0, 12), (0, 30)])
@example(points=[(5, 0), (9, 0), (0, 0), (12, 0), (30, 0)])
@example(points=[(10, 30), (10, 11), (0, 16)])
@example(points=[(10, 9), (8, 0), (0, 4)])
@example(points=[(13, 26), (2, 15), (12, 15)])
@example(points=[(1, 1), (6, 2), (0, 5)])
@example(points=[(4, 12), (6, 11), (5, 6), (0, 29), (2, 11), (4, 10), (8, 1), (0, 6)])
@example(points=[(0, 0), (1, 50), (2, -50), (3, 1), (4, 90), (5, -90)])
@example(points=[(0, 0), (1, 50), (2, 90), (3, 130), (4, 1), (5, 170), (6, 210)])
@example(points=[(FAR, FAR), (FAR + 1, FAR), (0, 0), (0, 5)])
@example(points=[(2**26, 2**26), (2**26 + 1, 2**26 + 1), (-(2**26), 0), (-(2**26), 2)])
@example(points=[(10**30, 1), (10**30 + 2, 1), (-(10**30), 0), (-(10**30) + 5, 0)])
@example(points=[(1e100, 0.0), (-1e100, 0.0), (0.0, 5e99), (0.0, -7e99)])
@example(points=[(1e-100, 0.0), (0.0, 0.0), (0.0, 3e-100), (5e-100, 5e-100)])
@example(points=[(0.0, -0.0), (-0.0, 0.0), (1.0, 1.0)])
@example(points=[(0.1, 0.1), (0.3, 0.2), (0.2, 0.7), (0.9, 0.9)])
def test_the_distance_is_the_smallest_of_all_pairs(kata, solution, points):
    expected = by_all_pairs(points)
    event("no distance" if expected == 0 else "far" if expected > 1e6 else "near")
    with trusted_parts():
        assert_distance(solution.closest_pair(list(points)), expected, points)
    asked = list(points)
    got = kata.closest_pair(asked)
    assert_distance(got, expected, points)
    assert asked == points, f"points was {points} and is now {asked}"


@st.composite
def crowds(draw):
    """Many points at least 100 apart in mixed order, and one more near one of them; with the distance of the two."""
    count = draw(sizes(smallest=1, small=12))
    wide = draw(st.sampled_from((1, 2, 7, 20, count)))
    points = [(100 * (place % wide), 100 * (place // wide)) for place in range(count)]
    x, y = draw(st.sampled_from(points))
    aside = draw(st.tuples(st.integers(-30, 30), st.integers(-30, 30)))
    points.append((x + aside[0], y + aside[1]))
    random.Random(draw(st.integers(0, 2**16))).shuffle(points)
    event(f"{wide if wide < count else 'all'} beside each other")
    return points, math.hypot(*aside)


def hidden(count, wide, place, aside):
    """One such crowd."""
    points = [(100 * (each % wide), 100 * (each // wide)) for each in range(count)]
    x, y = points[place]
    return [(x + aside[0], y + aside[1]), *points], math.hypot(*aside)


@settings(max_examples=60)
@given(crowd=crowds())
@example(crowd=hidden(17, 1, 8, (0, 3)))
@example(crowd=hidden(33, 33, 16, (-4, 3)))
@example(crowd=hidden(64, 8, 28, (-1, 0)))
@example(crowd=hidden(64, 8, 35, (1, 0)))
@example(crowd=hidden(129, 2, 65, (-30, 30)))
@example(crowd=hidden(256, 16, 135, (20, -20)))
@example(crowd=hidden(300, 20, 0, (0, 0)))
@example(crowd=hidden(1000, 25, 487, (-2, 1)))
@example(crowd=hidden(1000, 1, 500, (0, -7)))
def test_a_pair_hidden_in_a_crowd_is_found(kata, crowd):
    points, expected = crowd
    got = kata.closest_pair(points)
    shown = points if len(points) < 20 else f"{len(points)} points"
    assert_distance(got, expected, shown)


@settings(max_examples=50)
@given(points=point_lists().filter(lambda points: len(points) > 1), seed=st.integers(0, 2**16))
@example(points=[(0, 0), (9, 9), (3, 4), (9, 1)], seed=1)
@example(points=[(4, 12), (6, 11), (5, 6), (0, 29), (2, 11), (4, 10), (8, 1), (0, 6)], seed=2)
@example(points=[(0, 5), (0, 9), (0, 0), (0, 12), (0, 30)], seed=3)
def test_order_mirrors_and_a_point_that_comes_twice(kata, points, seed):
    distance = kata.closest_pair(points)
    mixed = random.Random(seed).sample(points, len(points))
    for name, others in (
        ("in another order", tuple(mixed)),
        ("with x and y swapped", [(y, x) for x, y in mixed]),
        ("mirrored", [(-x, y) for x, y in mixed]),
        ("turned by half", [(-x, -y) for x, y in mixed]),
    ):
        got = kata.closest_pair(others)
        # Both may be off by 1e-12 of the distance, to either side.
        assert abs(got - distance) <= 2e-12 * distance, f"{points}: {distance}, {name}: {got}"
    got = kata.closest_pair([*mixed, points[0]])
    assert got == 0, f"the distance of {[*mixed, points[0]]} is {got}; a point comes twice, so it is 0"


@settings(max_examples=40)
@given(points=st.lists(st.tuples(st.integers(-999, 999), st.integers(-99, 99)), min_size=2, max_size=60))
@example(points=[(0, 0), (9, 9), (3, 4), (9, 1)])
@example(points=[(0, 0), (3, 3), (0, 0)])
def test_shapely_finds_the_same_distance(kata, points):
    shapely = pytest.importorskip("shapely")
    # Any two points differ in one bit of their places at least.
    expected = math.inf
    for bit in range((len(points) - 1).bit_length()):
        parts = [[point for place, point in enumerate(points) if place >> bit & 1 == side] for side in (0, 1)]
        expected = min(expected, shapely.distance(*map(shapely.MultiPoint, parts)))
    assert_distance(kata.closest_pair(points), expected, points)


def one_above_the_other(count):
    """All x are equal, in mixed order."""
    return [(7, 10 * (7 * place % count)) for place in range(count)]


def beside_each_other(count):
    """All y are equal."""
    return [(10 * (7 * place % count), 7) for place in range(count)]


def two_columns(count):
    """Half of the points on each of two vertical lines, which are nearer than the points on them."""
    return [(place % 2, 10 * place) for place in range(count)]


def in_a_cross(count):
    """Half of the points on each axis."""
    return [((1 + place) * 10, 0) if place % 2 else (0, (1 + place) * 10) for place in range(count)]


def in_a_square(count):
    """A grid, where all neighbours are equally far."""
    side = math.isqrt(count)
    return [(10 * (place % side), 10 * (place // side)) for place in range(count)]


SHAPES = [one_above_the_other, beside_each_other, two_columns, in_a_cross, in_a_square]


@pytest.mark.parametrize("points_of", SHAPES, ids=lambda each: each.__name__)
def test_four_times_the_points_take_little_more_than_four_times_the_work(kata, points_of):
    few = kata.run(probes.executed_lines, points_of(64))
    many = kata.run(probes.executed_lines, points_of(256))
    # n log n and n (log n)^2 grow by a factor of 5.3 and 7.1, n^2 by 16.
    assert many <= 8 * few, f"{few} lines are executed for 64 points and {many} for 256"


def test_fewer_than_two_points_are_refused(kata):
    for points in ([], (), [(0, 0)], ((0, 0),), [(-1.5, 2.5)], [(2**60, -(2**60))]):
        refuses(kata.closest_pair, points)
