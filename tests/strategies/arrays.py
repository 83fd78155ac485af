"""Lists of integers with the inputs on which merging goes wrong: empty, one-sided, full of ties."""

from __future__ import annotations

from hypothesis import strategies as st

SMALLEST, LARGEST = -(10**9), 10**9
VALUES = (0, 1, -1, 2, -2, 3, LARGEST, SMALLEST)
"""Merging depends on the order of values alone: a few of them, so that ties abound, and those at the limits."""


def sorted_lists(*, max_size: int = 8) -> st.SearchStrategy[list[int]]:
    """Ascending lists, often empty, with ties, zeros and values at the limits of the original task."""
    return st.lists(st.sampled_from(VALUES), max_size=max_size).map(sorted)


def fillers() -> st.SearchStrategy[int]:
    """What stands in free slots: a value that could be data, or one above or below all data."""
    return st.sampled_from((0, 1, LARGEST + 1, SMALLEST - 1))
