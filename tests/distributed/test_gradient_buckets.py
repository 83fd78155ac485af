"""Properties of distributed/gradient_buckets."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.refusals import refuses
from tests.strategies.sizes import lists

LIMITS = st.integers(1, 12) | st.sampled_from((1, 100, 2**53, 2**53 + 1, 10**18, 10**400))
SIZES = st.integers(0, 12) | st.sampled_from((0, 1, 100, 2**53, 2**53 + 1, 10**18, 10**400))


def by_running_sums(sizes, first, cap):
    """The buckets: each ends where the running sum from its beginning first reaches the limit."""
    order, buckets = list(range(len(sizes)))[::-1], []
    while order:
        sums = list(accumulate(sizes[index] for index in order))
        limit = cap if buckets else first
        end = next((count for count, total in enumerate(sums, start=1) if total >= limit), len(order))
        buckets.append(order[:end])
        order = order[end:]
    return buckets


@given(sizes=lists(SIZES), first=LIMITS, cap=LIMITS)
@example(sizes=[4, 1, 3, 2, 2, 5], first=5, cap=4)
@example(sizes=[3, 0, 9, 1], first=2, cap=100)
@example(sizes=[], first=1, cap=1)
@example(sizes=[0], first=1, cap=1)
@example(sizes=[0, 0, 1, 0], first=1, cap=1)
@example(sizes=[1], first=5, cap=1)
@example(sizes=[3, 3, 3], first=3, cap=3)
@example(sizes=[3, 3, 3], first=4, cap=4)
@example(sizes=[2, 2, 2, 9, 2, 2, 2], first=4, cap=5)
@example(sizes=[5, 5, 5, 5], first=100, cap=5)
@example(sizes=[7, 1, 1, 1, 1, 7], first=1, cap=3)
@example(sizes=[1] * 40, first=17, cap=16)
@example(sizes=[2**53, 1, 1, 2**53], first=2**53 + 1, cap=2**53 + 1)
@example(sizes=[1, 10**400], first=10**400, cap=1)
def test_buckets_close_when_they_reach_their_limit(kata, solution, sizes, first, cap):
    expected = agreed(solution.assign_buckets(sizes, first, cap), by_running_sums(sizes, first, cap))
    event(f"{min(3, len(expected))} buckets or more")
    before = list(sizes)
    got = kata.assign_buckets(sizes, first, cap)
    assert got == expected, f"the buckets are {got}, expected {expected}"
    kinds = {type(each) for each in got}, {type(index) for each in got for index in each}
    assert kinds[0] <= {list}, f"a bucket must be a list: {got}"
    assert kinds[1] <= {int}, f"an index must be an int: {got}"
    assert sizes == before, f"sizes was {before} and is now {sizes}"


@settings(max_examples=50)
@given(sizes=lists(SIZES).map(tuple), first=LIMITS, cap=LIMITS)
@example(sizes=(4, 1, 3, 2, 2, 5), first=5, cap=4)
@example(sizes=(0, 0, 0), first=1, cap=1)
def test_every_parameter_is_sent_once_and_from_the_end(kata, sizes, first, cap):
    buckets = kata.assign_buckets(sizes, first, cap)
    indices = [index for each in buckets for index in each]
    assert sorted(indices) == list(range(len(sizes))), f"not every index is there once: {buckets}"
    assert all(one > other for one, other in pairwise(indices)), f"indices must descend: {buckets}"
    for number, each in enumerate(buckets):
        limit, held = (cap if number else first), [sizes[index] for index in each]
        assert sum(held[:-1]) < limit, f"bucket {number} reached {limit} before its last parameter: {buckets}"
        is_last = number == len(buckets) - 1
        assert is_last or sum(held) >= limit, f"bucket {number} closed before it reached {limit}: {buckets}"


@settings(max_examples=50)
@given(sizes=lists(SIZES, largest=40), first=LIMITS, cap=LIMITS)
@example(sizes=[4, 1, 3, 2, 2, 5], first=5, cap=4)
@example(sizes=[3, 3, 3, 3], first=3, cap=6)
def test_after_the_first_bucket_it_begins_again_with_cap(kata, sizes, first, cap):
    buckets = kata.assign_buckets(sizes, first, cap)
    rest = sizes[: buckets[0][-1]] if buckets else []
    again = kata.assign_buckets(rest, cap, cap)
    assert buckets[1:] == again, f"after the first of {buckets}, {rest} with the limit {cap} alone gives {again}"


@pytest.mark.parametrize("sizes", [[], [5], [0, 3, 1], [1] * 40], ids=len)
def test_what_makes_no_sense_is_refused(kata, sizes):
    for first, cap in ((0, 1), (1, 0), (0, 0), (-1, 1), (1, -1), (5, 0), (0, 5), (-(10**18), 3), (3, -(10**18))):
        refuses(kata.assign_buckets, sizes, first, cap)
    for place in range(len(sizes) + 1):
        for negative in (-1, -(10**18)):
            bad = [*sizes[:place], negative, *sizes[place:]]
            refuses(kata.assign_buckets, bad, 1, 1)
            refuses(kata.assign_buckets, bad, 10, 100)
