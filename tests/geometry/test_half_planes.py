"""Properties of geometry/half_planes."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.geometry.probes import half_planes as probes
from tests.refusals import refuses
from tests.strategies.lattices import strides, whole_points
from tests.strategies.sizes import sizes

SQUARE = (0, 0, 4, 4)
FAR = 2**60


def turn(a, b, c):
    """Twice the area of a triangle, positive if c is to the left of the way from a to b."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def by_clipping(lines, box):
    """The corners from the definition: the box, cut with one line after the other, in fractions."""
    xmin, ymin, xmax, ymax = map(Fraction, box)
    corners = [(xmin, ymin), (xmax, ymin), (xmax, ymax), (xmin, ymax)]
    for a, b in dict.fromkeys(lines):
        kept = []
        for p, q in itertools.pairwise([*corners, *corners[:1]]):
            at_p, at_q = turn(a, b, p), turn(a, b, q)
            if at_p >= 0:
                kept.append(p)
            if at_p * at_q < 0:
                share = at_p / (at_p - at_q)
                kept.append((p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])))
        corners = kept
    different = [corner for place, corner in enumerate(corners) if corner != corners[place - 1]]
    around = zip(different[-1:] + different[:-1], different, different[1:] + different[:1], strict=True)
    return [b for a, b, c in around if turn(a, b, c) != 0]


def assert_region(got, expected, lines, box):
    """The same corners in the same direction; each may be off by the roundings of a float of the box's size."""
    asked = f"{lines} in {box}" if len(lines) < 12 else f"{len(lines)} lines in {box}"
    form = isinstance(got, list) and all(isinstance(corner, tuple) and len(corner) == 2 for corner in got)
    form = form and all(type(x) in (float, int) and math.isfinite(x) for corner in got for x in corner)
    assert form, f"{asked}: the region is {got!r}; wanted is a list of tuples of two floats"
    wanted = [(float(x), float(y)) for x, y in expected]
    assert len(got) == len(wanted), f"{asked}: the corners are {got}, expected {wanted}, from any of them"
    room = 1e-12 * float(max(map(abs, box)))
    for first in range(max(1, len(wanted))):
        turned = wanted[first:] + wanted[:first]
        if all(abs(a[0] - b[0]) <= room and abs(a[1] - b[1]) <= room for a, b in zip(got, turned, strict=True)):
            return
    raise AssertionError(f"{asked}: the corners are {got}, expected {wanted}, from any of them, in this direction")


@st.composite
def regions(draw):
    """A box and lines through the points of a lattice, many of them parallel, through one point, or along the box."""
    stride = draw(strides())
    places = whole_points(stride)
    ends = st.tuples(places, places).filter(lambda line: line[0] != line[1])
    lines = draw(st.lists(ends, max_size=6))
    for _ in range(draw(st.integers(0, 2)) if lines else 0):
        a, b = draw(st.sampled_from(lines))
        lines.append(draw(st.sampled_from(((b, a), (a, b), ((a[0] + 1, a[1]), (b[0] + 1, b[1]))))))
    (x, y), (u, v) = draw(ends.filter(lambda line: line[0][0] != line[1][0] and line[0][1] != line[1][1]))
    return lines, (min(x, u), min(y, v), max(x, u), max(y, v))


def towards(*corners):
    """Lines that run along a polygon."""
    return list(itertools.pairwise([*corners, corners[0]]))


UP, DOWN = ((2, 0), (2, 1)), ((2, 1), (2, 0))
RIGHT, LEFT = ((0, 1), (1, 1)), ((1, 1), (0, 1))


@settings(max_examples=150)
@given(region=regions())
@example(region=([((4, 0), (0, 4)), ((0, 1), (1, 1))], SQUARE))
@example(region=([((4, 0), (0, 4)), ((0, 1), (1, 1)), ((2, 4), (2, 0))], SQUARE))
@example(region=([RIGHT, LEFT], SQUARE))
@example(region=([], (-1, -2, 3, 5)))
@example(region=([((4, 0), (0, 4))], SQUARE))
@example(region=([((0, 4), (4, 0))], SQUARE))
@example(region=([((4, 0), (0, 4)), ((0, 1), (1, 1))], SQUARE))
@example(region=([UP], SQUARE))
@example(region=([UP, DOWN], SQUARE))
@example(region=([UP, UP, UP], SQUARE))
@example(region=([RIGHT, ((0, 3), (5, 3)), ((0, 2), (1, 2))], SQUARE))
@example(region=([((0, 3), (5, 3)), RIGHT], SQUARE))
@example(region=([LEFT, ((5, 3), (0, 3))], SQUARE))
@example(region=([((5, 3), (0, 3)), LEFT], SQUARE))
@example(region=([UP, ((1, 1), (1, 0))], SQUARE))
@example(region=([((1, 0), (1, 1)), ((3, 1), (3, 0))], SQUARE))
@example(region=([((3, 0), (3, 1)), ((1, 1), (1, 0))], SQUARE))
@example(region=([((0, 5), (1, 5))], SQUARE))
@example(region=([((0, 4), (1, 4))], SQUARE))
@example(region=([((0, 0), (1, 0)), ((4, 0), (4, 4))], SQUARE))
@example(region=([((0, 0), (4, 4)), ((4, 0), (0, 4)), ((2, 0), (2, 4))], SQUARE))
@example(region=([((0, 0), (4, 4)), ((4, 4), (0, 0))], SQUARE))
@example(region=([((-1, 1), (1, -1))], SQUARE))
@example(region=([((1, -1), (-1, 1))], SQUARE))
@example(region=([((0, 0), (1, 3)), ((1, 3), (3, 4)), ((3, 4), (0, 0))], SQUARE))
@example(region=(towards((1, 1), (3, 1), (2, 3)), SQUARE))
@example(region=(towards((2, 3), (3, 1), (1, 1)), SQUARE))
@example(region=(towards((0, 1), (3, 0), (4, 3), (1, 4)), SQUARE))
@example(region=(towards((-9, -9), (9, -9), (9, 9), (-9, 9)), SQUARE))
@example(region=([((0, 2), (4, 3)), ((4, 1), (0, 2)), ((2, 4), (2, 0))], SQUARE))
@example(region=([((0, 1), (3, 2)), ((0, 2), (3, 1)), ((4, 3), (0, 3)), ((1, 4), (1, 0))], SQUARE))
@example(region=([((1, 0), (0, 3)), ((3, 4), (4, 1)), ((4, 1), (0, 3)), ((0, 2), (4, 4))], SQUARE))
@example(region=([((0, 0), (3, 1)), ((0, 0), (1, 3)), ((3, 1), (1, 3))], SQUARE))
@example(region=([((0, 0), (FAR + 1, FAR)), ((FAR, FAR - 1), (0, 0))], (0, 0, 2 * FAR, 2 * FAR)))
@example(region=([((0, 0), (2**26 + 1, 2**26)), ((2**27 + 1, 2**27), (0, 0))], (0, 0, 2**28, 2**28)))
@example(region=([((0, 0), (2**30 + 1, 2**30)), ((2**31 + 3, 2**31 + 1), (0, 0))], (0, 0, 2**32, 2**32)))
@example(region=([((0, 0), (3, 1)), ((3, 1), (0, 0)), ((1, 0), (1, 1))], SQUARE))
@example(region=([((0, 1), (5, 2)), ((1, 2), (-1, 0))], SQUARE))
@example(region=([((1, 1), (6, -1)), ((-1, 1), (5, 4))], SQUARE))
@example(region=([((0, 0), (10, 7)), ((10, 0), (0, 7)), ((0, 2), (20, 7))], (0, 0, 10, 10)))
def test_the_region_is_that_of_the_definition(kata, solution, region):
    lines, box = region
    expected = by_clipping(lines, box)
    event("nothing" if not expected else "all" if len(expected) == 4 else "a part")
    with trusted_parts():
        assert_region(solution.intersect_half_planes(list(lines), box), expected, lines, box)
    asked = list(lines)
    got = kata.intersect_half_planes(asked, box)
    assert_region(got, expected, lines, box)
    assert asked == lines, f"lines was {lines} and is now {asked}"


def around(count, size=10**6):
    """Lines along a polygon of whole points near a circle: each of them bounds the region."""
    turns = (2 * math.pi * number / count for number in range(count))
    return towards(*[(round(size * math.cos(each)), round(size * math.sin(each))) for each in turns])


def under_a_parabola(count):
    """Lines that touch a parabola from below: each of them bounds the region above."""
    return [((x, x * x), (x + 1, x * x + 2 * x)) for x in range(-(count // 2), count - count // 2)]


def in_one_direction(count):
    """Parallel lines, of which one counts."""
    return [((0, 7 * number % count), (3, 7 * number % count + 1)) for number in range(count)]


def through_one_point(count):
    """Lines through the middle, of which two bound a wedge."""
    return [((0, 0), (1000 + number, number - count // 2)) for number in range(count)]


def nothing_left(count):
    """The last of many lines has nothing of the region to its left."""
    return [*around(count - 1), ((0, 2 * 10**6), (1, 2 * 10**6))]


SHAPES = [around, under_a_parabola, in_one_direction, through_one_point, nothing_left]
BOX = (-(10**7), -(10**7), 10**7, 10**7)


@settings(max_examples=30)
@given(shape=st.sampled_from(SHAPES), count=sizes(smallest=3, small=20, largest=70), seed=st.integers(0, 2**16))
@example(shape=around, count=17, seed=1)
@example(shape=around, count=130, seed=2)
@example(shape=under_a_parabola, count=65, seed=3)
@example(shape=in_one_direction, count=40, seed=4)
@example(shape=through_one_point, count=33, seed=5)
@example(shape=nothing_left, count=33, seed=6)
def test_many_lines_in_any_order(kata, shape, count, seed):
    lines = shape(count)
    expected = by_clipping(lines, BOX)
    mixed = random.Random(seed).sample(lines, len(lines))
    assert_region(kata.intersect_half_planes(mixed, BOX), expected, mixed, BOX)


@settings(max_examples=40)
@given(region=regions())
@example(region=([((4, 0), (0, 4)), ((0, 1), (1, 1))], SQUARE))
@example(region=([((0, 2), (4, 3)), ((4, 1), (0, 2)), ((2, 4), (2, 0))], SQUARE))
def test_longer_lines_more_of_them_and_a_turned_plane(kata, region):
    lines, box = region
    expected = by_clipping(lines, box)
    longer = [((2 * a[0] - b[0], 2 * a[1] - b[1]), b) for a, b in lines]
    assert_region(kata.intersect_half_planes(tuple(longer + lines), box), expected, longer + lines, box)
    turned = [tuple((-y, x) for x, y in line) for line in lines]
    xmin, ymin, xmax, ymax = box
    aside = (-ymax, xmin, -ymin, xmax)
    assert_region(kata.intersect_half_planes(turned, aside), [(-y, x) for x, y in expected], turned, aside)


@pytest.mark.parametrize("lines_of", SHAPES, ids=lambda each: each.__name__)
def test_four_times_the_lines_take_little_more_than_four_times_the_work(kata, lines_of):
    few = kata.run(probes.executed_lines, lines_of(32), BOX)
    many = kata.run(probes.executed_lines, lines_of(128), BOX)
    # n log n and n (log n)^2 grow by a factor of 5.6 and 7.8, n^2 by 16.
    assert many <= 8.5 * few, f"{few} lines of code are executed for 32 lines and {many} for 128"


def test_lines_of_one_point_and_boxes_without_area_are_refused(kata):
    line = ((0, 0), (1, 2))
    for ends in (((1, 1), (1, 1)), ((0, 0), (0, 0)), ((FAR, -FAR), (FAR, -FAR))):
        for lines in ([ends], [line, ends], [ends, line], [line] * 20 + [ends], [RIGHT, LEFT, ends], [ends, ends]):
            refuses(kata.intersect_half_planes, lines, SQUARE)
    for box in ((0, 0, 0, 4), (0, 0, 4, 0), (0, 0, 0, 0), (4, 0, 0, 4), (0, 4, 4, 0), (4, 4, 0, 0), (-1, -2, -3, 5)):
        refuses(kata.intersect_half_planes, [], box)
        refuses(kata.intersect_half_planes, [line], box)
        refuses(kata.intersect_half_planes, [RIGHT, LEFT], box)
