"""Probes of arrays/count_inversions: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

import sys
from typing import Any


class Value(int):
    """An integer whose comparisons are lines of Python, so that counting lines counts them too."""

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

    __hash__ = int.__hash__


def executed_lines(kata: Any, values: list[int]) -> int:
    """How many lines one call executes, in all functions together."""
    lines = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    counted = [Value(value) for value in values]
    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        kata.count_inversions(counted)
    finally:
        sys.settrace(outer)
    return lines
