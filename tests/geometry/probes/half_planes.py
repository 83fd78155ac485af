"""Probes of geometry/half_planes: they run beside an answer and hand back plain data, never an expected value."""

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

    def __mul__(self, other: Any) -> Any:
        return Coordinate(int.__mul__(self, other)) if isinstance(other, int) else NotImplemented

    def __float__(self) -> float:
        return int.__float__(self)

    __hash__ = int.__hash__


def executed_lines(kata: Any, lines: list[Any], box: tuple[int, int, int, int]) -> int:
    """How many lines of code one call executes, in all functions together."""
    executed = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal executed
        executed += event == "line"
        return trace

    counted = [tuple((Coordinate(x), Coordinate(y)) for x, y in line) for line in lines]
    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        kata.intersect_half_planes(counted, box)
    finally:
        sys.settrace(outer)
    return executed


executed_lines.measures = True  # lines of the standard library, which may remember, are counted as well
