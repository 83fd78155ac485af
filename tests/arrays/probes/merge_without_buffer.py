"""Probes of arrays/merge_without_buffer: they run beside an answer and hand back plain data, no expected value."""

from __future__ import annotations

from typing import Any

from dojo import meters


def merged(kata: Any, pairs: list[tuple[list[int], list[int]]]) -> list[tuple[list[int], list[int]]]:
    """Each pair of lists as it is afterwards."""
    copies = [(list(a), list(b)) for a, b in pairs]
    for a, b in copies:
        kata.merge(a, b)
    return copies


def merge_of_counting_ints(kata: Any, a: list[int], b: list[int]) -> dict[str, Any]:
    """Merge integers that count what is done with them.

    Returns:
        ``origins``: for each place of ``a`` and then of ``b`` the place from which its object came, or None for an
        object that did not come in; ``comparisons`` and ``conversions``: how often values were compared, and turned
        into others.
    """
    with meters.counting() as count:
        first, second = count.integers(a), count.integers(b)
        place = {id(value): index for index, value in enumerate(first + second)}
        before = first + second  # keeps each object alive, so that no other one can have its id
        kata.merge(first, second)
        origins = [place.get(id(value)) for value in first + second]
        del before
    return {"origins": origins, "comparisons": count.comparisons, "conversions": count.conversions}


def extra_memory(kata: Any, a: list[int], b: list[int]) -> int:
    """Peak of the memory that merging allocates, in bytes."""
    with meters.peak_memory() as peak:
        kata.merge(a, b)
    return peak.bytes


extra_memory.measures = True
