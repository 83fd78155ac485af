"""Meters count what they say, and cannot be slipped past by a conversion."""

from __future__ import annotations

import heapq

import pytest

from dojo import meters


def test_sorting_and_merging_are_counted_alike():
    with meters.counting() as count:
        values = count.integers([5, 2, 4])
        assert sorted(values) == [2, 4, 5]
        by_sorting = count.comparisons
        list(heapq.merge(values[:1], values[1:]))
    assert by_sorting >= 2
    assert count.comparisons > by_sorting
    assert count.conversions == 0


@pytest.mark.parametrize(
    "way", [int, float, lambda x: x + 0, lambda x: 0 - x, lambda x: x * 1, abs, hash, lambda x: -x]
)
def test_conversions_are_counted(way):
    with meters.counting() as count:
        way(count.integers([3])[0])
    assert count.conversions == 1


def test_showing_a_value_is_no_conversion():
    with meters.counting() as count:
        assert f"{count.integers([3])}" == "[3]"
    assert count.conversions == 0


def test_peak_memory_sees_what_was_freed_again():
    with meters.peak_memory() as peak:
        values = [0] * 100_000
        del values
    assert 800_000 <= peak.bytes < 900_000
