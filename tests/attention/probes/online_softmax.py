"""Probes of attention/online_softmax: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dojo import meters

Program = tuple[Any, ...]
"""How a state is made: ("start", rows, width), ("update", program, scores, values) or ("merge", program, program)."""


def run_program(kata: Any, program: Program) -> dict[str, Any]:
    """Make a state step by step, and finish it.

    Returns:
        ``out`` and ``lse``; ``state``: dtype and shape of m, l and o; ``changed``: the steps one of whose arguments was
        different at the end.
    """
    watched: list[tuple[str, np.ndarray, np.ndarray]] = []

    def watch(step: str, *arrays: np.ndarray) -> None:
        watched.extend((step, array, array.copy()) for array in arrays)

    def made(step: Program) -> Any:
        name, *operands = step
        arguments = [made(each) if isinstance(each, tuple) else each for each in operands]
        for argument in arguments:
            if isinstance(argument, tuple):
                watch(name, argument.m, argument.l, argument.o)
            elif isinstance(argument, np.ndarray):
                watch(name, argument)
        return getattr(kata, name)(*arguments)

    with np.errstate(all="ignore"):
        state = made(program)
        watch("finish", state.m, state.l, state.o)
        out, lse = kata.finish(state)
    return {
        "out": out,
        "lse": lse,
        "state": {name: (str(array.dtype), array.shape) for name, array in state._asdict().items()},
        "changed": [step for step, array, before in watched if not np.array_equal(array, before, equal_nan=True)],
    }


def run_program_as_code(program: Program) -> str:
    """Plain Python that makes and finishes the same state."""
    return f"state = {_expression(program)}\nprint(state)\nprint(finish(state))"


def _expression(step: Any) -> str:
    if isinstance(step, np.ndarray):
        return _array(step)
    if not isinstance(step, tuple):
        return repr(step)
    name, *operands = step
    return f"{name}({', '.join(map(_expression, operands))})"


def _array(array: np.ndarray) -> str:
    if not array.size:
        return f"np.zeros({array.shape}, np.{array.dtype})"
    text = repr(array.tolist()).replace("inf", "np.inf")
    return f"np.array({text})" if array.dtype == np.float64 else f"np.array({text}, np.{array.dtype})"


def online_from_generator(kata: Any, blocks: list[np.ndarray]) -> dict[str, Any]:
    """One pass over a generator.

    Returns:
        ``result``: what came back; ``changed``: the blocks that were different afterwards.
    """
    before = [block.copy() for block in blocks]
    with np.errstate(all="ignore"):
        result = kata.online_softmax(block for block in blocks)
    changed = [index for index, block in enumerate(blocks) if not np.array_equal(block, before[index])]
    return {"result": result, "changed": changed}


def online_peak_memory(kata: Any, rows: int, width: int, count: int) -> int:
    """Peak of the memory in use, in bytes, while ``count`` blocks of ``rows`` x ``width`` are made and consumed."""

    def blocks() -> Iterator[np.ndarray]:
        for number in range(count):
            yield np.full((rows, width), float(number % 3))

    with np.errstate(all="ignore"), meters.peak_memory() as peak:
        kata.online_softmax(blocks())
    return peak.bytes


online_peak_memory.measures = True
