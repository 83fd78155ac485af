"""Probes of arrays/merge_sorted_array: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

import operator
from typing import Any

from dojo import meters

WRITERS = ("__setitem__", "__delitem__", "__iadd__", "__imul__", "append", "clear", "extend", "insert", "pop", "remove")
REORDERING = ("reverse", "sort")


def _counted(name: str) -> Any:
    plain = getattr(list, name)

    def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if name == "__setitem__" and isinstance(arguments[0], int):
            self.writes += 1
            return plain(self, *arguments)
        before = list(self)
        result = plain(self, *arguments, **keywords)
        self.writes += sum(map(operator.is_not, before, self)) + abs(len(self) - len(before))
        return result

    return method


Slots: Any = type("Slots", (list,), {"writes": 0, **{name: _counted(name) for name in WRITERS + REORDERING}})
"""A list that counts how many of its slots get another object."""


def merge_of_counting_ints(kata: Any, nums1: list[int], nums2: list[int], filler: int | None) -> dict[str, Any]:
    """Merge integers that count what is done with them, in a list that counts how often it is written.

    Returns:
        ``origin``: for each slot of the result, the position in ``nums1 + nums2`` of the object that stands in it, or
        None for an object that did not come in; ``comparisons`` and ``conversions``: how often values were compared,
        and turned into others (``int(x)``, ``x + 0``); ``writes``: how many slots the list's own methods wrote;
        ``changed``: how many slots hold another object than before.
    """
    with meters.counting() as count:
        first, second = count.integers(nums1), count.integers(nums2)
        position = {id(value): index for index, value in enumerate(first + second)}
        before = first + [filler] * len(second)
        room = Slots(before)
        kata.merge(room, len(first), second, len(second))
    return {
        "origin": [position.get(id(value)) for value in room],
        "comparisons": count.comparisons,
        "conversions": count.conversions,
        "writes": room.writes,
        "changed": sum(map(operator.is_not, before, room)),
    }


def merge_extra_memory(kata: Any, nums1: list[int], nums2: list[int]) -> dict[str, Any]:
    """What merging makes of the two lists, and the peak of the memory that it allocates, in bytes."""
    room = nums1 + [0] * len(nums2)
    with meters.peak_memory() as peak:
        kata.merge(room, len(nums1), nums2, len(nums2))
    return {"merged": room, "bytes": peak.bytes}


merge_extra_memory.measures = True
