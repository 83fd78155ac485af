"""Properties of arrays/count_inversions."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.arrays.probes import count_inversions as probes
from tests.strategies.magnitudes import integers
from tests.strategies.sizes import lists


def value_lists():
    """Lists with many ties, and with integers that no float holds."""
    return lists(st.integers(-2, 2)) | lists(integers())


def by_looking_at_all_pairs(values):
    """The count from its definition."""
    return sum(first > second for at, first in enumerate(values) for second in values[at + 1 :])


@given(values=value_lists(), as_tuple=st.booleans())
@example(values=[3, 1, 2, 1], as_tuple=False)
@example(values=[1, 1, 2], as_tuple=False)
@example(values=[5, 4, 3, 2], as_tuple=True)
@example(values=[], as_tuple=False)
@example(values=[], as_tuple=True)
@example(values=[7], as_tuple=False)
@example(values=[2, 1], as_tuple=False)
@example(values=[0, 0, 0], as_tuple=False)
@example(values=[3, 2, 1], as_tuple=False)
@example(values=[2, 0, 1, 0, 2], as_tuple=False)
@example(values=[0, -1, -2, 5], as_tuple=False)
@example(values=[2**53 + 1, 2**53], as_tuple=False)
@example(values=[10**400, 2**63, -(2**63), -(10**400)], as_tuple=True)
@example(values=list(range(17, 0, -1)), as_tuple=False)
@example(values=list(range(33, 0, -1)), as_tuple=False)
@example(values=[7 * number % 64 for number in range(65)], as_tuple=False)
@example(values=[7919 * number % 257 for number in range(257)], as_tuple=True)
def test_counts_like_the_definition(kata, solution, values, as_tuple):
    expected = agreed(solution.count_inversions(list(values)), by_looking_at_all_pairs(values))
    event("none" if expected == 0 else "some", len(values) - len(set(values)))
    asked = tuple(values) if as_tuple else list(values)
    got = kata.count_inversions(asked)
    assert type(got) is int, f"the count is {got!r}; wanted is an int"
    assert got == expected, f"{values} has {expected} inversions, not {got}"
    assert list(asked) == values, f"values was {values} and is now {asked}"


@settings(max_examples=60)
@given(values=value_lists())
@example(values=[3, 1, 2, 1])
@example(values=[1, 1])
@example(values=list(range(1100)))
@example(values=[0] * 1100)
@example(values=[number % 40 for number in range(1100)])
def test_a_list_and_its_reverse_share_all_unequal_pairs(kata, values):
    forwards, backwards = kata.count_inversions(values), kata.count_inversions(values[::-1])
    equal = sum(times * (times - 1) // 2 for times in Counter(values).values())
    pairs = len(values) * (len(values) - 1) // 2
    assert forwards + backwards == pairs - equal, (
        f"{forwards} inversions, and {backwards} in the reversed list: the sum must be {pairs - equal}, which is "
        f"{pairs} pairs less {equal} equal ones, for {values}"
    )


@settings(max_examples=60)
@given(values=value_lists(), place=st.integers(0, 300))
@example(values=[2, 2, 1], place=0)
@example(values=[0, 1], place=0)
@example(values=[3, 1, 2, 1], place=1)
def test_two_neighbours_that_change_places_change_the_count_by_one(kata, values, place):
    at = place % max(1, len(values) - 1)
    pair = values[at : at + 2]
    step = (pair[0] < pair[-1]) - (pair[0] > pair[-1]) if pair else 0
    before = kata.count_inversions(values)
    after = kata.count_inversions([*values[:at], *pair[::-1], *values[at + 2 :]])
    assert after == before + step, (
        f"{values} has {before} inversions; with the pair {pair} turned round it has {after}, expected {before + step}"
    )


SHAPES = {
    "ascending": lambda count: list(range(count)),
    "descending": lambda count: list(range(count, 0, -1)),
    "all equal": lambda count: [7] * count,
    "mixed": lambda count: random.Random(5).sample(range(10 * count), count),
    "two values": lambda count: [7919 * number % 1009 % 2 for number in range(count)],
    "up and down": lambda count: [min(number, count - number) for number in range(count)],
    "far apart": lambda count: [(-1) ** number * 10 ** (number % 300) for number in range(count)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_values_take_little_more_than_four_times_the_work(kata, shape):
    few = kata.run(probes.executed_lines, SHAPES[shape](128))
    many = kata.run(probes.executed_lines, SHAPES[shape](512))
    # n log n and n (log n)^2 grow by a factor of 5.1 and 6.6, n^2 by 16.
    assert many <= 8 * few, f"{few} lines and comparisons for 128 values ({shape}), {many} for 512"
