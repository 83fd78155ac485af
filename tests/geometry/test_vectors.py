"""Properties of geometry/vectors."""

from __future__ import annotations

import cmath
import math
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from dojo.grading.literal import shown
from tests.agreement import trusted_parts
from tests.geometry.probes import vectors as probes
from tests.refusals import refuses
from tests.strategies.geometry import (
    EXACT,
    LARGEST,
    TINY,
    directions,
    integer_points,
    integers,
    points,
    points_of_any_size,
    whole_numbers,
)

TOLERANCE = Fraction(1, 10**12)
"""Of the largest term that goes into a result. A result takes at most 8 roundings of 2^-53, so 1e-15 would be enough; a
sine or cosine of the library adds less than 1e-15 more, and the oracle for turns as much again."""

STEPS = 4 * Fraction(TINY)
"""Where numbers are so small that they are multiples of the smallest float, a few such steps are allowed as well."""


def number(got, what):
    """A number that was returned, judged before anything is computed with it."""
    kind = type(got).__name__
    assert isinstance(got, int | float) and kind != "bool", f"{what} must be a number, got {shown(got)}"  # noqa: PT018
    assert isinstance(got, int) or math.isfinite(got), f"{what} must be a finite number, got {shown(got)}"
    return got


def call(kata, name, *arguments):
    """What a function returns, a number or a tuple of two, and the call in words."""
    got, what = getattr(kata, name)(*arguments), f"{name}({', '.join(map(repr, arguments))})"
    if name in ("norm", "angle"):
        assert isinstance(got, float), f"{what} must return a float, got {shown(got)}"
    if name in ("dot", "cross", "norm", "angle"):
        return number(got, what), what
    assert isinstance(got, tuple), f"{what} must return a tuple of two numbers, got {shown(got)}"
    assert len(got) == 2, f"{what} must return a tuple of two numbers, got {shown(got)}"
    return tuple(number(x, f"each coordinate of {what}") for x in got), what


def readable(value, form=lambda x: f"{float(x):.12g}"):
    """A number or a point, to twelve digits or in another form."""
    return f"({', '.join(map(form, value))})" if isinstance(value, tuple) else form(value)


def check_close(got, expected, size, what):
    """Whether a number or point is what it should be, up to rounding of terms of that size."""
    pairs = zip(got, expected, strict=True) if isinstance(got, tuple) else [(got, expected)]
    allowed = TOLERANCE * Fraction(size) + STEPS
    for one, other in pairs:
        assert abs(Fraction(one) - Fraction(other)) <= allowed, (
            f"{what} is {shown(got)}, expected about {readable(expected)}"
        )


def size_of(a):
    return max(abs(Fraction(x)) for x in a)


def exactly(a, b, k):
    """The operations that are exact on whole numbers, by fractions, each with its arguments."""
    (ax, ay), (bx, by), k_exact = *(tuple(map(Fraction, point)) for point in (a, b)), Fraction(k)
    return {
        "add": ((a, b), (ax + bx, ay + by)),
        "sub": ((a, b), (ax - bx, ay - by)),
        "scale": ((a, k), (ax * k_exact, ay * k_exact)),
        "dot": ((a, b), ax * bx + ay * by),
        "cross": ((a, b), ax * by - ay * bx),
        "perpendicular": ((a,), (-ay, ax)),
    }


def check_exact(kata, a, b, k):
    """Every exact operation; on integers alone the results are integers."""
    for name, (arguments, expected) in exactly(a, b, k).items():
        got, what = call(kata, name, *arguments)
        assert got == expected, f"{what} is {shown(got)}, expected exactly {readable(expected, str)}"
        if all(type(x) is int for x in (*a, *b, k)):
            kinds = {type(x).__name__ for x in (got if isinstance(got, tuple) else (got,))}
            assert kinds == {"int"}, f"{what} must stay in integers, got {shown(got)}"


whole_points = st.tuples(whole_numbers(), whole_numbers())
factors = integers() | st.sampled_from((10**400, 2**53 + 1))


@given(
    numbers=st.tuples(integer_points(), integer_points(), factors)
    | st.tuples(whole_points, whole_points, whole_numbers()),
    in_floats=st.lists(st.booleans(), min_size=5, max_size=5),
)
@example(numbers=((1, 2), (3, -5), 3), in_floats=[True] * 5)
@example(numbers=((1, -2), (1, 1), 3), in_floats=[False, True] * 2 + [False])
@example(numbers=((2, 0), (1, 1), 2), in_floats=[True, False] * 2 + [True])
@example(numbers=((1, 0), (0, 1), 1), in_floats=[True] * 5)
@example(numbers=((49_999_999, 67_108_863), (66_666_667, 3), 33_333_333), in_floats=[True] * 5)
@example(numbers=((46, 42), (58, 30), 7), in_floats=[True] * 5)  # not exact once a quotient is taken
@example(numbers=((58, 30), (46, 42), 7), in_floats=[True] * 5)
@example(numbers=((2**60, 1), (2**60 + 1, 1), 3), in_floats=[False] * 5)
@example(numbers=((2**53 + 1, -(2**63)), (2**53, 1), 2**53 + 1), in_floats=[False] * 5)
@example(numbers=((10**400, 1), (3, -(10**400)), 10**400), in_floats=[False] * 5)
def test_whole_numbers_stay_exact(kata, solution, numbers, in_floats):
    a, b, k = numbers
    if max(map(abs, (*a, *b, k))) <= EXACT:
        # The same as floats, or some of them, first: what was remembered of it must not be taken for the integers.
        ax, ay, bx, by, factor = (float(x) if flag else x for x, flag in zip((*a, *b, k), in_floats, strict=True))
        check_exact(kata, (ax, ay), (bx, by), factor)
    with trusted_parts():
        check_exact(solution, a, b, k)
    check_exact(kata, a, b, k)
    turned, what = call(kata, "cross", b, a)
    cross = exactly(a, b, k)["cross"][1]
    assert turned == -cross, f"{what} is {shown(turned)}, expected exactly {-cross}"


def check_rounded(kata, a, b, k):
    """The operations that round once, or not at all, and the products and lengths that do so within the tolerance."""
    size_a, size_b = size_of(a), size_of(b)
    for name, (arguments, exact) in exactly(a, b, k).items():
        if name not in ("dot", "cross"):
            if all(abs(x) <= LARGEST for x in exact):
                got, what = call(kata, name, *arguments)
                for one, other in zip(got, exact, strict=True):
                    assert one in (other, float(other)), (
                        f"{what} is {shown(got)}, expected {readable(exact, lambda x: str(float(x)))}, rounded once"
                    )
        elif 2 * size_a * size_b <= 10**300:
            got, what = call(kata, name, *arguments)
            check_close(got, exact, size_a * size_b, what)
    length = root(Fraction(a[0]) ** 2 + Fraction(a[1]) ** 2)
    if length <= LARGEST:
        got, what = call(kata, "norm", a)
        check_close(got, length, length, what)


def root(square):
    """The square root of a fraction, rounded down by far less than anything that is looked at here."""
    return Fraction(math.isqrt(int(square * 4**1200)), 2**1200)


@given(a=points_of_any_size(), b=points_of_any_size(), k=st.sampled_from((2.0, 1e300, 1e-300, TINY, -0.1, 3)))
@example(a=(1.0, 1.0), b=(2.0, 0.0), k=2.0)
@example(a=(3, 4), b=(0.0, -1e200), k=1)
@example(a=(0.0, -1e200), b=(-4e200, 3e200), k=-0.0)
@example(a=(-4e200, 3e200), b=(1e-200, 3e-200), k=0.1)
@example(a=(3e-200, -4e-200), b=(2e200, 1e200), k=1e300)
@example(a=(TINY, 3 * TINY), b=(TINY, -TINY), k=0.5)
@example(a=(LARGEST, 0.0), b=(0.0, -LARGEST), k=1.0)
@example(a=(1e300, -1e300), b=(-1e-300, 1e300), k=-1.0)
@example(a=(0.1, 1 / 3), b=(-0.3, 1e-9), k=0.1)
@example(a=(1, 0.1), b=(0.25, 2), k=3)
@example(a=(1.0, 1.0), b=(1e-13, -(2.0**-52)), k=1e-13)
@example(a=(1e-9, -1e-13), b=(1e-9, 1e-13), k=1.0)
def test_floats_of_any_size_are_right_to_the_last_digits(kata, solution, a, b, k):
    with trusted_parts():
        check_rounded(solution, a, b, k)
    check_rounded(kata, a, b, k)


def check_angle(kata, a, b):
    got, what = call(kata, "angle", a, b)
    (ax, ay), (bx, by) = (tuple(map(Fraction, point)) for point in (a, b))
    cross, dot = ax * by - ay * bx, ax * bx + ay * by
    size = max(abs(cross), abs(dot))
    expected = math.atan2(cross / size, dot / size)  # fractions up to here: cross is 0 exactly where it should be
    assert -math.pi <= got <= math.pi, f"{what} is {shown(got)}, not in (-pi, pi]"
    off = abs(got - expected)
    if cross:  # opposite but for a hair, perhaps
        off = min(off, abs(2 * math.pi - off))
    assert off <= TOLERANCE, f"{what} is {shown(got)}, expected about {readable(expected)}"


@given(
    pair=st.tuples(directions(), directions())
    | st.tuples(integer_points().filter(any), integer_points().filter(any))
    | st.tuples(directions() | integer_points().filter(any), st.sampled_from((-3, 1, 7, -1))).map(
        lambda drawn: (drawn[0], tuple(x * drawn[1] for x in drawn[0]))
    )
)
@example(pair=((1, 0), (0, 1)))
@example(pair=((2, 0), (1, 1)))
@example(pair=((-1.0, 0.0), (1.0, 0.0)))
@example(pair=((1.0, 0.0), (-1.0, 0.0)))
@example(pair=((1.0, 0.0), (-1.0, -0.0)))
@example(pair=((1.0, -0.0), (-1.0, 0.0)))
@example(pair=((0.0, 2.0), (0.0, -1.0)))
@example(pair=((0.1, 0.3), (0.1, 0.3)))
@example(pair=((0.1, 0.3), (-0.1, -0.3)))
@example(pair=((3, -7), (-3, 7)))
@example(pair=((1.0, 0.0), (1.0, 1e-9)))
@example(pair=((1.0, 0.0), (1.0, -1e-9)))
@example(pair=((-1.0, 1e-6), (-1.0, -1e-6)))
@example(pair=((1e100, 0.0), (0.0, -1e-100)))
@example(pair=((1e100, 1e-100), (-1e-100, 1e100)))
@example(pair=((1e-100, 0.0), (1e-100, 1e-100)))
@example(pair=((1e100, 1e-100), (9e99, 1e99)))
@example(pair=((1, 2**53 + 1), (-3, -3 * 2**53 - 3)))  # opposite as integers, not quite as floats
@example(pair=((2**53 + 1, 1), (-3 * 2**53 - 3, -3)))
@example(pair=((2**53 + 3, 2**53 - 1), (-3 * 2**53 - 9, -3 * 2**53 + 3)))
@example(pair=((2**53 - 1, 2**53 + 3), (-3 * 2**53 + 3, -3 * 2**53 - 9)))
@example(pair=((10**99, 10**99 + 1), (-(10**99) - 1, -(10**99) - 2)))
@example(pair=((1, 2.5), (2.5, -1)))
def test_the_angle_is_signed_and_goes_from_a_to_b(kata, solution, pair):
    with trusted_parts():
        check_angle(solution, *pair)
    check_angle(kata, *pair)


def check_turn(kata, a, theta):
    turned, what = call(kata, "rotate", a, theta)
    turn = cmath.rect(1.0, theta)
    (x, y), cos, sin = map(Fraction, a), Fraction(turn.real), Fraction(turn.imag)
    check_close(turned, (x * cos - y * sin, x * sin + y * cos), size_of(a), what)
    length, _ = call(kata, "norm", a)
    after, _ = call(kata, "norm", turned)
    check_close(after, length, 4 * length, f"the length of {what}")


angles = (
    st.sampled_from((0.0, 1, math.pi / 2, math.pi, -math.pi / 2, 2 * math.pi, 7, -0.0))
    | st.sampled_from((1e-10, -1e-7, 1e-300, TINY, 100.5, 1e6, -1e6, 1e15, -1e22, 1e300))
    | st.floats(-7, 7)
    | st.floats(-1e6, 1e6)
)


@given(a=points(smallest=TINY, largest=1e300) | integer_points(), theta=angles)
@example(a=(2.0, 0.0), theta=math.pi / 2)
@example(a=(2, 0), theta=math.pi / 2)
@example(a=(2**60 + 1, 3), theta=0)
@example(a=(1, 2), theta=1)
@example(a=(0.0, 3.0), theta=math.pi)
@example(a=(1.0, 0.0), theta=-math.pi / 2)
@example(a=(1.0, 2.0), theta=7.0)
@example(a=(1.0, 2.0), theta=-4.0)
@example(a=(1.0, 2.0), theta=9e-4)
@example(a=(1.0, 2.0), theta=-9e-5)
@example(a=(1.0, 2.0), theta=9e-6)
@example(a=(1.0, 2.0), theta=1e-10)
@example(a=(1.0, 2.0), theta=math.pi / 2 + 1e-10)
@example(a=(1.0, 2.0), theta=-math.pi + 1e-10)
@example(a=(1.0, 2.0), theta=100.5)
@example(a=(-3.0, 1.0), theta=-1e-7)
@example(a=(1.0, -2.0), theta=1e6)
@example(a=(1.0, 2.0), theta=-1e6)
@example(a=(1.0, 2.0), theta=1e22)
@example(a=(3e200, 4e200), theta=1.0)
@example(a=(3e-200, 4e-200), theta=1.0)
@example(a=(1e300, -1e300), theta=-2.5)
@example(a=(9 * TINY, -7 * TINY), theta=0.5)
def test_turns_keep_the_length(kata, solution, a, theta):
    with trusted_parts():
        check_turn(solution, a, theta)
    check_turn(kata, a, theta)


def check_foot_and_mirror(kata, a, b):
    (ax, ay), (bx, by) = (tuple(map(Fraction, point)) for point in (a, b))
    along = (ax * bx + ay * by) / (bx * bx + by * by)
    foot, size = (along * bx, along * by), size_of(a)
    got, what = call(kata, "project", a, b)
    check_close(got, foot, 2 * size, what)
    mirrored, what = call(kata, "reflect", a, b)
    check_close(mirrored, (2 * foot[0] - ax, 2 * foot[1] - ay), 4 * size, what)
    twice, again = call(kata, "reflect", mirrored, b)
    check_close(twice, a, 16 * size, f"mirrored twice, {again}")


@given(
    a=points() | integer_points(),
    b=directions() | integer_points().filter(any),
)
@example(a=(1, 1), b=(2, 0))
@example(a=(1, 2), b=(2, 1))
@example(a=(1, -2), b=(0, 3))
@example(a=(1.0, 1.0), b=(2.0, 0.0))
@example(a=(0.0, 0.0), b=(3.0, 1.0))
@example(a=(0, 0), b=(-1, 2))
@example(a=(3.0, 1.0), b=(0.0, -2.0))
@example(a=(3.0, 1.0), b=(-1.0, -2.0))  # the foot is behind 0
@example(a=(3.0, 4.0), b=(0.5, 0.25))  # the foot is beyond onto
@example(a=(1.0, 2.0), b=(1e-9, 1.0))
@example(a=(4e99, 8e99), b=(-3e-100, 1e-100))
@example(a=(1e-100, 2e-100), b=(9e99, 3e99))
@example(a=(1e100, -1e-100), b=(7e99, 7e99))
@example(a=(3e-100, -4e-100), b=(1e-100, -2e-100))
@example(a=(1.0, 2.0), b=(1e-100, 1e100))
@example(a=(2.0, 1.0), b=(1e100, 1e-100))
@example(a=(2**60 + 1, 2**60), b=(2**61, 3))
@example(a=(1, 2.5), b=(0.5, 2))
def test_the_foot_and_the_mirror_image_are_right(kata, solution, a, b):
    with trusted_parts():
        check_foot_and_mirror(solution, a, b)
    check_foot_and_mirror(kata, a, b)


BINARY = ("add", "sub", "dot", "cross", "angle", "project", "reflect")


def test_what_has_no_direction_or_is_not_finite_is_refused(kata):
    for bad in (math.nan, math.inf, -math.inf):
        for broken in ((bad, 1.0), (2.0, bad), (bad, 0), (10**400, bad), (bad, bad)):
            for other in ((1.0, 2.0), (0, 0)):
                for name in BINARY:
                    refuses(getattr(kata, name), broken, other)
                    refuses(getattr(kata, name), other, broken)
            refuses(kata.norm, broken)
            refuses(kata.perpendicular, broken)
            for factor in (2.0, 0):
                refuses(kata.scale, broken, factor)
                refuses(kata.rotate, broken, factor)
        for a in ((1.0, 2.0), (0, 0), (0.0, -0.0)):
            refuses(kata.scale, a, bad)
            refuses(kata.rotate, a, bad)
    for zero in ((0.0, 0.0), (0, 0), (0.0, -0.0), (-0.0, 0)):
        for other in ((1.0, 2.0), (0, 3), (0.0, 0.0)):
            refuses(kata.angle, zero, other)
            refuses(kata.angle, other, zero)
            refuses(kata.project, other, zero)
            refuses(kata.reflect, other, zero)
        for name in ("angle", "project", "reflect"):
            refuses(kata.run, probes.with_itself, name, zero)
    for name in BINARY:
        refuses(kata.run, probes.with_itself, name, (math.nan, 1.0))
