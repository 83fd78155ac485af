"""Properties of geometry/eps_compare."""

from __future__ import annotations

import math
import sys
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from dojo.grading.literal import shown
from tests.agreement import agreed
from tests.geometry.probes import eps_compare as probes
from tests.refusals import refuses
from tests.strategies import magnitudes
from tests.strategies.geometry import around_a_border, tolerances

LARGEST, TINY = sys.float_info.max, 2.0**-1074

exact_borders = tolerances().flatmap(lambda eps: st.tuples(around_a_border(eps), around_a_border(eps), st.just(eps)))
# a and a + eps in tenths: their sums and differences round differently, which is where two comparisons may disagree.
rounded_borders = st.tuples(st.integers(-9, 9), st.integers(0, 9)).map(
    lambda tenths: (tenths[0] / 10, (tenths[0] + tenths[1]) / 10, tenths[1] / 10)
)
any_numbers = st.tuples(magnitudes.floats(), magnitudes.floats(), tolerances())
neighbours = st.tuples(magnitudes.floats(huge=False), tolerances()).map(
    lambda pair: (pair[0], math.nextafter(pair[0], math.inf), pair[1])
)
integers = st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.integers(0, 4))
numbers_and_tolerances = st.one_of(exact_borders, exact_borders, rounded_borders, any_numbers, neighbours, integers)


def sign_by_fractions(x: float, eps: float) -> int:
    """The sign by exact arithmetic."""
    if math.isinf(x):
        return 1 if x > 0 else -1
    exact, border = Fraction(x), Fraction(eps)
    return 0 if abs(exact) <= border else (1 if exact > 0 else -1)


def call(kata, name, *arguments):
    """What a comparison says, and the call in words; a bool of numpy is one, too."""
    got, what = getattr(kata, name)(*arguments), f"{name}({', '.join(map(repr, arguments))})"
    assert type(got).__name__ in ("bool", "bool_"), f"{what} must return a bool, got {shown(got)}"
    return bool(got), what


def sign(kata, *arguments):
    """What sgn says, and the call in words."""
    got, what = kata.sgn(*arguments), f"sgn({', '.join(map(repr, arguments))})"
    assert type(got) is int, f"{what} must return an int, got {shown(got)}"
    return got, what


@given(numbers=numbers_and_tolerances)
@example(numbers=(0.5, 0.0, 0.5))
@example(numbers=(-0.5, 0.0, 0.5))
@example(numbers=(-0.6, 0.0, 0.5))
@example(numbers=(0.75, 0.0, 0.5))
@example(numbers=(0.75, 0.0, 0.0))
@example(numbers=(2.0, 0.0, 2.0))
@example(numbers=(-2.0, 0.0, 2.0))
@example(numbers=(math.nextafter(2.0, 3.0), 0.0, 2.0))
@example(numbers=(-1e300, 0.0, 1e300))
@example(numbers=(LARGEST, 0.0, 1e300))
@example(numbers=(1e200, 0.0, 1e199))
@example(numbers=(2e-200, 0.0, 1e-200))
@example(numbers=(-2e-200, 0.0, 1e-200))
@example(numbers=(TINY, 0.0, 0.0))
@example(numbers=(-TINY, 0.0, -0.0))
@example(numbers=(TINY, 0.0, TINY))
@example(numbers=(-0.0, 0.0, -0.0))
@example(numbers=(2, 0, 2))
@example(numbers=(3, 0, 2))
@example(numbers=(2**53, 0, 2.0**53 - 1))
def test_the_sign_is_zero_up_to_the_border_and_not_beyond(kata, solution, numbers):
    x, _, eps = numbers
    expected = agreed(solution.sgn(x, eps), sign_by_fractions(x, eps), f"sgn({x!r}, {eps!r})")
    got, what = sign(kata, x, eps)
    assert got == expected, f"{what} is {shown(got)}, expected {expected}"


@given(numbers=numbers_and_tolerances)
@example(numbers=(1.0, 1.5, 0.5))
@example(numbers=(1.5, 1.0, 0.5))
@example(numbers=(1.0, 1.6, 0.5))
@example(numbers=(1.0, 1.75, 0.5))
@example(numbers=(1.75, 1.0, 0.5))
@example(numbers=(-0.9, -0.7, 0.2))  # the difference is above eps, while a + eps rounds to b
@example(numbers=(-0.9, -0.2, 0.7))  # the difference rounds to eps, while a + eps stays below b
@example(numbers=(0.2, 0.8, 0.6))
@example(numbers=(0.8, 0.2, 0.6))
@example(numbers=(0.5 + 2.0**-53, 0.0, 0.5))  # the difference is above eps in its last digit alone
@example(numbers=(0.0, 0.5 + 2.0**-53, 0.5))
@example(numbers=(1.0, 1.0 + 2.0**-52, 0.0))
@example(numbers=(1.0 + 2.0**-52, 1.0, 2.0**-53))
@example(numbers=(1e300, math.nextafter(1e300, math.inf), 1e200))
@example(numbers=(TINY, 0.0, 0.0))
@example(numbers=(0.0, TINY, 0.0))
@example(numbers=(3e-200, 1e-200, 1e-200))
@example(numbers=(0.0, 3.0, 2.0))
@example(numbers=(0.0, 1e9, 1e9))
@example(numbers=(LARGEST, -LARGEST, LARGEST))  # the difference overflows
@example(numbers=(-LARGEST, LARGEST, 1e300))
@example(numbers=(0.0, -0.0, -0.0))
@example(numbers=(1, 1.5, 0.5))
@example(numbers=(4, 1, 2))
@example(numbers=(4, 3, 2))
@example(numbers=(1, 2, 1))
def test_comparisons_follow_the_sign_of_the_float_difference(kata, solution, numbers):
    a, b, eps = numbers
    difference = a - b
    expected = sign_by_fractions(difference, eps)
    for name, holds in (("equal", expected == 0), ("less", expected < 0), ("less_equal", expected <= 0)):
        agreed(getattr(solution, name)(a, b, eps), holds, f"{name}{numbers!r}")
        got, what = call(kata, name, a, b, eps)
        assert got is holds, f"{what} is {got}, expected {holds}: {a!r} - {b!r} is {difference!r}"


@given(
    numbers=numbers_and_tolerances,
    infinite=st.sampled_from([(), (0,), (1,), (0, 1)]),
    signs=st.tuples(st.booleans(), st.booleans()),
)
@example(numbers=(0.0, 0.0, 0.0), infinite=(0, 1), signs=(True, True))
@example(numbers=(0.0, 0.0, LARGEST), infinite=(0, 1), signs=(False, False))
@example(numbers=(0.0, 0.0, 0.0), infinite=(0, 1), signs=(False, True))
@example(numbers=(0.0, LARGEST, LARGEST), infinite=(0,), signs=(True, True))
@example(numbers=(0.0, 0.0, 1e-8), infinite=(0,), signs=(False, True))
@example(numbers=(0.0, 0.0, 1e-8), infinite=(1,), signs=(True, True))
def test_exactly_one_of_less_equal_and_greater_holds(kata, numbers, infinite, signs):
    *pair, eps = numbers
    for index in infinite:
        pair[index] = math.inf if signs[index] else -math.inf
    a, b = pair
    below, same, above = (call(kata, *each, eps)[0] for each in (("less", a, b), ("equal", a, b), ("less", b, a)))
    assert [below, same, above].count(True) == 1, (
        f"of less({a!r}, {b!r}), equal({a!r}, {b!r}) and less({b!r}, {a!r}) with eps = {eps!r} exactly one must hold, "
        f"got {below}, {same} and {above}"
    )
    got, what = call(kata, "less_equal", a, b, eps)
    assert got is (below or same), f"{what} is {got}, but less is {below} and equal is {same}"
    if infinite:
        assert (below, same) == (a < b, a == b), f"infinities compare as usual: {a!r}, {b!r}"
        got, what = call(kata, "equal", b, a, eps)
        assert got is same, f"{what} is {got}, the other way round it is {same}"


def test_the_default_tolerance_is_eps(kata):
    assert kata.EPS == 1e-8, f"EPS is {kata.EPS!r}"
    beyond = math.nextafter(1e-8, 1)
    signs = ((1e-8, 0), (-1e-8, 0), (beyond, 1), (-beyond, -1), (-0.25, -1), (1e300, 1), (-0.0, 0), (math.inf, 1))
    for x, expected in (*signs, (-math.inf, -1)):
        # An earlier tolerance, even the very default, changes nothing for later calls.
        for arguments in ((x,), (x, 1e-8), (x,)):
            got, what = sign(kata, *arguments)
            assert got == expected, f"{what} is {shown(got)}, expected {expected}"
        assert sign(kata, 0.25, 0.5)[0] == 0, "sgn(0.25, 0.5) must be 0"
    comparisons = (
        (0.1 + 0.2, 0.3, 0),
        (0.0, 1e-8, 0),
        (1e-8, 0.0, 0),
        (0.0, beyond, -1),
        (beyond, 0.0, 1),
        (-math.inf, 0.0, -1),
        (math.inf, math.inf, 0),
        (1e15, 1e15 + 1, -1),  # a tolerance is absolute: these differ, however close they are by ratio
    )
    for a, b, expected in comparisons:
        for name, holds in (("equal", expected == 0), ("less", expected < 0), ("less_equal", expected <= 0)):
            for arguments in ((a, b), (a, b, 1e-8), (a, b)):
                got, what = call(kata, name, *arguments)
                assert got is holds, f"{what} is {got}, expected {holds}: {a!r} - {b!r} is {a - b!r}"
                call(kata, name, a, b, 0.5)
    assert call(kata, "less", 0.0, beyond, 0.5)[0] is False, f"less(0.0, {beyond}, 0.5) must be False"
    by_name = kata.sgn(0.75, eps=0.5), kata.equal(1.0, 1.5, eps=0.5), kata.less(1.0, 1.75, eps=0.5)
    assert by_name == (1, True, True), f"sgn, equal and less with eps=0.5 by name give {by_name}"
    assert kata.less_equal(1.75, 1.0, eps=0.5) == False, "less_equal(1.75, 1.0, eps=0.5) must be False"  # noqa: E712


def test_nan_and_impossible_tolerances_are_refused(kata):
    nan, inf = math.nan, math.inf
    for eps in (-1.0, -TINY, -inf, inf, nan):
        for x in (0.0, 1.0, -inf, nan):
            refuses(kata.sgn, x, eps)
        for a, b in ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (inf, inf), (inf, -inf), (0.0, -inf), (nan, nan)):
            for compare in (kata.equal, kata.less, kata.less_equal):
                refuses(compare, a, b, eps)
    for eps in ((), (0.0,), (0.5,), (LARGEST,)):
        refuses(kata.sgn, nan, *eps)
        for a, b in ((nan, 0.0), (0.0, nan), (nan, nan), (nan, inf), (-inf, nan)):
            for compare in (kata.equal, kata.less, kata.less_equal):
                refuses(compare, a, b, *eps)
    for name in ("equal", "less", "less_equal"):
        refuses(kata.run, probes.with_itself, name, nan, 0.5)
        refuses(kata.run, probes.with_itself, name, 1.0, -0.5)
