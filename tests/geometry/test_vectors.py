"""Properties of geometry/vectors."""

from __future__ import annotations

import cmath
import math
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.strategies.geometry import directions, float_points, integer_points, integral_floats, not_finite

TOLERANCE = Fraction(1, 10**12)
"""Of the largest term that goes into a result. A result takes at most 8 roundings of 2^-53, so 1e-15 would be enough; a
sine or cosine of the library adds less than 1e-15 more, and the oracle for turns as much again."""


def exactly(a, b, k):
    """Every exact operation by fractions, from its definition."""
    (ax, ay), (bx, by) = ((Fraction(x) for x in point) for point in (a, b))
    return {
        "add": (ax + bx, ay + by),
        "sub": (ax - bx, ay - by),
        "scale": (ax * Fraction(k), ay * Fraction(k)),
        "dot": ax * bx + ay * by,
        "cross": ax * by - ay * bx,
        "perpendicular": (-ay, ax),
    }


def calls(kata, a, b, k):
    """The same by the answer."""
    return {
        "add": kata.add(a, b),
        "sub": kata.sub(a, b),
        "scale": kata.scale(a, k),
        "dot": kata.dot(a, b),
        "cross": kata.cross(a, b),
        "perpendicular": kata.perpendicular(a),
    }


@given(a=integer_points(), b=integer_points(), k=st.integers(-(2**70), 2**70))
@example(a=(1, 0), b=(0, 1), k=1)
@example(a=(2**60, 1), b=(2**60 + 1, 1), k=3)
def test_integers_of_any_size_stay_exact(kata, solution, a, b, k):
    expected, got = exactly(a, b, k), calls(kata, a, b, k)
    for name in expected:
        assert got[name] == expected[name], f"{name} of {a}, {b} (k = {k}) is {got[name]}, expected {expected[name]}"
        kinds = {type(x) for x in (got[name] if isinstance(got[name], tuple) else (got[name],))}
        assert kinds == {int}, f"{name} turned integers into {kinds}"
    assert got == calls(solution, a, b, k)
    assert kata.cross(b, a) == -got["cross"], f"cross({b}, {a}) is not the negative of cross({a}, {b})"
    lagrange = kata.dot(a, a) * kata.dot(b, b)
    assert got["dot"] ** 2 + got["cross"] ** 2 == lagrange, f"dot^2 + cross^2 is not |a|^2 |b|^2 for {a}, {b}"


def close(got, expected, size, what):
    """Whether a number or point is what it should be, up to rounding of terms of that size."""
    pairs = zip(got, expected, strict=True) if isinstance(got, tuple) else [(got, expected)]
    for one, other in pairs:
        error = abs(Fraction(one) - Fraction(other)) if math.isfinite(one) else math.inf
        assert error <= TOLERANCE * Fraction(size), f"{what} is {got}, expected about {tuple_of_floats(expected)}"


def tuple_of_floats(value):
    return tuple(float(x) for x in value) if isinstance(value, tuple) else float(value)


@given(a=float_points(), b=directions(), k=integral_floats())
@example(a=(1.0, 1.0), b=(2.0, 0.0), k=2.0)
@example(a=(1e100, 2e100), b=(-3e-100, 1e-100), k=1.0)
@example(a=(1e100, 2e100), b=(3e100, 1e100), k=1.0)
@example(a=(1e-100, 0.0), b=(1e-100, 1e-100), k=1.0)
def test_floats_of_any_size_are_right_to_twelve_digits(kata, a, b, k):
    size_a, size_b = (max(map(abs, point)) for point in (a, b))
    terms = {"add": size_a + size_b, "sub": size_a + size_b, "scale": size_a * abs(k), "perpendicular": 0}
    expected, got = exactly(a, b, k), calls(kata, a, b, k)
    for name in expected:
        close(
            got[name],
            expected[name],
            Fraction(terms.get(name, Fraction(size_a) * Fraction(size_b))),
            f"{name} of {a}, {b}, {k}",
        )
    (ax, ay), (bx, by) = ((Fraction(x) for x in point) for point in (a, b))
    along = (ax * bx + ay * by) / (bx * bx + by * by)
    foot = (along * bx, along * by)
    close(kata.project(a, b), foot, 2 * size_a, f"project({a}, {b})")
    close(kata.reflect(a, b), (2 * foot[0] - ax, 2 * foot[1] - ay), 4 * size_a, f"reflect({a}, {b})")


@given(a=directions(), b=directions())
@example(a=(-1.0, 0.0), b=(1.0, 0.0))
@example(a=(1.0, 0.0), b=(-1.0, 0.0))
@example(a=(0.0, 2.0), b=(0.0, -1.0))
@example(a=(1.0, 0.0), b=(1.0, 1e-9))
@example(a=(1e100, 0.0), b=(0.0, -1e-100))
def test_the_angle_is_signed_and_goes_from_a_to_b(kata, a, b):
    got = kata.angle(a, b)
    assert type(got) is float, f"angle({a}, {b}) is {got!r}, a float is wanted"
    assert -math.pi < got <= math.pi or got == -math.pi != exact_angle(a, b), (
        f"angle({a}, {b}) is {got}, not in (-pi, pi]"
    )
    expected = exact_angle(a, b)
    if expected is not None:
        assert got == expected, f"angle({a}, {b}) is {got}, expected exactly {expected}"
        return
    one_way = math.atan2(b[1], b[0]) - math.atan2(a[1], a[0])
    off = math.remainder(got - one_way, 2 * math.pi)
    # Two atan2 and a difference, each right to an ulp of pi: 2e-15 is their share.
    assert abs(off) <= TOLERANCE, f"angle({a}, {b}) is {got}, expected about {math.remainder(one_way, 2 * math.pi)}"


def exact_angle(a, b):
    """0 or pi for vectors on one line, by exact arithmetic; None for others."""
    (ax, ay), (bx, by) = ((Fraction(x) for x in point) for point in (a, b))
    if ax * by != ay * bx:
        return None
    return 0.0 if ax * bx + ay * by > 0 else math.pi


@given(
    a=float_points(),
    theta=st.one_of(st.sampled_from([0.0, math.pi / 2, math.pi, -math.pi / 2]), st.floats(-7, 7)),
    axis=directions(),
)
@example(a=(1.0, 0.0), theta=math.pi / 2, axis=(1.0, 0.0))
@example(a=(3e200, 4e200), theta=1.0, axis=(1.0, 0.0))
@example(a=(3e-200, 4e-200), theta=1.0, axis=(1.0, 0.0))
def test_turns_and_mirrors_keep_the_length(kata, a, theta, axis):
    length, size = kata.norm(a), max(map(abs, a))
    squared = Fraction(a[0]) ** 2 + Fraction(a[1]) ** 2
    assert abs(Fraction(length) ** 2 - squared) <= 3 * TOLERANCE * squared, f"norm({a}) is {length}"
    turned = kata.rotate(a, theta)
    # The oracle works on a / size, since the library's complex product does not see to overflow.
    unit = complex(a[0] / size, a[1] / size) if size else 0j
    direct = unit * cmath.rect(1.0, theta)
    close(
        turned,
        (Fraction(direct.real) * Fraction(size), Fraction(direct.imag) * Fraction(size)),
        2 * size,
        f"rotate({a}, {theta})",
    )
    assert math.isclose(kata.norm(turned), length, rel_tol=float(4 * TOLERANCE)), (
        f"rotate({a}, {theta}) changed the length"
    )
    assume(size <= 1e101 and (size == 0 or size >= 1e-101))
    twice = kata.reflect(kata.reflect(a, axis), axis)
    close(twice, a, 16 * size, f"reflecting {a} twice across {axis}")


@given(bad=not_finite(), at=st.integers(0, 1), a=directions())
def test_what_has_no_direction_or_is_not_finite_is_refused(kata, bad, at, a):
    broken = (bad, a[1]) if at == 0 else (a[0], bad)
    for name in ("add", "sub", "dot", "cross", "angle", "project", "reflect"):
        for arguments in ((broken, a), (a, broken)):
            with pytest.raises(ValueError):
                getattr(kata, name)(*arguments)
    for name, arguments in (("norm", ()), ("perpendicular", ()), ("scale", (2.0,)), ("rotate", (1.0,))):
        with pytest.raises(ValueError):
            getattr(kata, name)(broken, *arguments)
        if arguments:
            with pytest.raises(ValueError):
                getattr(kata, name)(a, bad)
    zero = (0.0, -0.0)
    for name, arguments in (("angle", (a, zero)), ("angle", (zero, a)), ("project", (a, zero)), ("reflect", (a, zero))):
        with pytest.raises(ValueError):
            getattr(kata, name)(*arguments)
    assert kata.project(zero, a) == (0, 0), f"the zero vector has a projection, onto {a}"
