"""Probes of arrays/merge_k_sorted: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any

KEYS = {
    "len": len,
    "negative": lambda element: -element,
    "first": lambda element: element[0],
    "text": str,
    "none": None,
}


def merge_by(kata: Any, runs: list[list[Any]], name: str) -> Any:
    """Merge by one of the keys above."""
    return kata.merge_k(runs, key=KEYS[name])


class Ordered:
    """Something that counts how often it is compared."""

    def __init__(self, number: int, counts: dict[str, int], name: str) -> None:
        self.number, self.counts, self.name = number, counts, name

    def _compared(self, other: Any) -> tuple[int, int]:
        self.counts[self.name] += 1
        return self.number, other.number

    def __lt__(self, other: Any) -> bool:
        mine, its = self._compared(other)
        return mine < its

    def __gt__(self, other: Any) -> bool:
        mine, its = self._compared(other)
        return mine > its

    def __le__(self, other: Any) -> bool:
        mine, its = self._compared(other)
        return mine <= its

    def __ge__(self, other: Any) -> bool:
        mine, its = self._compared(other)
        return mine >= its

    def __eq__(self, other: object) -> bool:
        mine, its = self._compared(other)
        return mine == its

    __hash__ = None  # type: ignore[assignment]


class Record(Ordered):
    """An element with a key; its own order is another one."""

    def __init__(self, number: int, counts: dict[str, int]) -> None:
        super().__init__(-number, counts, "elements")
        self.key = Ordered(number, counts, "keys")


def merge_records(kata: Any, runs: list[list[int]]) -> dict[str, Any]:
    """Merge records by their keys, which are the given numbers.

    Returns:
        ``origins``: for each element of the result the run and the position at which it came in, or None for one that
        did not; ``keys`` and ``elements``: how often those were compared; ``changed``: whether a run is different
        now; ``shared``: whether the result is one of the runs.
    """
    counts = {"keys": 0, "elements": 0}
    records = [[Record(number, counts) for number in run] for run in runs]
    origin = {id(each): (index, at) for index, run in enumerate(records) for at, each in enumerate(run)}
    before = [list(map(id, run)) for run in records]
    result = kata.merge_k(records, key=lambda record: record.key)
    return {
        "origins": [origin.get(id(each)) for each in result],
        **counts,
        "changed": before != [list(map(id, run)) for run in records],
        "shared": any(result is run for run in records),
    }


def comparisons(kata: Any, runs: list[list[int]]) -> int:
    """How often elements are compared when they are merged without a key."""
    counts = {"elements": 0}
    kata.merge_k([[Ordered(number, counts, "elements") for number in run] for run in runs])
    return counts["elements"]
