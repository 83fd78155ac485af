"""Lists of integers with the inputs on which merging goes wrong: empty, one-sided, full of ties."""

from __future__ import annotations

from hypothesis import strategies as st

SMALLEST, LARGEST = -(10**9), 10**9


def values() -> st.SearchStrategy[int]:
    """Integers that often coincide, are often 0 and sometimes at the limits of the original task."""
    return st.one_of(st.integers(-2, 2), st.integers(SMALLEST, LARGEST), st.sampled_from([SMALLEST, LARGEST]))


def sorted_lists(*, max_size: int = 8) -> st.SearchStrategy[list[int]]:
    """Ascending lists: empty ones, ties, and any integers in range."""
    few = st.lists(st.integers(-2, 2), max_size=max_size)
    return st.one_of(few, st.lists(values(), max_size=max_size)).map(sorted)


def fillers() -> st.SearchStrategy[int]:
    """What stands in free slots: 0, a value that could be data, or one below or above all data."""
    return st.one_of(st.just(0), st.integers(-2, 2), st.sampled_from([SMALLEST - 1, LARGEST + 1]))
