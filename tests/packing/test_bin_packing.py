"""Properties of packing/bin_packing."""

from __future__ import annotations

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.packing.probes import bin_packing as probes
from tests.refusals import refuses
from tests.strategies.sizes import lists

RULES = ("first_fit", "first_fit_decreasing")
CAPACITIES = (10, 1, 2, 3, 20, 100, 2**53 + 1, 10**18)


@st.composite
def samples(draw):
    """Lengths and a capacity: ties, exact fits, and bins that keep a little room each."""
    capacity = draw(st.sampled_from(CAPACITIES))
    special = {capacity, max(1, capacity - 1), (capacity + 1) // 2, max(1, capacity // 2), 1, max(1, capacity // 3)}
    lengths = st.integers(1, capacity) | st.sampled_from(sorted(special)) | st.integers(1, min(capacity, 4))
    return draw(lists(lengths)), capacity


def in_order(lengths, rule):
    """The indices in the order in which samples are placed."""
    if rule == "first_fit":
        return list(range(len(lengths)))
    return sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))


def by_looking_at_every_bin(lengths, capacity, rule):
    """The bins of a rule, as it is said: from the first bin on, until one has room."""
    bins = []
    for index in in_order(lengths, rule):
        for each in bins:
            if sum(lengths[other] for other in each) + lengths[index] <= capacity:
                each.append(index)
                break
        else:
            bins.append([index])
    return bins


@pytest.mark.parametrize("rule", RULES)
@given(problem=samples())
@example(problem=([6, 5, 4, 5], 10))
@example(problem=([2, 6, 3, 5, 7], 10))
@example(problem=([5, 5, 5], 10))
@example(problem=([], 10))
@example(problem=([10], 10))
@example(problem=([10, 10, 1], 10))
@example(problem=([3, 9, 5, 7, 1], 10))
@example(problem=([4, 7, 4, 7, 3, 3, 4], 10))
@example(problem=([6, 7, 8, 2, 3, 4], 10))
@example(problem=([2**53, 1, 1], 2**53 + 1))
@example(problem=([2**53, 2**53 + 1], 2**53 + 1))
@example(problem=([6] * 17 + [4] * 17, 10))
@example(problem=([60 + each % 30 for each in range(65)] + [1 + each % 40 for each in range(65)], 100))
@example(problem=([51] * 257 + [49] * 3, 100))
def test_bins_are_those_of_the_rule(kata, solution, rule, problem):
    lengths, capacity = problem
    event(f"{rule}: {min(3, len(lengths) - len(set(lengths)))} ties or more")
    expected = agreed(getattr(solution, rule)(lengths, capacity), by_looking_at_every_bin(lengths, capacity, rule))
    given_lengths = list(lengths)
    got = getattr(kata, rule)(given_lengths, capacity)
    assert got == expected, f"{rule} gives the bins {got}, expected {expected}"
    kinds = {type(each) for each in got}, {type(index) for each in got for index in each}
    assert kinds[0] <= {list}, f"a bin must be a list of indices: {got}"
    assert kinds[1] <= {int}, f"an index must be an int: {got}"
    assert given_lengths == lengths, f"lengths was {lengths} and is now {given_lengths}"


@settings(max_examples=50)
@given(problem=samples(), rule=st.sampled_from(RULES), as_tuple=st.booleans())
@example(problem=([6, 5, 4, 5], 10), rule="first_fit", as_tuple=True)
@example(problem=([5, 5, 5], 10), rule="first_fit_decreasing", as_tuple=True)
def test_no_earlier_bin_had_room(kata, problem, rule, as_tuple):
    lengths, capacity = problem
    bins = getattr(kata, rule)(tuple(lengths) if as_tuple else lengths, capacity)
    place = {index: number for number, each in enumerate(bins) for index in each}
    assert sorted(index for each in bins for index in each) == list(range(len(lengths))), f"not each index once: {bins}"
    room = [capacity] * len(bins)
    for index in in_order(lengths, rule):
        length, own = lengths[index], place[index]
        roomy = [number for number, left in enumerate(room[:own]) if left >= length]
        assert not roomy, f"sample {index} of length {length} is in bin {own}, bin {roomy[0]} had room: {bins}"
        assert length <= room[own], f"bin {own} holds more than {capacity}: {bins}"
        room[own] -= length


@settings(max_examples=50)
@given(problem=samples())
@example(problem=([2, 6, 3, 5, 7], 10))
@example(problem=([5, 5, 5], 10))
@example(problem=([3, 3, 7, 7, 3], 10))
def test_decreasing_is_first_fit_of_the_sorted_samples(kata, problem):
    lengths, capacity = problem
    order = in_order(lengths, "first_fit_decreasing")
    bins = kata.first_fit([lengths[index] for index in order], capacity)
    expected = [[order[position] for position in each] for each in bins]
    got = kata.first_fit_decreasing(lengths, capacity)
    assert got == expected, f"first_fit_decreasing gives {got}; first_fit of the sorted lengths is {expected}"


def without_room(count):
    """No two fit together, and none is as long as the one before."""
    return [600_000 + index * 7919 % 300_000 for index in range(count)], 1_000_000


def all_equal(count):
    """As many bins as samples, all with the same room."""
    return [600_000] * count, 1_000_000


def full(count):
    """Every bin is full."""
    return [1_000_000] * count, 1_000_000


def room_at_the_end(count):
    """Bins with more and more room, then samples that fit into the last of them only, each a little shorter."""
    half = count // 2
    return [1_000_000 - 10 * index for index in range(1, half + 1)] + [
        10 * index for index in range(half, 0, -1)
    ], 10**6


@pytest.mark.parametrize("lengths_of", [without_room, all_equal, full, room_at_the_end], ids=lambda each: each.__name__)
def test_four_times_the_samples_take_little_more_than_four_times_the_work(kata, lengths_of):
    for rule in RULES:
        few = kata.run(probes.executed_lines, rule, *lengths_of(150))
        many = kata.run(probes.executed_lines, rule, *lengths_of(600))
        # n log n and n (log n) ** 2 grow by a factor of 5 and 6.5, n ** 2 by 16.
        assert many <= 7.5 * few, f"{rule} executes {few} lines for 150 samples and {many} for 600"


@pytest.mark.parametrize("rule", RULES)
def test_lengths_below_1_or_above_the_capacity_are_refused(kata, rule):
    for lengths, capacity in (
        ([0], 10),
        ([-1], 10),
        ([11], 10),
        ([1, 0], 1),
        ([1, 2], 1),
        ([3, 4, -5, 3], 10),
        ([3, 4, 3, 12], 10),
        ([12, 3, 4], 10),
        ([1] * 20 + [0], 10),
        ([10**18 + 1], 10**18),
        ([1], 0),
        ([-3], -2),
    ):
        refuses(getattr(kata, rule), lengths, capacity)
