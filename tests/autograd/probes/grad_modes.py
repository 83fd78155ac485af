"""Probes of autograd/grad_modes: they run beside an answer and hand back plain data, never an expected value.

A program is a list of steps:

- ``("leaf", number, requires_grad)``, ``("+", left, right)``, ``("*", left, right)`` and ``("detach", x)`` make the
  next variable; they are called a, b, c, ... in order; ``("+=", x, right)`` and ``("*=", x, right)`` give x the next
  name, too, and change it under that name;
- ``("mode",)`` asks for the mode; ``("backward", x)`` calls ``backward``; ``("zero", x)`` sets a ``grad`` to None;
- ``("with", which, steps)`` takes steps in a block of ``no_grad``, ``("call", which, steps)`` in a decorated function;
  ``which`` is "new" for an object of its own, or "shared" for one that all such steps share;
- ``("try", steps)`` goes on after an error in these steps, and ``("raise", name)`` raises one: "KeyError", or
  "KeyboardInterrupt", which is no ``Exception``.

An operand is the name of a variable, or a number.
"""

from __future__ import annotations

import functools
import gc
import linecache
import operator
import string
import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import CodeType, ModuleType
from typing import Any

NAMES = string.ascii_lowercase
OPERATORS = {"+": operator.add, "*": operator.mul, "+=": operator.iadd, "*=": operator.imul}
RAISED = {"KeyError": KeyError, "KeyboardInterrupt": KeyboardInterrupt}
Program = list[tuple[Any, ...]]


def fresh(kata: Any) -> Any:
    """The answer once more, from its text: if an earlier program left a mode behind, this one does not know."""
    if not isinstance(kata, ModuleType):
        return kata
    module = ModuleType(kata.__name__)
    module.__file__ = str(kata.__file__)
    exec(_compiled(module.__file__), vars(module))  # noqa: S102
    return module


@functools.cache
def _compiled(file: str) -> CodeType:
    return compile("".join(linecache.getlines(file)), file, "exec", dont_inherit=True)


class Machine:
    """The variables of a program, and what happened."""

    def __init__(self, kata: Any) -> None:
        self.kata = kata
        self.variables: dict[str, Any] = {}
        self.events: list[Any] = []
        self.notes: list[str] = []
        self.shared = kata.no_grad()

    def run(self, steps: Program) -> None:
        """Take steps."""
        for name, *operands in steps:
            if name in ("with", "call", "try"):
                self.enter(name, *operands)
            elif name == "raise":
                raise RAISED[operands[0]]
            elif name == "mode":
                self.events.append(self.kata.grad_enabled())
            else:
                known = self.variables
                self.compute(name, *[known.get(each, each) if type(each) is str else each for each in operands])

    def enter(self, kind: str, *operands: Any) -> None:
        """Take the steps of a block, of a decorated function, or of an attempt."""
        if kind == "try":
            try:
                self.run(operands[0])
            except NotImplementedError:
                raise
            except (KeyError, KeyboardInterrupt, RuntimeError) as error:
                raised = [kind for kind in RAISED if isinstance(error, RAISED[kind])]
                self.events.append(raised[0] if raised else "RuntimeError")
            return
        modes = self.shared if operands[0] == "shared" else self.kata.no_grad()
        if kind == "call":
            modes(self.run)(operands[1])
        else:
            with modes:
                self.run(operands[1])

    def compute(self, name: str, x: Any, *rest: Any) -> None:
        """Make the next variable, or do something with one."""
        new = NAMES[len(self.variables)]
        if name == "backward":
            x.backward()
            self.events.append({each: variable.grad for each, variable in self.variables.items()})
        elif name == "zero":
            x.grad = None
        elif name == "leaf":
            self.variables[new] = self.kata.Variable(x, *rest)
        else:
            made = x.detach() if name == "detach" else OPERATORS[name](x, *rest)
            self.notes += [
                f"{new} is {each}, not a new variable" for each, old in self.variables.items() if made is old
            ]
            self.variables[new] = made


def run_program(kata: Any, program: Program) -> dict[str, Any]:
    """Run a program.

    Returns:
        ``events``: modes that were asked for, errors that were caught, and the ``grad`` of all variables after each
        ``backward``, in order. ``ends``: by name data, requires_grad, is_leaf and grad of each variable at the end.
        ``mode``: that at the end. ``notes``: what else should not be.
    """
    machine = Machine(fresh(kata))
    machine.run(program)
    ends = {name: (each.data, each.requires_grad, each.is_leaf, each.grad) for name, each in machine.variables.items()}
    return {"events": machine.events, "ends": ends, "mode": machine.kata.grad_enabled(), "notes": machine.notes}


def run_program_as_code(program: Program) -> str:
    """The program itself, in plain Python."""
    names: list[str] = []
    lines = ["off = no_grad()"] if "'shared'" in repr(program) else []

    def write(steps: Program, indent: str) -> None:
        for name, *operands in steps:
            block: list[str] = []
            if name in ("with", "call"):
                modes = "off" if operands[0] == "shared" else "no_grad()"
                block = [f"with {modes}:"] if name == "with" else [f"@{modes}", "def f():"]
            elif name == "try":
                block = ["try:"]
            if not block:
                lines.extend(indent + line for line in _simple(name, *operands, names=names))
                continue
            lines.extend(indent + line for line in block)
            start, known = len(lines), len(names)
            write(operands[-1], indent + "    ")
            if len(lines) == start:
                lines.append(f"{indent}    pass")
            if name == "call" and names[known:]:
                lines.insert(start, f"{indent}    global {', '.join(names[known:])}")
            if name == "call":
                lines.append(f"{indent}f()")
            if name == "try":
                errors = "(KeyError, KeyboardInterrupt, RuntimeError)"
                lines.extend([f"{indent}except {errors} as error:", f"{indent}    print(type(error).__name__)"])

    write(program, "")
    if names:
        lines += [
            f"for v in ({', '.join(names)}{',' * (len(names) == 1)}):",
            "    print(v.data, v.requires_grad, v.is_leaf, v.grad)",
        ]
    return "\n".join([*lines, "print(grad_enabled())"])


def _simple(name: str, *operands: Any, names: list[str]) -> list[str]:
    """The lines of a step that is no block; a new variable gets its name."""
    x, *rest = [each if each in names else repr(each) for each in operands] or [""]
    if name == "mode":
        return ["print(grad_enabled())"]
    if name == "raise":
        return [f"raise {operands[0]}"]
    if name == "backward":
        return [f"{x}.backward()", f"print({', '.join(f'{each}.grad' for each in names)})"]
    if name == "zero":
        return [f"{x}.grad = None"]
    new = NAMES[len(names)]
    names.append(new)
    if name == "leaf":
        return [f"{new} = Variable({', '.join([x, *rest])})"]
    if name == "detach":
        return [f"{new} = {x}.detach()"]
    if name in ("+=", "*="):
        return [f"{new} = {x}", f"{new} {name} {rest[0]}"]
    return [f"{new} = {x} {name} {rest[0]}"]


def run_threads(kata: Any, steps: list[tuple[int, str, int]]) -> list[Any]:
    """Enter and leave blocks in several threads, one step after the other.

    Args:
        kata: the answer.
        steps: a thread (0 is the one that asks; the others begin when they are first used), what it does ("enter",
            "leave", "fail": leave by an error, "look"), and with which of two objects, which all threads share.

    Returns:
        After each step and by thread, ``grad_enabled()`` and whether a product with a leaf is recorded.
    """
    kata = fresh(kata)
    w = kata.Variable(2.0, True)
    objects = [kata.no_grad(), kata.no_grad()]
    threads = {thread: ThreadPoolExecutor(1) for thread, *_ in [(0,), *steps]}
    begun = [0]

    def in_thread(thread: int, function: Any) -> Any:
        return threads[thread].submit(function).result() if thread else function()

    def act(action: str, which: int) -> Any:
        if action == "enter":
            objects[which].__enter__()
        elif action == "leave":
            objects[which].__exit__(None, None, None)
        elif action == "fail":
            error = KeyError("x")
            return bool(objects[which].__exit__(KeyError, error, error.__traceback__))
        return False

    rows = []
    try:
        for thread, action, which in steps:
            begun += [thread] * (thread not in begun)
            if in_thread(thread, lambda action=action, which=which: act(action, which)):
                rows.append("the error is held up")
            rows.append({each: in_thread(each, lambda: (kata.grad_enabled(), (w * 2).requires_grad)) for each in begun})
    finally:
        for executor in threads.values():
            executor.shutdown()
    return rows


def run_threads_as_code(steps: list[tuple[int, str, int]]) -> str:
    """The same in plain Python, with a line for each step."""
    begun = [0]
    lines = [
        "from concurrent.futures import ThreadPoolExecutor",
        "",
        "w = Variable(2.0, True)",
        "off = [no_grad(), no_grad()]",
        "look = lambda: (grad_enabled(), (w * 2).requires_grad)",
    ]
    for thread, action, which in steps:
        if thread not in begun:
            begun.append(thread)
            lines.append(f"t{thread} = ThreadPoolExecutor(1)")
        if action != "look":
            call = ["__enter__"] if action == "enter" else ["__exit__", "None", "None", "None"]
            if action == "fail":
                call = ["__exit__", "KeyError", "KeyError()", "None"]
            lines.append(
                f"t{thread}.submit(off[{which}].{', '.join(call)}).result()"
                if thread
                else f"off[{which}].{call[0]}({', '.join(call[1:])})"
            )
        looks = [f"t{each}.submit(look).result()" if each else "look()" for each in begun]
        lines.append(f"print({', '.join(looks)})")
    return "\n".join(lines)


def run_decorated(kata: Any, depth: int, fails: bool, inside: bool) -> dict[str, Any]:
    """A decorated function that calls itself ``depth`` times and then returns or fails, perhaps inside a block.

    Returns:
        ``modes``: before the decoration and after it, on each level on the way down and on the way up, and afterwards;
        ``result``: what the function returned, or the error.
    """
    kata = fresh(kata)
    modes = [kata.grad_enabled()]

    @kata.no_grad()
    def descend(level: int) -> int:
        modes.append(kata.grad_enabled())
        if level == 0 and fails:
            raise KeyError
        below = descend(level - 1) if level else 0
        modes.append(kata.grad_enabled())
        return below + level

    def call() -> Any:
        try:
            return descend(depth)
        except KeyError:
            return "KeyError"

    modes.append(kata.grad_enabled())
    if inside:
        with kata.no_grad():
            result = call()
            modes.append(kata.grad_enabled())
    else:
        result = call()
    modes.append(kata.grad_enabled())
    return {"modes": modes, "result": result}


def run_decorated_as_code(depth: int, fails: bool, inside: bool) -> str:
    """The same in plain Python."""
    bottom = ["    if level == 0:", "        raise KeyError"] if fails else []
    call = f"print(descend({depth}))"
    lines = ["print(grad_enabled())", "", "@no_grad()", "def descend(level):", "    print(grad_enabled())", *bottom]
    lines += ["    below = descend(level - 1) if level else 0", "    print(grad_enabled())", "    return below + level"]
    lines += ["", "print(grad_enabled())"]
    block = ["try:", f"    {call}", "except KeyError:", "    print('KeyError')"] if fails else [call]
    if inside:
        block = ["with no_grad():", *(f"    {line}" for line in [*block, "print(grad_enabled())"])]
    return "\n".join([*lines, *block, "print(grad_enabled())"])


def look_at_decorated(kata: Any, arguments: list[Any], keywords: dict[str, Any]) -> dict[str, Any]:
    """A decorated function and a decorated method that hand back what they were given, called twice each."""
    w = kata.Variable(2.0, True)

    class Model:
        @kata.no_grad()
        def evaluate(self, /, *arguments: Any, **keywords: Any) -> Any:
            """Evaluate it."""
            return isinstance(self, Model), arguments, keywords, (w * 2).requires_grad

    @kata.no_grad()
    def evaluate(*arguments: Any, **keywords: Any) -> Any:
        """Evaluate."""
        return arguments, keywords, (w * 2).requires_grad

    model = Model()
    results = [evaluate(*arguments, **keywords), model.evaluate(*arguments, **keywords)]
    between = (w * 2).requires_grad
    results += [evaluate(*arguments, **keywords), model.evaluate(*arguments, **keywords)]
    return {
        "results": results,
        "recorded": [between, (w * 2).requires_grad],
        "named": [evaluate.__name__, evaluate.__doc__, Model.evaluate.__name__, Model.evaluate.__doc__],
    }


CHAINS: list[Callable[[Any, Any], Any]] = [
    lambda x, w: x * w,
    lambda x, w: w * x,
    lambda x, _: x * 1.0,
    lambda x, _: 1.0 * x,
    lambda x, w: x + w,
    lambda x, w: w + x,
    lambda x, _: x + 1.0,
    lambda x, _: 1.0 + x,
]


def bytes_held(kata: Any, loop: str, steps: int) -> int:
    """Bytes that are in use after a loop, while its last variables are still held.

    There is one variable for each operation and side; each of its values follows from the one before.
    """
    w = kata.Variable(1.0, loop != "frozen")
    chains = [kata.Variable(1.0, loop != "frozen") for _ in CHAINS]

    def next_ones() -> list[Any]:
        return [function(x, w) for function, x in zip(CHAINS, chains, strict=True)]

    gc.freeze()  # what was there before need not be looked at
    tracemalloc.start()
    try:
        if loop == "no_grad":
            with kata.no_grad():
                for _ in range(steps):
                    chains = next_ones()
        elif loop == "cut":
            for _ in range(steps):
                chains = [x.detach() for x in next_ones()]
        elif loop == "detach":
            for _ in range(steps):
                chains = [x.detach() for x in chains]
        else:
            for _ in range(steps):
                chains = next_ones()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


bytes_held.measures = True


def cost_of_backward(kata: Any, size: int) -> dict[str, Any]:
    """What ``backward`` takes after ``size`` steps ``x = x + x`` and ``x = x * 0.5``: 2 ** size paths lead to the leaf.

    Returns:
        ``steps``: lines and calls of Python. ``data``: of the result. ``grad``: of the leaf.
    """
    w = x = kata.Variable(1.0, True)
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
    return {"steps": steps, "data": x.data, "grad": w.grad}


cost_of_backward.measures = True
