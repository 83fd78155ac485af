"""Probes of arrays/merge_sorted_array: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any

from dojo import meters


def merge_of_counting_ints(kata: Any, nums1: list[int], nums2: list[int], filler: int) -> dict[str, Any]:
    """Merge integers that count what is done with them.

    Returns:
        ``origin``: for each slot of the result, the position in ``nums1 + nums2`` of the object that stands in it, or
        None for an object that did not come in; ``comparisons`` and ``conversions``: how often values were compared,
        and turned into others (``int(x)``, ``x + 0``).
    """
    with meters.counting() as count:
        first, second = count.integers(nums1), count.integers(nums2)
        position = {id(value): index for index, value in enumerate(first + second)}
        room = first + [filler] * len(second)
        kata.merge(room, len(first), second, len(second))
    return {
        "origin": [position.get(id(value)) for value in room],
        "comparisons": count.comparisons,
        "conversions": count.conversions,
    }


def merge_extra_memory(kata: Any, nums1: list[int], nums2: list[int]) -> int:
    """Peak of the memory that merging allocates, in bytes."""
    room = nums1 + [0] * len(nums2)
    with meters.peak_memory() as peak:
        kata.merge(room, len(nums1), nums2, len(nums2))
    return peak.bytes


merge_extra_memory.measures = True
