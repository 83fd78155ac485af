"""Probes of autograd/scalar_engine: they run beside an answer and hand back plain data, never an expected value.

A program for scalar_engine is a list of instructions:

- ``("leaf", number)``, ``("+", left, right)`` (so for ``-``, ``*``, ``/``, ``**``), ``("neg", x)``, ``("exp", x)``,
  ``("log", x)``, ``("tanh", x)`` and ``("relu", x)`` make the next value; the values are called a, b, c, ... in order;
- ``("backward", x)`` calls ``backward`` on a value.

An operand is the name of a value, or anything else for itself.
"""

from __future__ import annotations

import operator
import string
import sys
from typing import Any

NAMES = string.ascii_lowercase
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}


def run_program(kata: Any, program: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Run a program.

    Returns:
        ``data``: of each value, by name, at the end. ``grads``: of the leaves, by name, after each ``backward`` and at
        the end.
    """
    values: dict[str, Any] = {}
    leaves: list[str] = []
    grads = []
    for name, *operands in program:
        x, *rest = [values[each] if type(each) is str and each in values else each for each in operands]
        if name == "backward":
            x.backward()
            grads.append({leaf: values[leaf].grad for leaf in leaves})
            continue
        new = NAMES[len(values)]
        if name == "leaf":
            leaves.append(new)
            values[new] = kata.Value(x)
        elif name == "neg":
            values[new] = -x
        elif name in OPERATORS:
            values[new] = OPERATORS[name](x, *rest)
        else:
            values[new] = getattr(x, name)()
    grads.append({leaf: values[leaf].grad for leaf in leaves})
    return {"data": {name: value.data for name, value in values.items()}, "grads": grads}


def run_program_as_code(program: list[tuple[Any, ...]]) -> str:
    """The program itself, in plain Python."""
    lines: list[str] = []
    names: list[str] = []
    leaves: list[str] = []
    for name, *operands in program:
        x, *rest = [each if each in names else repr(each) for each in operands]
        if name == "backward":
            lines += [f"{x}.backward()", _prints("grad", leaves)]
            continue
        new = NAMES[len(names)]
        if name == "leaf":
            leaves.append(new)
            lines.append(f"{new} = Value({x})")
        elif name == "neg":
            lines.append(f"{new} = -{x}")
        elif name in OPERATORS:
            lines.append(f"{new} = {_bracketed(x)} {name} {rest[0]}")
        else:
            lines.append(f"{new} = {x}.{name}()")
        names.append(new)
    if program[-1][0] != "backward":
        lines.append(_prints("grad", leaves))
    return "\n".join([*lines, _prints("data", names)])


def _prints(attribute: str, names: list[str]) -> str:
    return f"print({', '.join(f'{name}.{attribute}' for name in names)})"


def _bracketed(operand: str) -> str:
    return f"({operand})" if operand.startswith("-") else operand  # -1.0 ** a would be -(1.0 ** a)


def run_chain(kata: Any, steps: int) -> dict[str, Any]:
    """A chain of two values a step: ``x = a + x``, then ``x = x * b``, from 1, with leaves of 1."""
    start, a, b = kata.Value(1.0), kata.Value(1.0), kata.Value(1.0)
    x = start
    for _ in range(steps):
        x = a + x
        x = x * b
    x.backward()
    return {"data": x.data, "grads": [start.grad, a.grad, b.grad]}


def lines_of_doubling(kata: Any, times: int) -> dict[str, Any]:
    """How many lines ``backward`` executes, in all functions together, after so many times ``x = x + x``."""
    a = x = kata.Value(1.0)
    for _ in range(times):
        x = x + x
    lines = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        x.backward()
    finally:
        sys.settrace(outer)
    return {"lines": lines, "grad": a.grad}
