"""Probes of the topic ``attention``: they run beside an answer and hand back plain data, never an expected value."""

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


def online_from_generator_as_code(blocks: list[np.ndarray]) -> str:
    """Plain Python that makes the same pass."""
    return f"blocks = [{', '.join(map(_array, blocks))}]\nprint(online_softmax(block for block in blocks))"


def online_peak_memory(kata: Any, rows: int, width: int, count: int) -> int:
    """Peak of the memory in use, in bytes, while ``count`` blocks of ``rows`` x ``width`` are made and consumed."""

    def blocks() -> Iterator[np.ndarray]:
        for number in range(count):
            yield np.full((rows, width), float(number % 3))

    with np.errstate(all="ignore"), meters.peak_memory() as peak:
        kata.online_softmax(blocks())
    return peak.bytes


def online_peak_memory_as_code(rows: int, width: int, count: int) -> str:
    """Plain Python that measures what ``online_peak_memory`` measures."""
    return f"""
import tracemalloc

import numpy as np

tracemalloc.start()
online_softmax(np.full(({rows}, {width}), float(number % 3)) for number in range({count}))
print("one block, in bytes:", 8 * {rows} * {width})
print("peak, in bytes:", tracemalloc.get_traced_memory()[1])
"""


def forward_use(kata: Any, q: Any, k: Any, v: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What tiled attention makes torch do; calls of library attention fail.

    Returns:
        ``largest``: elements of the largest new tensor; ``origin``: how it was made; ``multiplications``: how many;
        ``refused``: the library functions that were called.
    """
    with meters.tensor_use(q, k, v, refuse=meters.LIBRARY_ATTENTION) as use:
        try:
            kata.flash_forward(q, k, v, **options)
        except Exception:
            if not use.refused:
                raise
    return {
        "largest": use.largest,
        "origin": use.origin,
        "multiplications": use.multiplications,
        "refused": use.refused,
    }


def forward_use_as_code(q: Any, k: Any, v: Any, options: dict[str, Any]) -> str:
    """Plain Python that prints every tensor that is made, largest last, and every matrix product."""
    keywords = "".join(f", {name}={value!r}" for name, value in options.items())
    return f"""
import torch
from torch.utils._python_dispatch import TorchDispatchMode

class Watch(TorchDispatchMode):
    made = set()
    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        result = operator(*args, **(kwargs or {{}}))
        for each in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(each, torch.Tensor) and each.untyped_storage().data_ptr() not in inputs:
                elements = each.untyped_storage().nbytes() // each.element_size()
                self.made.add((elements, str(operator), tuple(each.shape)))
        return result

q, k, v = torch.randn({tuple(q.shape)}), torch.randn({tuple(k.shape)}), torch.randn({tuple(v.shape)})
inputs = [each.untyped_storage().data_ptr() for each in (q, k, v)]
with Watch() as watch:
    flash_forward(q, k, v{keywords})
for elements, operator, shape in sorted(watch.made):
    print(elements, "elements:", operator, shape)
"""
