"""Random programs for autograd engines: few values, used again and again, with numbers of every size.

The programs are those of ``tests/autograd/probes/scalar_engine.py``. They stay where derivatives exist and float64
tells them to many digits: no kink on whose sides rounding decides, and nothing beyond 1e100, on any path.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.autograd.oracles import LARGEST, SMALLEST, Dual, OutsideError, Program, dual
from tests.autograd.probes.scalar_engine import NAMES

NUMBERS = (1.0, 2.0, 3.0, 0.0, -1.0, -2.0, 0.5, -0.5, 1.7, -3.3, 0.25, 0.1)
SIZED = (25.0, -25.0, 400.0, -400.0, 1e-9, -1e-9, 1e-30, 1e30, 1e60, 2.0**53, 2**53 + 1, 2**60, 2.0**60, -0.0)
"""Numbers at which formulas overflow, are clamped or lose digits, if they are of the wrong kind."""

EXPONENTS = (2, 0, 1, 3, -1, 2.0, 0.5, -2, 0.0, 1.5, -0.5, 9, -3, 1 / 3, 10.0, -2.5)


def programs() -> st.SearchStrategy[Program]:
    """Programs that end with ``backward`` on their last value, and call it nowhere else."""
    return st.builds(_program, _leaves, st.lists(_operations, max_size=12)).map(
        lambda program: [*program, ("backward", NAMES[len(program) - 1])]
    )


def programs_of_several_passes() -> st.SearchStrategy[Program]:
    """Programs that call ``backward`` and set ``grad`` to 0.0 anywhere, on any value, any number of times."""
    return st.builds(_program, _leaves, st.lists(_operations | _passes, max_size=12))


# A reference to a value: its index from the first or, if negative, from the last, in a tuple. It is made to fit.
_references = st.sampled_from([(0,), (-1,), (1,), (-2,), (2,), (-3,), (3,)])
_numbers = st.sampled_from(NUMBERS) | st.sampled_from(NUMBERS) | st.sampled_from(SIZED)
_constants = _numbers | st.sampled_from([2, 1, -1, 0])
_binary = st.sampled_from(["+", "*", "-", "/", "+", "*", "-", "/", "+=", "*=", "-=", "/="])
_unary = st.tuples(st.sampled_from(["relu", "neg", "relu", "exp", "log", "tanh"]), _references)
_operations = st.one_of(
    st.tuples(_binary, _references, _references),
    st.tuples(_binary, _references, _constants),
    st.tuples(_binary.map(lambda name: name.removesuffix("=")), _constants, _references),
    _unary,
    st.tuples(st.sampled_from(["**", "**", "**="]), _references, st.sampled_from(EXPONENTS)),
    _unary,
)
_passes = st.tuples(st.sampled_from(["backward", "backward", "zero"]), _references)
_leaves = st.lists(_numbers, min_size=1, max_size=3)


def _program(leaves: list[float], steps: list[tuple[Any, ...]]) -> Program:
    """The program of these leaves and steps, without the steps that have no derivative where they would stand."""
    program: Program = [("leaf", number) for number in leaves]
    values = [Dual(float(number)) for number in leaves]
    steepest, flattest = 1.0, 1.0  # bounds of the products of local derivatives along any path
    for name, *operands in steps:
        fitting = [each[0] % len(values) if type(each) is tuple else None for each in operands]
        named = [each if index is None else NAMES[index] for each, index in zip(operands, fitting, strict=True)]
        if name == "zero" and fitting[0] >= len(leaves):  # of computed values, grad is unspecified
            continue
        if name not in ("backward", "zero"):
            numbers = [
                Dual(float(each)) if index is None else values[index]
                for each, index in zip(operands, fitting, strict=True)
            ]
            try:
                made = dual(name, *numbers)
            except OutsideError:
                continue
            steeper = steepest * max(1.0, *made.edges)
            flatter = flattest * min([1.0, *filter(None, made.edges)])
            if steeper > LARGEST or flatter < SMALLEST:
                continue
            steepest, flattest = steeper, flatter
            values.append(made)
        program.append((name, *named))
    return program
