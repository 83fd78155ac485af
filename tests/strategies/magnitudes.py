"""Numbers of every size that a type can hold: signed zeros, subnormal, tiny, ordinary, huge, and beyond floats."""

from __future__ import annotations

from hypothesis import strategies as st

TINY = (5e-324, 2.0**-1074 * 3, 2.2250738585072014e-308, 1e-300, 1e-160, 1e-100)
"""The smallest subnormal numbers, the smallest normal one, and those whose squares vanish."""

HUGE = (1e100, 1e154, 1.4e154, 1e300, 1.7976931348623157e308)
"""Numbers whose squares are just finite, just infinite, and the largest of all."""

NEARLY = (1 / 3, 0.1, 1 + 2.0**-52, 1 - 2.0**-53, 2.0**53 - 1)


def floats(*, tiny: bool = True, huge: bool = True, negative: bool = True) -> st.SearchStrategy[float]:
    """Finite floats: small integers first, then numbers of every size, -0.0 among them."""
    special = (*NEARLY, *(TINY if tiny else ()), *(HUGE if huge else ()))
    numbers = st.one_of(
        st.integers(0, 4).map(float),
        st.sampled_from(special),
        st.floats(1e-3, 1e3),
    )
    if not negative:
        return numbers
    return st.tuples(numbers, st.sampled_from((1.0, -1.0))).map(lambda pair: pair[0] * pair[1])


def integers(*, beyond_floats: bool = True) -> st.SearchStrategy[int]:
    """Integers: small ones first, around 2^53 and 2^63, and (beyond floats) some of hundreds of digits."""
    borders = [power + nudge for power in (2**31, 2**53, 2**63) for nudge in (-1, 0, 1)]
    if beyond_floats:
        borders += [2**80 + 1, 10**400]
    return st.one_of(
        st.integers(-4, 4),
        st.tuples(st.sampled_from(borders), st.sampled_from((1, -1))).map(lambda pair: pair[0] * pair[1]),
    )
