"""Small things of the library, by the time of a call."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from dojo.bench.workload import Call, Contender, Workload


def _add(a: int, b: int, *, c: int = 0) -> int:
    return a + b + c


def _called(make: Callable[..., Any], n: int) -> Call:
    bound = make(_add, 1, c=2)

    def call() -> int:
        total = 0
        for number in range(n):
            total += bound(number)
        return total

    return call


def _lambda(function: Callable[..., int], a: int, *, c: int) -> Callable[[int], int]:
    return lambda b: function(a, b, c=c)


def _own(module: ModuleType, n: int) -> Call:
    return _called(module.partial, n)


def _size(n: int) -> int:
    return n


WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "partial": (
        Workload(
            "partial",
            "n calls of one partial",
            _size,
            _own,
            (
                Contender("functools.partial", lambda n: _called(functools.partial, n)),
                Contender("lambda", lambda n: _called(_lambda, n)),
            ),
            operations=_size,
        ),
    ),
}
