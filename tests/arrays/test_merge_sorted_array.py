"""Properties of arrays/merge_sorted_array."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import event, example, given, settings

from dojo.grading.literal import shown
from tests.agreement import agreed
from tests.arrays.probes import merge_sorted_array as probes
from tests.refusals import refuses
from tests.strategies.arrays import fillers, sorted_pairs

MEMORY = 2_000
"""Bytes. A list of the shorter side alone takes 8 bytes a value, 4,000 and more below; a merge takes a few integers."""
EVENS, ODDS = list(range(0, 600, 2)), list(range(1, 600, 2))
LONG_PAIRS = [
    (EVENS, ODDS),
    (list(range(300, 600)), list(range(300))),
    (list(range(300)), list(range(300, 600))),
    *((EVENS, [one]) for one in (-1, 31, 301, 577)),
    *(([one], EVENS) for one in (-1, 31, 301, 577)),
    (EVENS, ODDS[:8]),
    (ODDS[:8], EVENS),
    ([1] * 300, [1] * 40),
]
"""Long enough for another method to set in: alternating, one list after the other, few values in many, all equal."""


AFTER_A_RUN = [([*EVENS[:40], *range(200, 200 + run)], ODDS[:40]) for run in (3, 4, 7, 8, 12, 16, 32)]
RUN_PAIRS = AFTER_A_RUN + [(less, more) for more, less in AFTER_A_RUN]
"""One list wins that often in a row, then they alternate: who looks ahead after the run compares once too often."""


def pinned(pairs):
    """Each of the pairs as a pinned example."""

    def decorate(test):
        for pair in pairs:
            test = example(pair=pair, filler=None)(test)
        return test

    return decorate


def with_room(nums1, nums2, filler):
    return nums1 + [filler] * len(nums2)


@settings(max_examples=70)
@given(pair=sorted_pairs(), filler=fillers())
@example(pair=([1, 4, 7], [2, 9]), filler=0)
@example(pair=([1], []), filler=0)
@example(pair=([], [1]), filler=0)
@example(pair=([], [1, 2]), filler=None)
@example(pair=([], []), filler=0)
@example(pair=([0], [-1]), filler=1)
@example(pair=([-1, 0], [0]), filler=1)
@example(pair=([0, 0, 1], [-1, 2]), filler=1)
@example(pair=([-(10**400), 2**53], [2**53 + 1, 10**400]), filler=0)
@example(pair=([2**53 + 1, 10**400], [-(10**400), 2**53]), filler=0)
@pinned(LONG_PAIRS)
def test_merges_like_the_reference(kata, solution, pair, filler):
    nums1, nums2 = pair
    if not nums1 or not nums2:
        event("one side is empty")
    elif nums2[-1] < nums1[0]:
        event("all of nums2 is below nums1")
    expected, room = with_room(nums1, nums2, filler), with_room(nums1, nums2, filler)
    solution.merge(expected, len(nums1), list(nums2), len(nums2))
    expected = agreed(expected, sorted(nums1 + nums2), "the merged list")
    kata.merge(room, len(nums1), list(nums2), len(nums2))
    assert room == expected, f"merged to {shown(room)}, expected {shown(expected)}"


@settings(max_examples=25)
@given(pair=sorted_pairs(), filler=fillers())
@example(pair=([], [1, 2]), filler=0)
@example(pair=([2], [1]), filler=0)
@example(pair=([1], [2]), filler=0)
@example(pair=(EVENS, ODDS), filler=0)
def test_nums2_stays_and_nothing_is_returned(kata, pair, filler):
    nums1, nums2 = pair
    given_nums2 = list(nums2)
    result = kata.merge(with_room(nums1, nums2, filler), len(nums1), given_nums2, len(nums2))
    assert given_nums2 == nums2, f"nums2 was {shown(nums2)} and is now {shown(given_nums2)}"
    assert result is None, f"merge works in place and must return None, got {shown(result)}"
    both = list(nums2)
    kata.merge(both, 0, both, len(both))
    assert both == nums2, f"with m = 0 and one list {shown(nums2)} as nums1 and nums2, it became {shown(both)}"


def check_counts(report, nums1, nums2):
    """The three counts of the prompt but memory: which objects came out, and how they were compared and moved."""
    total = len(nums1) + len(nums2)
    strangers = [slot for slot, origin in enumerate(report["origin"]) if origin is None]
    assert not strangers, f"slots {shown(strangers)} hold objects that did not come in (a filler, or a copy of a value)"
    assert sorted(report["origin"]) == list(range(total)), "an object came out twice, another was lost"
    limit, seen = max(0, total - 1), report["comparisons"]
    assert seen <= limit, f"{seen} comparisons of values for m = {len(nums1)}, n = {len(nums2)}, at most {limit}"
    assert report["conversions"] == 0, f"{report['conversions']} values were converted instead of compared"
    values = nums1 + nums2
    if len(set(values)) == total:
        # Neighbours of the result that came from different lists: nothing but their own comparison tells their order.
        sources = [index < len(nums1) for index in sorted(range(total), key=values.__getitem__)]
        needed = sum(one != other for one, other in pairwise(sources))
        assert seen >= needed, (
            f"only {seen} comparisons by <, >, <= or >= where these values need {needed}: they were compared otherwise"
        )
    assert report["writes"] <= 4 * total, (
        f"{report['writes']} slots of nums1 were written for m = {len(nums1)}, n = {len(nums2)}, at most {4 * total}"
    )
    assert report["writes"] >= report["changed"], (
        f"{report['changed']} slots changed, {report['writes']} were written by the list's own methods"
    )


@settings(max_examples=50)
@given(pair=sorted_pairs(), filler=fillers())
@example(pair=([1, 4, 7], [2, 9]), filler=0)
@example(pair=([1, 3, 5], [2, 4, 6]), filler=0)
@pinned(LONG_PAIRS + RUN_PAIRS)
def test_moves_the_very_objects_with_few_comparisons(kata, pair, filler):
    nums1, nums2 = pair
    check_counts(kata.run(probes.merge_of_counting_ints, nums1, nums2, filler), nums1, nums2)


def test_needs_no_second_list(kata):
    pairs = (
        (list(range(0, 2_000, 2)), list(range(1, 2_000, 2))),
        (list(range(1_000, 2_000)), list(range(1_000))),
        (list(range(1_000)), list(range(1_000, 2_000))),
        (list(range(0, 6_000, 2)), list(range(1, 6_000, 12))),
        (list(range(1, 6_000, 12)), list(range(0, 6_000, 2))),
    )
    for nums1, nums2 in pairs:
        m, n = len(nums1), len(nums2)
        found = kata.run(probes.merge_extra_memory, nums1, nums2)
        assert found["bytes"] < MEMORY, (
            f"{found['bytes']} bytes of extra memory for {m} + {n} values: that is room for a second list"
        )
        assert found["merged"] == sorted(nums1 + nums2), f"{m} + {n} values are not in order, or not the ones given"
        check_counts(kata.run(probes.merge_of_counting_ints, nums1, nums2, None), nums1, nums2)


FITTING = ((0, 0), (0, 1), (1, 0), (1, 1), (2, 3), (0, 40), (40, 0), (40, 33))
OFF = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (-1, 1), (1, -1), (20, 0), (0, 20))
NEGATIVE = ((-1, 1), (-1, 40), (-3, 3), (1, -1), (2, -1), (40, -7), (-1, 0), (0, -1), (-1, -1))


def misfits():
    """What must be refused, as (length of nums1, m, length of nums2, n): each length off, each number negative."""
    for m, n in FITTING:
        for more1, more2 in OFF:
            if m + n + more1 >= 0 and n + more2 >= 0:
                yield m + n + more1, m, n + more2, n
    for m, n in NEGATIVE:
        for length2 in {max(0, n), abs(n)}:
            yield max(0, m + n), m, length2, n
            yield abs(m) + abs(n), m, length2, n


def test_sizes_that_do_not_fit_are_refused(kata):
    for m, n in FITTING:  # what fits is not refused; nor may it be remembered
        kata.merge([0] * (m + n), m, [0] * n, n)
    for length1, m, length2, n in misfits():
        refuses(kata.merge, [2 * value for value in range(length1)], m, [2 * value - 7 for value in range(length2)], n)
