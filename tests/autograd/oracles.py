"""Derivatives of a program without reverse mode: dual numbers that know their rounding errors, and complex steps.

The programs are those of ``tests/autograd/probes/scalar_engine.py``.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.autograd.probes.scalar_engine import NAMES, OPERATORS

UNIT = 2.0**-53
"""The rounding error of one operation in float64, relative."""

Program = list[tuple[Any, ...]]

NO_VALUE = ("backward", "zero", "try")
"""The instructions that make no value."""


class OutsideError(Exception):
    """An operation has no derivative there, or one that float64 tells to a few digits only."""


SMALLEST, LARGEST = 1e-100, 1e100
"""Between them, in size, lie all numbers and derivatives; what is smaller is 0."""


@dataclass(frozen=True)
class Dual:
    """A number with its derivative with respect to one leaf, and bounds of what rounding may do to both.

    Attributes:
        value: the number.
        error: how far from it a right answer may be, in units of ``UNIT``, to first order.
        slope: the derivative.
        weight: the sum over all paths from the leaf of the absolute products of local derivatives, at least |slope|.
        slope_error: how far the errors of local derivatives may move the slope, in units of ``UNIT``.
        edges: the sizes of the local derivatives of the operation that gave the number.
    """

    value: float
    error: float = 0.0
    slope: float = 0.0
    weight: float = 0.0
    slope_error: float = 0.0
    edges: tuple[float, ...] = ()

    def is_known_to(self, part: float) -> bool:
        """Whether its error is at most that part of it: then what is computed from it errs to first order only."""
        return self.error * UNIT <= part * abs(self.value)


def _combined(value: float, rounding: float, *edges: tuple[Dual, float, float]) -> Dual:
    """The result of an operation that rounds so much, and for each operand: local derivative and its own error."""
    return Dual(
        value,
        rounding + sum(abs(d) * x.error for x, d, _ in edges),
        sum(d * x.slope for x, d, _ in edges),
        sum(abs(d) * x.weight for x, d, _ in edges),
        sum(abs(d) * x.slope_error + wobble * (x.weight + x.slope_error * UNIT) for x, d, wobble in edges),
        tuple(abs(d) for _, d, _ in edges),
    )


def _add(x: Dual, y: Dual) -> Dual:
    value = x.value + y.value
    exact = Fraction(value) == Fraction(x.value) + Fraction(y.value)
    return _combined(value, 0.0 if exact else abs(value), (x, 1.0, 0.0), (y, 1.0, 0.0))


def _mul(x: Dual, y: Dual) -> Dual:
    value = x.value * y.value
    exact = Fraction(value) == Fraction(x.value) * Fraction(y.value)
    rounding = (0.0 if exact else abs(value)) + x.error * y.error * UNIT
    return _combined(value, rounding, (x, y.value, y.error), (y, x.value, x.error))


def _neg(x: Dual) -> Dual:
    return _combined(-x.value, 0.0, (x, -1.0, 0.0))


def _div(x: Dual, y: Dual) -> Dual:
    """A quotient, which may also be computed as ``x * y**-1``."""
    _require(y.value != 0 and y.is_known_to(1e-9))
    value, inverse = x.value / y.value, 1.0 / abs(y.value)
    off = y.error * inverse  # relative
    to_x = (off + 4) * inverse
    to_y = (x.error * inverse + (2 * off + 8) * abs(value)) * inverse
    return _combined(value, 4 * abs(value), (x, 1.0 / y.value, to_x), (y, -value / y.value, to_y))


def _pow(x: Dual, exponent: Dual) -> Dual:
    """A power, which may also be computed by ``exp`` and ``log``."""
    n, base = exponent.value, x.value
    _require(base != 0 or (x.error == 0 and (n > 1 or n in (0, 1))))
    _require(base > 0 or n.is_integer() or base == 0)
    _require(n in (0, 1) or x.is_known_to(1e-9))
    value = base**n
    slope = n * base ** (n - 1) if n else 0.0
    off = 0.0 if base in (0, 1, -1) or n in (0, 1) else 8 + 3 * abs(n * math.log(abs(base)))
    # The slope is n x^(n - 1), so it moves by (n - 1) / x, relative, when x does.
    moved = abs((n - 1) / base) * x.error if base else 0.0
    return _combined(value, off * abs(value), (x, slope, (moved + off + 8) * abs(slope)))


def _exp(x: Dual) -> Dual:
    """An exponential, which may also be computed as ``math.e**x``: then e is rounded, and x times that comes in."""
    _require(x.value < 230 and x.error * UNIT < 1e-9)
    value = math.exp(x.value)
    rounding = (4 + abs(x.value)) * value
    return _combined(value, rounding, (x, value, rounding + value * x.error))


def _log(x: Dual) -> Dual:
    _require(x.value > 0 and x.is_known_to(1e-9))
    value, slope = math.log(x.value), 1.0 / x.value
    return _combined(value, 4 * abs(value), (x, slope, (x.error * slope + 4) * slope))


def _tanh(x: Dual) -> Dual:
    """A tanh, which may also be computed from ``exp(2 * x)``: then it is right to 8 units, however small it is."""
    _require(x.error * UNIT < 1e-9)
    value = math.tanh(x.value)
    slope = 1.0 / math.cosh(x.value) ** 2 if abs(x.value) < 100 else 0.0
    return _combined(value, 8.0, (x, slope, 2 * abs(value) * (slope * x.error + 8) + 8))


def _relu(x: Dual) -> Dual:
    """At 0 only where every right answer computes just 0."""
    _require(x.error == 0 or abs(x.value) > 100 * x.error * UNIT)
    slope = float(x.value > 0)
    return _combined(slope * x.value, 0.0, (x, slope, 0.0))


def _require(condition: bool) -> None:
    if not condition:
        raise OutsideError


_DUAL = {
    "+": _add,
    "-": lambda x, y: _add(x, _neg(y)),
    "*": _mul,
    "/": _div,
    "**": _pow,
    "neg": _neg,
    "exp": _exp,
    "log": _log,
    "tanh": _tanh,
    "relu": _relu,
}

_COMPLEX = {
    **OPERATORS,
    "**": lambda x, n: x**n if x.real or n == int(n) else complex(x.real**n),  # a fractional power branches at 0
    "neg": operator.neg,
    "exp": cmath.exp,
    "log": cmath.log,
    "tanh": cmath.tanh,
    "relu": lambda x: x if x.real > 0 else 0j,
}


def dual(name: str, *operands: Dual) -> Dual:
    """The result of an operation, by its name with or without ``=``.

    Raises:
        OutsideError: it has no derivative there, rounding decides on which side of a kink it is, or it is too large or
            too small.
    """
    try:
        result = _DUAL[name.removesuffix("=")](*operands)
    except OverflowError:
        raise OutsideError from None
    _require(all(size == 0 or SMALLEST <= size <= LARGEST for size in (abs(result.value), *result.edges)))
    return result


def evaluate(program: Program, leaf: Callable[[str, float], Any], operation: Callable[..., Any]) -> dict[str, Any]:
    """The values of a program by name, as any kind of number.

    Args:
        program: the program; what makes no value is passed over.
        leaf: makes a leaf from name and number.
        operation: makes a result from the name of an operation (without ``=``) and operands, values or plain numbers.
    """
    values: dict[str, Any] = {}
    for name, *operands in program:
        if name not in NO_VALUE:
            arguments = [values[each] if type(each) is str else each for each in operands]
            new = NAMES[len(values)]
            made = leaf(new, *arguments) if name == "leaf" else operation(name.removesuffix("="), *arguments)
            values[new] = made
    return values


def with_dual_numbers(program: Program, seed: str) -> dict[str, Dual]:
    """All values of a program with their derivatives with respect to the leaf ``seed``."""

    def leaf(name: str, number: float) -> Dual:
        return Dual(float(number), slope=float(name == seed), weight=float(name == seed))

    def operation(name: str, *operands: Any) -> Dual:
        return dual(name, *(each if isinstance(each, Dual) else Dual(float(each)) for each in operands))

    return evaluate(program, leaf, operation)


def with_complex_step(program: Program, seed: str, step: float = 1e-170) -> dict[str, float]:
    """The derivatives of all values with respect to the leaf ``seed``, without any rule of differentiation.

    f(x + ih) = f(x) + ih f'(x) + O(h^2): unlike a difference of two values, the imaginary part loses no digit, so h may
    be so small that its square is 0.
    """
    values = evaluate(
        program,
        lambda name, number: complex(number, step if name == seed else 0.0),
        lambda name, *operands: _COMPLEX[name](*operands),
    )
    return {name: value.imag / step for name, value in values.items()}
