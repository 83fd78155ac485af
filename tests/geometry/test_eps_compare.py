"""Properties of geometry/eps_compare."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies.geometry import around_a_border, not_finite, tolerances

exact_borders = tolerances().flatmap(lambda eps: st.tuples(around_a_border(eps), around_a_border(eps), st.just(eps)))
# a and a + eps in tenths: their sums and differences round differently, which is where two comparisons may disagree.
rounded_borders = st.tuples(st.integers(-9, 9), st.integers(0, 9)).map(
    lambda tenths: (tenths[0] / 10, (tenths[0] + tenths[1]) / 10, tenths[1] / 10)
)
near_a_border = exact_borders | rounded_borders


def sign_by_fractions(x: float, eps: float) -> int:
    """The sign by exact arithmetic."""
    exact, border = Fraction(x), Fraction(eps)
    return 0 if abs(exact) <= border else (1 if exact > 0 else -1)


@given(numbers=near_a_border)
@example(numbers=(0.5, 0.0, 0.5))
@example(numbers=(-0.5, 0.0, 0.5))
@example(numbers=(0.75, 0.0, 0.0))
def test_the_sign_is_zero_up_to_the_border_and_not_beyond(kata, solution, numbers):
    x, _, eps = numbers
    got = kata.sgn(x, eps)
    expected = sign_by_fractions(x, eps)
    assert type(got) is int, f"sgn({x!r}, {eps!r}) is {got!r}, an int is wanted"
    assert got == expected == solution.sgn(x, eps), f"sgn({x!r}, {eps!r}) is {got}, expected {expected}"


@given(numbers=near_a_border)
@example(numbers=(1.0, 1.5, 0.5))
@example(numbers=(1.5, 1.0, 0.5))
@example(numbers=(-0.9, -0.7, 0.2))  # the difference is above eps, while a + eps rounds to b
@example(numbers=(-0.9, -0.2, 0.7))  # the difference rounds to eps, while a + eps stays below b
def test_comparisons_follow_the_sign_of_the_float_difference(kata, numbers):
    a, b, eps = numbers
    sign = sign_by_fractions(a - b, eps)
    for name, expected in (("equal", sign == 0), ("less", sign < 0), ("less_equal", sign <= 0)):
        got = getattr(kata, name)(a, b, eps)
        assert got is expected, f"{name}({a!r}, {b!r}, {eps!r}) is {got!r}, expected {expected}"


@given(
    numbers=near_a_border,
    infinite=st.sampled_from([(), (0,), (1,), (0, 1)]),
    signs=st.tuples(st.booleans(), st.booleans()),
)
@example(numbers=(0.0, 0.0, 0.0), infinite=(0, 1), signs=(True, True))
@example(numbers=(0.0, 0.0, 0.0), infinite=(0, 1), signs=(False, False))
@example(numbers=(0.0, 0.0, 0.0), infinite=(0,), signs=(True, True))
def test_exactly_one_of_less_equal_and_greater_holds(kata, numbers, infinite, signs):
    *pair, eps = numbers
    for index in infinite:
        pair[index] = math.inf if signs[index] else -math.inf
    a, b = pair
    below, same, above = kata.less(a, b, eps), kata.equal(a, b, eps), kata.less(b, a, eps)
    assert [below, same, above].count(True) == 1, (
        f"less, equal, greater of {a!r}, {b!r} with eps {eps!r}: {[below, same, above]}"
    )
    assert kata.less_equal(a, b, eps) is (below or same), (
        f"less_equal contradicts less and equal on {a!r}, {b!r}, {eps!r}"
    )
    if infinite:
        assert (below, same) == (a < b, a == b), f"infinities compare as usual: {a!r}, {b!r}"


def test_the_default_tolerance_is_eps(kata):
    assert kata.EPS == 1e-8, f"EPS is {kata.EPS!r}"
    beyond = math.nextafter(1e-8, 1)
    assert (kata.sgn(1e-8), kata.sgn(-1e-8), kata.sgn(beyond), kata.sgn(-beyond)) == (0, 0, 1, -1)
    assert (kata.sgn(math.inf), kata.sgn(-math.inf), kata.sgn(1e300), kata.sgn(-0.0)) == (1, -1, 1, 0)
    assert kata.equal(0.1 + 0.2, 0.3) is True
    assert (kata.equal(0.0, 1e-8), kata.less(0.0, 1e-8), kata.less(0.0, beyond)) == (True, False, True)
    assert (kata.less_equal(1e-8, 0.0), kata.less_equal(beyond, 0.0)) == (True, False)
    # A tolerance is absolute: large numbers that differ by 1 are different, however close by ratio.
    assert (kata.equal(1e15, 1e15 + 1), kata.less(1e15, 1e15 + 1)) == (False, True)


@given(
    x=st.sampled_from([0.0, 1.0, -2.0, math.inf]),
    bad=not_finite(),
    negative=st.sampled_from([-1.0, -1e-300, -math.inf]),
)
def test_nan_and_impossible_tolerances_are_refused(kata, x, bad, negative):
    calls = [
        (name, arguments) for name in ("equal", "less", "less_equal") for arguments in ((x, 1.0), (1.0, x), (x, x))
    ]
    for name, arguments in [("sgn", (x,)), *calls]:
        for eps in (negative, math.nan, math.inf):
            with pytest.raises(ValueError):
                getattr(kata, name)(*arguments, eps)
        if math.isnan(bad):
            for position in range(len(arguments)):
                with_nan = [*arguments[:position], math.nan, *arguments[position + 1 :]]
                with pytest.raises(ValueError):
                    getattr(kata, name)(*with_nan)
