"""Properties of arrays/merge_sorted_array."""

from __future__ import annotations

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from tests.arrays.probes import merge_sorted_array as probes
from tests.strategies.arrays import fillers, sorted_lists


@given(nums1=sorted_lists(), nums2=sorted_lists(), filler=fillers())
@example(nums1=[1, 2, 3], nums2=[2, 5, 6], filler=0)
@example(nums1=[1], nums2=[], filler=0)
@example(nums1=[], nums2=[1], filler=0)
@example(nums1=[0], nums2=[-1], filler=1)
@example(nums1=[-1, 0], nums2=[0], filler=1)
@example(nums1=[0, 0, 1], nums2=[-1, 2], filler=1)
def test_merges_like_the_reference(kata, solution, nums1, nums2, filler):
    if not nums1 or not nums2:
        event("one side is empty")
    elif nums2[-1] < nums1[0]:
        event("all of nums2 is below nums1")
    room = nums1 + [filler] * len(nums2)
    expected = list(room)
    solution.merge(expected, len(nums1), list(nums2), len(nums2))
    kata.merge(room, len(nums1), list(nums2), len(nums2))
    assert room == expected == sorted(nums1 + nums2), f"merged to {room}, expected {expected}"


@settings(max_examples=50)
@given(nums1=sorted_lists(), nums2=sorted_lists(), filler=fillers())
def test_nums2_stays_and_nothing_is_returned(kata, nums1, nums2, filler):
    given_nums2 = list(nums2)
    result = kata.merge(nums1 + [filler] * len(nums2), len(nums1), given_nums2, len(nums2))
    assert given_nums2 == nums2, f"nums2 was {nums2} and is now {given_nums2}"
    assert result is None, f"merge works in place and returns None, got {result!r}"


@given(nums1=sorted_lists(), nums2=sorted_lists(), filler=fillers())
def test_moves_the_very_objects_with_few_comparisons(kata, nums1, nums2, filler):
    report = kata.run(probes.merge_of_counting_ints, nums1, nums2, filler)
    strangers = [slot for slot, origin in enumerate(report["origin"]) if origin is None]
    assert not strangers, f"slots {strangers} hold objects that did not come in (a filler, or a copy of a value)"
    assert sorted(report["origin"]) == list(range(len(nums1 + nums2))), "an object came out twice, another was lost"
    limit = max(0, len(nums1) + len(nums2) - 1)
    assert report["comparisons"] <= limit, f"{report['comparisons']} comparisons, m + n - 1 = {limit} are enough"
    assert report["conversions"] == 0, f"{report['conversions']} values were converted instead of compared"


@pytest.mark.parametrize(("m", "n"), [(2_000, 2_000), (4_000, 500), (500, 4_000)])
def test_needs_no_second_list(kata, m, n):
    nums1, nums2 = list(range(0, 2 * m, 2)), list(range(1, 2 * n, 2))
    used = kata.run(probes.merge_extra_memory, nums1, nums2)
    # A list of the shorter side alone takes 8 bytes a value, 4,000 bytes here; a merge in place takes a few integers.
    assert used < 2_000, f"{used} bytes of extra memory for {m} + {n} values: that is room for a second list"


@settings(max_examples=50)
@given(
    nums1=sorted_lists(max_size=4),
    nums2=sorted_lists(max_size=4),
    off=st.sampled_from([(0, 0), (1, -1), (-1, 1), (0, 1), (0, -1), (1, 0), (-1, 0)]),
)
@example(nums1=[1], nums2=[1, 2], off=(0, 0))
@example(nums1=[1, 2], nums2=[3], off=(1, -1))
@example(nums1=[1, 2], nums2=[3], off=(-1, 0))
def test_sizes_that_do_not_fit_are_refused(kata, nums1, nums2, off):
    m, n = len(nums1) - len(nums2) + off[0], len(nums2) + off[1]
    assume(m < 0 or any(off))
    room = list(nums1)
    with pytest.raises(ValueError):
        kata.merge(room, m, nums2, n)
    assert room == nums1, f"nums1 was changed to {room} before the error was raised"
