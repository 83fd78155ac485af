"""Probes of packing/bin_packing: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

import sys
from typing import Any


class Length(int):
    """An integer whose comparisons, sums and differences are lines of Python, so that counting lines counts them."""

    def __lt__(self, other: Any) -> Any:
        return int.__lt__(self, other)

    def __le__(self, other: Any) -> Any:
        return int.__le__(self, other)

    def __gt__(self, other: Any) -> Any:
        return int.__gt__(self, other)

    def __ge__(self, other: Any) -> Any:
        return int.__ge__(self, other)

    def __eq__(self, other: object) -> Any:
        return int.__eq__(self, other)

    def __add__(self, other: int) -> Any:
        return Length(int(self) + int(other))

    def __sub__(self, other: int) -> Any:
        return Length(int(self) - int(other))

    def __rsub__(self, other: int) -> Any:
        return Length(int(other) - int(self))

    __radd__ = __add__
    __hash__ = int.__hash__


def executed_lines(kata: Any, function: str, lengths: list[int], capacity: int) -> int:
    """How many lines a call executes, in all functions together."""
    lines = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    samples, room = [Length(length) for length in lengths], Length(capacity)
    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        getattr(kata, function)(samples, room)
    finally:
        sys.settrace(outer)
    return lines
