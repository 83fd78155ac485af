"""Probes of autograd/tensor_engine: they run beside an answer and hand back plain data, never an expected value.

A program is a list of steps:

- ``("leaf", array or number, requires_grad)``, ``("+", left, right)`` (so for ``-``, ``*``, ``/``, ``@``), ``("sum", x,
  axis, keepdims)``, ``("mean", x, axis, keepdims)``, ``("reshape", x, *shape)``, ``("transpose", x, *axes)``, ``("exp",
  x)``, ``("log", x)``, ``("relu", x)``, ``("max", x, axis)`` and ``("index", x, *parts)`` make the next tensor; they
  are called a, b, c, ... in order. A part of an index is an array or ``("slice", start, stop, step)``;
- ``("backward", x, gradient)`` calls ``backward``; the gradient is an array or None;
- ``("none", x)`` sets a ``grad`` to None, ``("fill", x)`` writes 0.0 into it;
- ``("try", step)`` takes a step that may raise, and goes on.

An operand is the name of a tensor, a number or an array; ``("number", kind, number)`` is a number of numpy, of which
only the value would cross to the answer.
"""

from __future__ import annotations

import operator
import string
import sys
from typing import Any

import numpy as np

NAMES = string.ascii_lowercase
OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "@": operator.matmul,
}
NO_TENSOR = ("backward", "none", "fill", "try")
Step = tuple[Any, ...]


class Machine:
    """The tensors of a program, and what happened."""

    def __init__(self, kata: Any) -> None:
        self.kata = kata
        self.tensors: dict[str, Any] = {}
        self.leaves: list[str] = []
        self.events: list[Any] = []

    def take(self, name: str, *operands: Any) -> None:
        """Take a step; arrays that can be written are handed over as copies, and overwritten afterwards."""
        own: list[np.ndarray] = []

        def handed(operand: Any) -> Any:
            if type(operand) is str:
                return self.tensors.get(operand, operand)
            if isinstance(operand, tuple) and operand[:1] == ("number",):
                return getattr(np, operand[1])(operand[2])
            if not isinstance(operand, np.ndarray) or not (operand.flags.c_contiguous and operand.flags.writeable):
                return operand
            own.append(operand.copy())
            return own[-1]

        x, *rest = map(handed, operands)
        if name == "try":
            self.attempt(x)
        elif name == "backward":
            x.backward(*([] if rest[0] is None else rest))
            self.events.append(self.grads())
        elif name == "none":
            x.grad = None
        elif name == "fill":
            x.grad[...] = 0.0
        else:
            new = NAMES[len(self.tensors)]
            self.tensors[new] = self.made(name, x, *rest)
            self.leaves += [new] * (name == "leaf")
        for array in own:
            array[...] = 0

    def made(self, name: str, x: Any, *rest: Any) -> Any:
        """The tensor that a step makes."""
        if name == "leaf":
            return self.kata.Tensor(x, *rest)
        if name in OPERATORS:
            return OPERATORS[name](x, *rest)
        if name == "index":
            key = [slice(*part[1:]) if isinstance(part, tuple) else part for part in rest]
            return x[key[0] if len(key) == 1 else tuple(key)]
        return getattr(x, name)(*rest)

    def attempt(self, step: Step) -> None:
        """Take a step that may raise."""
        try:
            self.take(*step)
        except NotImplementedError:
            raise
        except (RuntimeError, ValueError) as error:
            self.events.append("RuntimeError" if isinstance(error, RuntimeError) else "ValueError")

    def grads(self) -> dict[str, Any]:
        """The ``grad`` of each leaf."""
        grads = {name: self.tensors[name].grad for name in self.leaves}
        return {name: None if grad is None else np.array(grad) for name, grad in grads.items()}


def run_program(kata: Any, program: list[Step]) -> dict[str, Any]:
    """Run a program.

    Returns:
        ``data``: of each tensor, by name, at the end. ``events``: the ``grad`` of the leaves after each ``backward``,
        and errors that were caught, by name. ``grads``: of the leaves at the end.
    """
    machine = Machine(kata)
    for step in program:
        machine.take(*step)
    data = {name: np.array(tensor.data) for name, tensor in machine.tensors.items()}
    return {"data": data, "events": machine.events, "grads": machine.grads()}


def run_program_as_code(program: list[Step]) -> str:
    """The program itself, in plain Python."""
    names: list[str] = []
    leaves: list[str] = []
    lines: list[str] = []
    for step in program:
        name, *operands = step[1] if step[0] == "try" else step
        line = _line(name, operands, names)
        written = [line]
        if name == "backward":
            written.append(f"print({', '.join(f'{leaf}.grad' for leaf in leaves)})")
        if step[0] == "try":
            written = ["try:", *(f"    {each}" for each in written)]
            written += ["except (RuntimeError, ValueError) as error:", "    print(repr(error))"]
        elif name not in NO_TENSOR:
            new = NAMES[len(names)]
            written = [f"{new} = {line}"]
            leaves += [new] * (name == "leaf")
            names.append(new)
        lines += written
    if program and program[-1][0] != "backward":
        lines.append(f"print({', '.join(f'{leaf}.grad' for leaf in leaves)})")
    return "\n".join([*lines, *(f"print({name}.data)" for name in names)])


def _line(name: str, operands: list[Any], names: list[str]) -> str:
    x, *rest = [_written(each, names) for each in operands]
    if name == "leaf":
        return f"Tensor({', '.join([x, *rest])})"
    if name in OPERATORS:
        return f"{x} {name} {rest[0]}"
    if name == "none":
        return f"{x}.grad = None"
    if name == "fill":
        return f"{x}.grad[...] = 0.0"
    if name == "index":
        return f"{x}[{', '.join(rest)}]"
    return f"{x}.{name}({'' if name == 'backward' and rest == ['None'] else ', '.join(rest)})"


def _written(operand: Any, names: list[str]) -> str:
    if isinstance(operand, np.ndarray):
        plain = operand.dtype == np.float64 or (operand.dtype == np.int64 and operand.size)
        return f"np.array({operand.tolist()}{'' if plain else f', dtype=np.{operand.dtype}'})"
    if isinstance(operand, tuple) and operand[:1] == ("number",):
        return f"np.{operand[1]}({operand[2]})"
    if isinstance(operand, tuple) and operand[:1] == ("slice",):
        start, stop, step = ("" if each is None else str(each) for each in operand[1:])
        return f"{start}:{stop}{f':{step}' if step else ''}"
    return operand if type(operand) is str and operand in names else repr(operand)


def cost_of_backward(kata: Any, size: int) -> dict[str, Any]:
    """What ``backward`` takes after ``size`` steps ``x = x + x`` and ``x = x * 0.5``: 2 ** size paths lead to the leaf.

    Returns:
        ``steps``: lines and calls of Python. ``data``: of the result. ``grad``: of the leaf.
    """
    leaf = x = kata.Tensor(np.ones(1), True)
    for _ in range(size):
        x = x + x
        x = x * 0.5
    steps = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal steps
        steps += event in ("line", "call")
        return trace

    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        x.backward()
    finally:
        sys.settrace(outer)
    return {"steps": steps, "data": x.data, "grad": leaf.grad}


cost_of_backward.measures = True
