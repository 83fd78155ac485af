"""Properties of geometry/orientation."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

from hypothesis import event, example, given
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.geometry.probes import orientation as probes
from tests.refusals import refuses
from tests.strategies.magnitudes import floats

TWICE_WRONG = (
    # Plain floats see a turn that is almost twice 2^-53 of the two products, and its sign is wrong.
    ((1.0000000000000007, 1.0000000000000004), (1.0000000000000004, 1.0000000000000002), (-(2.0**-53), -(2.0**-53))),
    ((1.0000000000000004, 1.0000000000000002), (-(2.0**-53), -(2.0**-53)), (1.0000000000000007, 1.0000000000000004)),
    ((-(2.0**-53), -(2.0**-53)), (1.0000000000000007, 1.0000000000000004), (1.0000000000000004, 1.0000000000000002)),
)
UNDERFLOWS = (
    # One product becomes 0 and the other the smallest float, in the wrong order.
    (
        (-6.786334340129722e-178, 2.140008840211361e-178),
        (2.2227587494850785e-162, 2.2227587494850775e-162),
        (1.1113793747425382e-162, 1.1113793747425382e-162),
    ),
    (
        (-7.865978439695814e-178, 4.0486653733728453e-178),
        (2.2227587494850775e-162, 2.222758749485077e-162),
        (1.1113793747425385e-162, 1.1113793747425387e-162),
    ),
)


@st.composite
def triples(draw):
    """Three points: any, with small integers, on one line up to rounding, or of extreme sizes."""
    kind = draw(st.sampled_from(("grid", "any", "line", "line", "huge and tiny")))
    event(kind)
    if kind == "grid":
        small = st.integers(-3, 3) | st.integers(-3, 3).map(float)
        return draw(st.tuples(*[st.tuples(small, small)] * 3))
    if kind == "huge and tiny":
        size = st.sampled_from((5e-324, -5e-324, 1e-200, 1e-162, 0.0, -0.0, 1.0, 1e160, 1.7e308, -1.7e308, 2.0**1023))
        return draw(st.tuples(*[st.tuples(size, size)] * 3))
    if kind == "any":
        return draw(st.tuples(*[st.tuples(floats(), floats())] * 3))
    scale = 2.0 ** draw(st.sampled_from((0, 0, -537, -1000, 500, 1000, 26, 53)))
    coordinates = st.floats(-1, 1) | st.sampled_from((0.1, 1 / 3, 0.5, -0.7, 1 + 2.0**-52))
    a, b = draw(st.tuples(*[st.tuples(coordinates, coordinates)] * 2))
    along = draw(st.sampled_from((0.5, 2.0, 3.0, -1.0, 1 / 3, 1 + 2.0**-30)) | st.floats(-2, 2))
    c = [a[axis] + along * (b[axis] - a[axis]) for axis in (0, 1)]
    if draw(st.booleans()):
        axis = draw(st.integers(0, 1))
        c[axis] = math.nextafter(c[axis], draw(st.sampled_from((-math.inf, math.inf))))
    line = [tuple(x * scale for x in point) for point in (a, b, c)]
    return tuple(draw(st.permutations(line)))


def by_fractions(a, b, c):
    """The sign from the definition, in fractions."""
    (ax, ay), (bx, by), (cx, cy) = (map(Fraction, point) for point in (a, b, c))
    area = ax * by + bx * cy + cx * ay - ay * bx - by * cx - cy * ax
    return (area > 0) - (area < 0)


@given(points=triples())
@example(points=((0, 0), (4, 0), (4, 3)))
@example(points=((0, 0), (4, 0), (4, -3)))
@example(points=((0, 0), (4, 0), (9, 0)))
@example(points=((0.5, 0.5), (12.0, 12.0), (24.0, 24.0)))
@example(points=((0.5, 0.5 + 2**-53), (12.0, 12.0), (24.0, 24.0)))
@example(points=((1.0, 1.0), (1.0, 1.0), (2.0, 7.0)))
@example(points=((0.0, 0.0), (1e-12, 0.0), (0.0, 1e-12)))
@example(points=((0.0, 0.0), (1e-200, 0.0), (0.0, 1e-200)))
@example(points=((0.0, 0.0), (5e-324, 0.0), (0.0, -5e-324)))
@example(points=((-1.7e308, -1.7e308), (1.7e308, 1.7e308), (1.7e308, -1.7e308)))
@example(points=((-1.7e308, -1.7e308), (1.7e308, 1.7e308), (0.0, 5e-324)))
@example(points=((1.7e308, 1.0), (1.7e308, 2.0), (1.7e308, 3.0)))
@example(points=((1e200, 1e200), (2e200, 3e200), (3e200, 4e200)))
@example(points=((0.0, 0.0), (1e308, 1e-308), (1e-308, 1e308)))
@example(points=((0.1, 0.1), (0.2, 0.2), (0.3, 0.3)))
@example(points=((0.1, 0.2), (0.2, 0.4), (0.3, 0.6)))
@example(points=((1e16, 1.0), (1.0, 0.0), (-1e16, -1.0)))
@example(points=((2.0**60, 1.0), (2.0**-60, 0.0), (0.0, 0.0)))
@example(points=((2**53, 1), (2**53 - 1, 0), (0.0, -(2.0**53))))
@example(points=((2**53, 2**53), (-(2**53), -(2**53)), (1, 1)))
@example(points=TWICE_WRONG[0])
@example(points=TWICE_WRONG[1])
@example(points=TWICE_WRONG[2])
@example(points=UNDERFLOWS[0])
@example(points=UNDERFLOWS[1])
@example(points=((-1.7e308, 0.0), (1.7e308, 2.0), (-1.0e308, 1e-10)))  # the product that overflows is the smaller one
def test_the_sign_is_the_exact_one(kata, solution, points):
    expected = agreed(solution.orient(*points), by_fractions(*points))
    got = kata.orient(*points)
    assert type(got) is int, f"orient of {points} is {got!r}; wanted is an int"
    assert got == expected, f"orient of {points} is {got}, expected {expected}"


@given(points=triples())
@example(points=((0.5, 0.5 + 2**-53), (12.0, 12.0), (24.0, 24.0)))
@example(points=((0.5 + 2**-50, 0.5), (12.0, 12.0), (24.0, 24.0)))
@example(points=((0.0, 0.0), (1e-200, 0.0), (0.0, 1e-200)))
@example(points=((-1.7e308, 0.0), (1.7e308, 1.0), (5.0, 1.7e308)))
@example(points=((0.1, 0.2), (0.3, 0.4), (-0.5, -0.4)))
def test_swaps_and_mirrors_turn_the_sign_round(kata, points):
    a, b, c = points
    sign = kata.orient(a, b, c)
    for first, second, third, expected in ((b, c, a, sign), (c, a, b, sign), (b, a, c, -sign), (a, c, b, -sign)):
        got = kata.orient(first, second, third)
        assert got == expected, f"orient({a}, {b}, {c}) is {sign}, but orient({first}, {second}, {third}) is {got}"
    flipped = [(y, x) for x, y in points]
    assert kata.orient(*flipped) == -sign, f"orient({a}, {b}, {c}) is {sign}, and not the opposite with x and y swapped"
    turned = [(-x, -y) for x, y in points]
    assert kata.orient(*turned) == sign, f"orient({a}, {b}, {c}) is {sign}, and another one with all signs turned"


STEP = 2.0**-53
KETTNER = [(i, j) for i in range(256) for j in range(256) if (i + 4 * j) % 32 == 0 or abs(i - j) <= 1]
"""A part of the grid: its diagonal, and every thirty-second of the other points."""


def test_every_sign_on_the_grid_of_kettner_is_right(kata):
    q, r = (12.0, 12.0), (24.0, 24.0)
    grid = [((0.5 + i * STEP, 0.5 + j * STEP), q, r) for i, j in KETTNER]
    found = kata.run(probes.signs, grid)
    # The line is y = x, and its left side is above it.
    wrong = [
        place
        for place, sign in zip(KETTNER, found, strict=True)
        if sign != (place[1] > place[0]) - (place[1] < place[0])
    ]
    first = f"; the first one at i, j = {wrong[0]}" if wrong else ""
    assert not wrong, f"{len(wrong)} of {len(KETTNER)} signs are wrong{first}"


HARD = [(i, j) for i in (0, 1, 2) for j in (0, 1, 2)]
"""Points of that grid, on its diagonal and next to it: no filter can decide them."""


def test_floats_alone_decide_on_uniform_points(kata):
    drawn = random.Random(12)
    uniform = [tuple((drawn.uniform(-1, 1), drawn.uniform(-1, 1)) for _ in range(3)) for _ in range(100)]
    hard = [((0.5 + i * STEP, 0.5 + j * STEP), (12.0, 12.0), (24.0, 24.0)) for i, j in HARD]
    efforts = kata.run(probes.efforts, hard + uniform)
    # Where floats decide, nothing of exact arithmetic is called, and fewer lines run than where they can't. A filter
    # with checks takes some 30 lines, an exact result made of floats (a sum of all rounding errors) more than 150.
    least = {-1: 120, 1: 120}
    if all(sign == (j > i) - (j < i) for (i, j), (sign, _, _) in zip(HARD, efforts, strict=False)):
        least = {sign: min(lines for got, lines, _ in efforts[: len(hard)] if got == sign) for sign in (-1, 1)}
    slow = [
        points
        for points, (sign, lines, exact) in zip(uniform, efforts[len(hard) :], strict=True)
        if exact or lines >= min(120, least.get(sign, 120))
    ]
    share = f"{len(slow)} of {len(uniform)} calls on uniform points took as long as exact arithmetic"
    assert len(slow) <= 5, f"{share}, such as {slow[0]}; floats are sure of nearly all of them"


def test_coordinates_that_are_not_finite_are_refused(kata):
    for points in (
        [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)],
        [(2.0, 2.0), (2.0, 2.0), (2.0, 2.0)],
        [(0.5, 0.5), (12.0, 12.0), (24.0, 24.0)],
        [(1.7e308, -1.7e308), (5e-324, 0.0), (-1.7e308, 1.7e308)],
    ):
        for place, axis, bad in itertools.product(range(3), range(2), (math.nan, math.inf, -math.inf)):
            broken = [list(point) for point in points]
            broken[place][axis] = bad
            refuses(kata.orient, *map(tuple, broken))
    both = (math.inf, -math.inf)
    refuses(kata.orient, both, both, both)
