"""Probes of autograd/scalar_engine: they run beside an answer and hand back plain data, never an expected value.

A program for scalar_engine is a list of instructions:

- ``("leaf", number)``, ``("+", left, right)`` (so for ``-``, ``*``, ``/``, ``**``), ``("neg", x)``, ``("exp", x)``,
  ``("log", x)``, ``("tanh", x)`` and ``("relu", x)`` make the next value; the values are called a, b, c, ... in order;
- ``("+=", x, right)`` (so for the others) gives the value x the next name, too, and adds to it under that name;
- ``("try", name, ...)`` is an operation that raises; the program goes on after it;
- ``("zero", x)`` sets the ``grad`` of a value to 0.0;
- ``("backward", x)`` calls ``backward`` on a value.

An operand is the name of a value, or anything else for itself.
"""

from __future__ import annotations

import contextlib
import gc
import operator
import string
import sys
import tracemalloc
from typing import Any
from unittest import mock

NAMES = string.ascii_lowercase
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}
IN_PLACE = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "/=": operator.itruediv,
    "**=": operator.ipow,
}
ERRORS = (TypeError, ValueError, ZeroDivisionError)


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
        elif name == "zero":
            x.grad = 0.0
        elif name == "try":
            with contextlib.suppress(*ERRORS):
                _result(kata, x, *(values.get(each, each) if type(each) is str else each for each in rest))
        else:
            new = NAMES[len(values)]
            leaves += [new] * (name == "leaf")
            values[new] = _result(kata, name, x, *rest)
    grads.append({leaf: values[leaf].grad for leaf in leaves})
    return {"data": {name: value.data for name, value in values.items()}, "grads": grads}


def _result(kata: Any, name: str, x: Any, *rest: Any) -> Any:
    if name == "leaf":
        return kata.Value(x)
    if name == "neg":
        return -x
    binary = OPERATORS.get(name) or IN_PLACE.get(name)
    return binary(x, *rest) if binary else getattr(x, name)()


def run_program_as_code(program: list[tuple[Any, ...]]) -> str:
    """The program itself, in plain Python."""
    lines: list[str] = []
    names: list[str] = []
    leaves: list[str] = []
    for name, *operands in program:
        x, *rest = [
            each if each in names or index < (name == "try") else repr(each) for index, each in enumerate(operands)
        ]
        if name == "backward":
            lines += [f"{x}.backward()", _prints("grad", leaves)]
        elif name == "zero":
            lines.append(f"{x}.grad = 0.0")
        elif name == "try":
            errors = ", ".join(error.__name__ for error in ERRORS)
            lines += ["try:", f"    {_expression(x, *rest)}", f"except ({errors}):", "    pass"]
        else:
            new = NAMES[len(names)]
            leaves += [new] * (name == "leaf")
            in_place = [f"{new} = {x}", f"{new} {name} {rest[0]}"] if name in IN_PLACE else []
            lines += in_place or [f"{new} = {_expression(name, x, *rest)}"]
            names.append(new)
    if program[-1][0] != "backward":
        lines.append(_prints("grad", leaves))
    return "\n".join([*lines, _prints("data", names)])


def _expression(name: str, x: str, *rest: str) -> str:
    if name == "leaf":
        return f"Value({x})"
    if name == "neg":
        return f"-{x}"
    if name in OPERATORS:
        left = f"({x})" if x.startswith("-") else x  # -1.0 ** a would be -(1.0 ** a)
        return f"{left} {name} {rest[0]}"
    return f"{x}.{name}()"


def _prints(attribute: str, names: list[str]) -> str:
    return f"print({', '.join(f'{name}.{attribute}' for name in names)})"


def run_chain(kata: Any, steps: int) -> dict[str, Any]:
    """A chain of two values a step: ``x = a + x``, then ``x = x * b``, from 1, with leaves of 1."""
    start, a, b = kata.Value(1.0), kata.Value(1.0), kata.Value(1.0)
    x = start
    for _ in range(steps):
        x = a + x
        x = x * b
    x.backward()
    return {"data": x.data, "grads": [start.grad, a.grad, b.grad]}


def cost_of_backward(kata: Any, shape: str, size: int) -> dict[str, Any]:
    """What ``backward`` takes on a graph of ``size`` steps.

    - doubling: ``x = x + x``;
    - detour: ``x = x * -2 + (-x) * -1``, a long way and a short one;
    - wide: ``x = x + a * leaf`` with a new leaf each time;
    - crowd: one step, after ten times as many values that have nothing to do with it.

    Returns:
        ``steps``: lines and calls of Python, and comparisons of one value with another. ``grads``: of ``a``, and of the
        new leaves. ``left``: bytes that are still in use when nobody holds the graph any more.
    """
    gc.freeze()  # what was there before need not be looked at
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        report = _steps_and_grads(kata, shape, size)
        gc.collect()
        return {**report, "left": tracemalloc.get_traced_memory()[0] - before}
    finally:
        tracemalloc.stop()
        gc.unfreeze()


def _steps_and_grads(kata: Any, shape: str, size: int) -> dict[str, Any]:
    a = x = kata.Value(1.0)
    leaves = []
    if shape == "crowd":
        other = kata.Value(1.0)
        crowd = [other * other for _ in range(10 * size)]
        crowd[0].backward()
        x = x + a
    for number in range(0 if shape == "crowd" else size):
        if shape == "doubling":
            x = x + x
        elif shape == "detour":
            x = x * -2 + (-x) * -1
        else:
            leaves.append(kata.Value(number + 0.5))
            x = x + a * leaves[-1]
    steps = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal steps
        steps += event in ("line", "call")
        return trace

    def equal(one: Any, other: Any) -> bool:
        nonlocal steps
        steps += 1
        return one is other

    outer = sys.gettrace()
    with mock.patch.object(kata.Value, "__eq__", equal), mock.patch.object(kata.Value, "__hash__", object.__hash__):
        sys.settrace(trace)
        try:
            x.backward()
        finally:
            sys.settrace(outer)
    return {"steps": steps, "grads": [a.grad, *(leaf.grad for leaf in leaves)]}


cost_of_backward.measures = True
