"""Probes of autograd/version_counters: they run beside an answer and hand back plain data, never an expected value.

A program is a list of steps:

- ``("leaf", array, requires_grad)``, ``("mul", x, other)``, ``("add", x, other)``, ``("exp", x)`` and
  ``("view", x, start, stop, step)`` make the next tensor; they are called a, b, c, ... in order;
- ``("mul_", x, other)`` and ``("add_", x, other)`` change a tensor;
- ``("backward", x, gradient)`` calls ``backward``; the gradient is an array or None;
- ``("drop", x)`` lets a tensor go: no later step names it;
- ``("try", step)`` takes a step that may raise, and goes on.

An operand is the name of a tensor, or a number.
"""

from __future__ import annotations

import gc
import re
import string
import sys
import tracemalloc
from typing import Any

import numpy as np

NAMES = string.ascii_lowercase
NO_TENSOR = ("mul_", "add_", "backward", "drop", "try")
Step = tuple[Any, ...]


class Machine:
    """The tensors of a program, and what happened."""

    def __init__(self, kata: Any) -> None:
        self.kata = kata
        self.tensors: dict[str, Any] = {}
        self.events: list[Any] = []
        self.notes: list[str] = []

    def take(self, name: str, *operands: Any) -> None:
        """Take a step."""
        x, *rest = [self.tensors.get(each, each) if type(each) is str else each for each in operands]
        new = NAMES[len(self.tensors)]
        if name == "try":
            self.attempt(x)
        elif name == "drop":
            self.tensors[operands[0]] = None
        elif name == "leaf":
            array = x.copy()
            self.tensors[new] = self.kata.Tensor(array, *rest)
            array[...] = 100
        elif name == "backward":
            array = None if rest[0] is None else rest[0].copy()
            x.backward(*([] if array is None else [array]))
            if array is not None:
                array[...] = 100
            self.events.append({each: _copied(tensor.grad) for each, tensor in self.held()})
        elif name in NO_TENSOR:
            if getattr(x, name)(*rest) is not x:
                self.notes.append(f"{operands[0]}.{name} does not return this very tensor")
        else:
            self.tensors[new] = x[slice(*rest)] if name == "view" else getattr(x, name)(*rest)

    def attempt(self, step: Step) -> None:
        """Take a step that may raise."""
        try:
            self.take(*step)
        except NotImplementedError:
            raise
        except (RuntimeError, ValueError) as error:
            kind = "RuntimeError" if isinstance(error, RuntimeError) else "ValueError"
            self.events.append((kind, [int(each) for each in re.findall(r"\d+", str(error))]))

    def held(self) -> list[tuple[str, Any]]:
        """The tensors that were not dropped."""
        return [(name, tensor) for name, tensor in self.tensors.items() if tensor is not None]

    def end(self) -> dict[str, Any]:
        """What there is at the end; gradients that share memory are noted."""
        grads = [(name, each.grad) for name, each in self.held() if each.grad is not None]
        for index, (name, grad) in enumerate(grads):
            for other, earlier in grads[:index]:
                if np.shares_memory(earlier, grad):
                    self.notes.append(f"{other}.grad and {name}.grad share memory")
        return {
            name: (np.array(each.data), each.version, each.requires_grad, _copied(each.grad))
            for name, each in self.held()
        }


def run_program(kata: Any, program: list[Step]) -> dict[str, Any]:
    """Run a program. Arrays that were handed over are overwritten right after the call.

    Returns:
        ``events``: in order, the ``grad`` of all tensors after each ``backward``, and of errors that were caught the
        name and the whole numbers in the message. ``ends``: by name data, version, requires_grad and grad of each
        tensor at the end. ``notes``: what else should not be.
    """
    machine = Machine(kata)
    for step in program:
        machine.take(*step)
    return {"ends": machine.end(), "events": machine.events, "notes": machine.notes}


def _copied(grad: Any) -> Any:
    return None if grad is None else np.array(grad)


def run_program_as_code(program: list[Step]) -> str:
    """The program itself, in plain Python."""
    names: list[str] = []
    dropped: list[str] = []
    lines: list[str] = []
    for step in program:
        name, *operands = step[1] if step[0] == "try" else step
        written = _line(name, operands, names)
        if name == "backward":
            prints = f"print({', '.join(f'{each}.grad' for each in names if each not in dropped)})"
            written.append(prints)
        if step[0] == "try":
            written = ["try:", *(f"    {line}" for line in written)]
            written += ["except (RuntimeError, ValueError) as error:", "    print(repr(error))"]
        elif name == "drop":
            dropped += operands
        elif name not in NO_TENSOR:
            names.append(NAMES[len(names)])
        lines += written
    held = [each for each in names if each not in dropped]
    ends = [
        f"for t in ({', '.join(held)}{',' * (len(held) == 1)}):",
        "    print(t.data, t.version, t.requires_grad, t.grad)",
    ]
    return "\n".join(lines + ends)


def _line(name: str, operands: list[Any], names: list[str]) -> list[str]:
    x, *rest = [_written(each, names) for each in operands]
    new = NAMES[len(names)]
    if name == "leaf":
        return [f"{new} = Tensor({', '.join([x, *rest])})"]
    if name == "view":
        start, stop, step = ("" if each == "None" else each for each in rest)
        return [f"{new} = {x}[{start}:{stop}{f':{step}' if step else ''}]"]
    if name == "backward":
        return [f"{x}.backward({'' if rest == ['None'] else rest[0]})"]
    if name == "drop":
        return [f"del {x}"]
    call = f"{x}.{name}({', '.join(rest)})"
    return [call if name in NO_TENSOR else f"{new} = {call}"]


def _written(operand: Any, names: list[str]) -> str:
    if isinstance(operand, np.ndarray):
        text = f"np.array({operand.tolist()}"
        plain = operand.dtype == np.float64 or (operand.dtype == np.int64 and operand.size)
        return f"{text})" if plain else f"{text}, dtype=np.{operand.dtype})"
    return operand if operand in names else repr(operand)


def bytes_held(kata: Any, operation: str, elements: int, steps: int) -> int:
    """Bytes that a chain of operations with one constant holds, while its last tensor is alive."""
    x, c = kata.Tensor(np.ones(elements), True), kata.Tensor(np.ones(elements))
    gc.freeze()  # what was there before need not be looked at
    tracemalloc.start()
    try:
        for _ in range(steps):
            x = getattr(x, operation)(c)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


bytes_held.measures = True


def cost_of_backward(kata: Any, size: int) -> dict[str, Any]:
    """What ``backward`` takes after ``size`` steps ``x = x.add(x)`` and ``x = x.mul(0.5)``: 2 ** size paths.

    Returns:
        ``steps``: lines and calls of Python. ``data``: of the result. ``grad``: of the leaf.
    """
    leaf = x = kata.Tensor(np.ones(1), True)
    for _ in range(size):
        x = x.add(x)
        x = x.mul(0.5)
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
