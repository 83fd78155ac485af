"""Lists of integers with the inputs on which merging goes wrong: empty, one-sided, full of ties, long in runs."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strategies import magnitudes, sizes

SMALLEST, LARGEST = -(10**9), 10**9
VALUES = (0, 1, -1, 2, -2, 3, LARGEST, SMALLEST)
"""Merging depends on the order of values alone: a few of them, so that ties abound, and those at the limits."""
RUNS = (1, 2, 3, 15, 16, 17, 31, 33, 64, 65, 130)


def sorted_lists(*, max_size: int = 8) -> st.SearchStrategy[list[int]]:
    """Ascending lists, often empty, with ties, zeros and values at the limits of the original task."""
    return st.lists(st.sampled_from(VALUES), max_size=max_size).map(sorted)


@st.composite
def sorted_pairs(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Two ascending lists: mostly short, now and then of large values, long and of few values, or in long runs."""
    form = draw(st.sampled_from(("short", "short", "large", "ties", "runs")))
    if form == "short":
        return draw(sorted_lists()), draw(sorted_lists())
    if form == "large":
        large = st.lists(magnitudes.integers(), max_size=6).map(sorted)
        return draw(large), draw(large)
    if form == "ties":
        many = sizes.lists(st.sampled_from(VALUES)).map(sorted)
        return draw(many), draw(many)
    pair: tuple[list[int], list[int]] = ([], [])
    first, ties = draw(st.integers(0, 1)), draw(st.sampled_from((1, 1, 2, 5)))
    value = 0
    for turn, length in enumerate(draw(st.lists(st.sampled_from(RUNS), min_size=1, max_size=8)), start=first):
        pair[turn % 2].extend(each // ties for each in range(value, value + length))
        value += length
    return pair


def fillers() -> st.SearchStrategy[int | None]:
    """What stands in free slots: a value that could be data, one above or below all data, or nothing to compare."""
    return st.sampled_from((0, 1, LARGEST + 1, SMALLEST - 1, None))
