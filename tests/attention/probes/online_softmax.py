"""Probes of attention/online_softmax: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dojo import meters

Program = tuple[Any, ...]
"""How a state is made: ("start", rows, width), ("update", program, scores, values), ("merge", program, program), or
("twice", program), which merges a state with itself."""


def run_program(kata: Any, program: Program) -> dict[str, Any]:
    """Make a state step by step, and finish it; scores and values are overwritten as soon as an update is over.

    Returns:
        ``out`` and ``lse``; ``m``, ``l`` and ``o`` of the state; ``changed``: the steps one of whose arguments was
        different at the end.
    """
    blocks: list[tuple[str, np.ndarray, np.ndarray]] = []
    states: list[tuple[str, np.ndarray, np.ndarray]] = []

    def watch(step: str, state: Any) -> None:
        states.extend((step, array, array.copy()) for array in (state.m, state.l, state.o))

    def made(step: Program) -> Any:
        name, *operands = step
        arguments = [made(each) if isinstance(each, tuple) else each for each in operands]
        for argument in arguments:
            if isinstance(argument, tuple):
                watch(name, argument)
        if name == "twice":
            return kata.merge(*arguments, *arguments)
        fresh = [(name, each, each.copy()) for each in arguments if isinstance(each, np.ndarray)]
        blocks.extend(fresh)
        result = getattr(kata, name)(*arguments)
        note_and_overwrite(fresh)
        return result

    changed: list[str] = []

    def note_and_overwrite(fresh: list[tuple[str, np.ndarray, np.ndarray]]) -> None:
        for step, array, before in fresh:
            changed.extend([step] * (not np.array_equal(array, before)))
            overwrite(array)

    with np.errstate(all="ignore"):
        try:
            state = made(program)
            watch("finish", state)
            out, lse = kata.finish(state)
        finally:
            for _, array, before in blocks:
                overwrite(array, before)
    changed += [step for step, array, before in states if not np.array_equal(array, before, equal_nan=True)]
    return {"out": out, "lse": lse, "m": state.m, "l": state.l, "o": state.o, "changed": changed}


def overwrite(array: np.ndarray, content: Any = 123.0) -> None:
    """Use its memory for something else, as the owner of a buffer may."""
    if array.flags.writeable:
        array[...] = content


def run_program_as_code(program: Program) -> str:
    """Plain Python that makes and finishes the same state."""
    return f"state = {_expression(program)}\nprint(state)\nprint(finish(state))"


def _expression(step: Any) -> str:
    if isinstance(step, np.ndarray):
        return _array(step)
    if not isinstance(step, tuple):
        return repr(step)
    name, *operands = step
    if name == "twice":
        return f"(lambda state: merge(state, state))({_expression(*operands)})"
    return f"{name}({', '.join(map(_expression, operands))})"


def _array(array: np.ndarray) -> str:
    if not array.size:
        return f"np.zeros({array.shape}, np.{array.dtype})"
    text = repr(array.tolist()).replace("inf", "np.inf")
    return f"np.array({text})" if array.dtype == np.float64 else f"np.array({text}, np.{array.dtype})"


def online_from_generator(kata: Any, blocks: list[np.ndarray]) -> dict[str, Any]:
    """One pass over a generator, which overwrites a block when it is asked for the next one.

    Returns:
        ``result``: what came back; ``changed``: the blocks that were different when the next one was asked for.
    """
    changed: list[int] = []
    before = [block.copy() for block in blocks]

    def one_by_one() -> Iterator[np.ndarray]:
        for index, block in enumerate(blocks):
            yield block
            changed.extend([index] * (not np.array_equal(block, before[index])))
            overwrite(block)

    with np.errstate(all="ignore"):
        try:
            maximum, denominator = kata.online_softmax(one_by_one())
            result = maximum.copy(), denominator.copy()
        finally:
            for block, content in zip(blocks, before, strict=True):
                overwrite(block, content)
    return {"result": result, "changed": changed}


def online_memory(kata: Any, rows: int, width: int, count: int) -> int:
    """Bytes in use while ``count`` blocks of ``rows`` x ``width`` are made and consumed: what Python and numpy hold at
    the peak, and what is left in tensors of torch behind the last block.
    """
    tensors = 0

    def blocks(count: int) -> Iterator[np.ndarray]:
        nonlocal tensors
        for number in range(count):
            yield np.full((rows, width), float(number % 3))
        tensors = meters.bytes_of_tensors()

    with np.errstate(all="ignore"):
        kata.online_softmax(blocks(2))  # what is made once only is made now
        before = meters.bytes_of_tensors()
        with meters.peak_memory() as peak:
            kata.online_softmax(blocks(count))
    return peak.bytes + tensors - before


online_memory.measures = True
