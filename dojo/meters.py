"""Meters judge the method, not the result: deterministic counts, never a clock.

They run beside an answer, so this module needs nothing but the standard library until a meter for tensors is used.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Count:
    """What was done with the integers of one :func:`counting` block."""

    comparisons: int = 0
    conversions: int = 0
    kind: type[int] = field(default=int, repr=False)

    def integers(self, values: Iterable[int]) -> list[int]:
        """Integers that behave as the given ones and are counted."""
        return [self.kind(value) for value in values]


@contextmanager
def counting() -> Iterator[Count]:
    """Count comparisons (``<``, ``>``, ``<=``, ``>=``) of integers, and conversions that would evade the count.

    Example:
        >>> with counting() as count:
        ...     smallest = min(count.integers([3, 1, 2]))
        >>> smallest, count.comparisons, count.conversions
        (1, 2, 0)

    Limits: ``==`` is not counted. Arithmetic, ``int()``, ``float()`` and hashing are conversions;
    printing is not, so that a trace does no harm.
    """
    count = Count()

    def comparison(name: str) -> Any:
        plain = getattr(int, name)

        def compare(self: int, other: object) -> Any:
            count.comparisons += 1
            return plain(self, other)

        return compare

    def conversion(name: str) -> Any:
        plain = getattr(int, name)

        def convert(self: int, *others: object) -> Any:
            count.conversions += 1
            return plain(self, *others)

        return convert

    compared = {name: comparison(name) for name in ("__lt__", "__gt__", "__le__", "__ge__")}
    converted = {
        name: conversion(name)
        for operator in ("add", "sub", "mul", "floordiv", "truediv", "mod", "and", "or", "xor", "lshift", "rshift")
        for name in (f"__{operator}__", f"__r{operator}__")
    } | {
        f"__{name}__": conversion(f"__{name}__")
        for name in ("int", "index", "float", "neg", "pos", "abs", "invert", "hash", "trunc", "round")
    }
    count.kind = type("CountedInteger", (int,), {"__slots__": (), **compared, **converted})
    yield count


@dataclass
class Peak:
    """The most memory in use during one :func:`peak_memory` block, beyond what was in use at its start."""

    bytes: int = 0


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Measure the peak of what Python and numpy allocate, in bytes.

    Example:
        >>> with peak_memory() as peak:
        ...     zeros = [0] * 1000
        >>> 8_000 <= peak.bytes < 9_000
        True

    Limits: sees allocations of Python and numpy (tracemalloc), not those of torch.
    """
    peak = Peak()
    tracemalloc.start()
    try:
        at_start = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        yield peak
        peak.bytes = tracemalloc.get_traced_memory()[1] - at_start
    finally:
        tracemalloc.stop()
