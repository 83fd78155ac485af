"""Probes of the topic ``arrays``: they run beside an answer and hand back plain data, never an expected value."""

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


def merge_of_counting_ints_as_code(nums1: list[int], nums2: list[int], filler: int) -> str:
    """Plain Python that shows what ``merge_of_counting_ints`` counts."""
    room = f"first + [{filler!r}] * {len(nums2)}" if nums2 else "first + []"
    return f"""
class Counting(int):
    comparisons = 0
    def _count(name):
        def compare(self, other):
            Counting.comparisons += 1
            return getattr(int, name)(self, other)
        return compare
    __lt__, __gt__, __le__, __ge__ = map(_count, ["__lt__", "__gt__", "__le__", "__ge__"])
    __hash__ = int.__hash__

first = [Counting(value) for value in {nums1!r}]
second = [Counting(value) for value in {nums2!r}]
nums1 = {room}
merge(nums1, {len(nums1)}, second, {len(nums2)})
print(nums1)
print("comparisons:", Counting.comparisons)
print("the objects that came in:", sum(any(value is old for old in first + second) for value in nums1))
"""


def merge_extra_memory(kata: Any, nums1: list[int], nums2: list[int]) -> int:
    """Peak of the memory that merging allocates, in bytes."""
    room = nums1 + [0] * len(nums2)
    with meters.peak_memory() as peak:
        kata.merge(room, len(nums1), nums2, len(nums2))
    return peak.bytes


def merge_extra_memory_as_code(nums1: list[int], nums2: list[int]) -> str:
    """Plain Python that measures what ``merge_extra_memory`` measures."""
    return f"""
import tracemalloc

nums2 = {as_range(nums2)}
nums1 = {as_range(nums1)} + [0] * {len(nums2)}
tracemalloc.start()
merge(nums1, {len(nums1)}, nums2, {len(nums2)})
print("peak of extra memory, in bytes:", tracemalloc.get_traced_memory()[1])
"""


def as_range(values: list[int]) -> str:
    """Evenly spaced values written short."""
    if len(values) > 2 and values == list(range(values[0], values[-1] + 1, values[1] - values[0])):
        return f"list(range({values[0]}, {values[-1] + 1}, {values[1] - values[0]}))"
    return repr(values)
