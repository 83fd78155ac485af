"""Probes of geometry/orientation: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

import sys
from typing import Any

EXACT_MODULES = ("fractions", "decimal", "_decimal", "_pydecimal", "numbers", "sympy", "mpmath", "gmpy2")
EXACT_CALLS = ("as_integer_ratio", "from_float", "frexp", "hex", "localcontext")


def signs(kata: Any, triples: list[Any]) -> list[Any]:
    """The result for each three points."""
    return [kata.orient(a, b, c) for a, b, c in triples]


def efforts(kata: Any, triples: list[Any]) -> list[tuple[Any, int, int]]:
    """For each three points: the result, how many lines were executed, and how many calls into exact arithmetic."""
    lines = exact = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal exact
        if event == "call":
            exact += frame.f_globals.get("__name__") in EXACT_MODULES
        elif event == "c_call":
            exact += argument.__name__ in EXACT_CALLS or getattr(argument, "__module__", "") in EXACT_MODULES

    kata.orient(*triples[0])  # what a first call imports is not its effort
    outer = sys.gettrace(), sys.getprofile()
    found = []
    for a, b, c in triples:
        lines = exact = 0
        sys.settrace(trace)
        sys.setprofile(profile)
        try:
            result = kata.orient(a, b, c)
        finally:
            sys.setprofile(outer[1])
            sys.settrace(outer[0])
        found.append((result, lines, exact))
    return found


efforts.measures = True
