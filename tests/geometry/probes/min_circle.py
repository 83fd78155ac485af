"""Probes of geometry/min_circle: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

import sys
from typing import Any


class Coordinate(int):
    """An integer whose comparisons and arithmetic are lines of Python, so that counting lines counts them."""

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

    def __sub__(self, other: Any) -> Any:
        return Coordinate(int.__sub__(self, other)) if isinstance(other, int) else NotImplemented

    def __float__(self) -> float:
        return int.__float__(self)

    __hash__ = int.__hash__


def executed_lines(kata: Any, inputs: list[list[tuple[int, int]]]) -> int:
    """How many lines a call for each input executes, in all functions together."""
    lines = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    counted = [[(Coordinate(x), Coordinate(y)) for x, y in points] for points in inputs]
    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        for points in counted:
            kata.min_circle(points)
    finally:
        sys.settrace(outer)
    return lines


executed_lines.measures = True  # lines of the standard library, which may remember, are counted as well
