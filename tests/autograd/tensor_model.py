"""Gradients of autograd/tensor_engine without reverse mode and without rules of differentiation: complex steps.

f(x + ih) = f(x) + ih f'(x) + O(h^2): with an h whose square is 0, the imaginary part is the derivative to the last
digit. Each tensor has one more axis, the last: there, every element of every leaf has been moved by ih, one at a time.

Beside that, bounds of what rounding may do: ``bulk`` is the size that all terms of a number together may have, and
``weight`` the same for a derivative, over all paths.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.autograd.probes.tensor_engine import NAMES, OPERATORS, Step

UNIT = 2.0**-53
STEP = 2.0**-500  # dividing by it rounds nothing
SMALLEST, LARGEST = 1e-50, 1e50
KNOWN = 1e-6
"""Numbers that are not exact must be further than this, in parts of their bulk, from a kink."""


class OutsideError(Exception):
    """A step has no derivative there, or one that rounding decides on, or numbers that are too large or too small."""


class Refusal(Exception):
    """A step must raise an error of this name; nothing is changed."""


@dataclass(eq=False)
class Jet:
    """A tensor, moved by each seed.

    Attributes:
        z: (*shape, seeds), complex.
        bulk: (*shape).
        weight: (*shape, seeds).
        bits: how many binary digits after the point all numbers have; None where they are not exact.
        is_given: whether the numbers are those of a leaf, without any rounding.
        leaves: those that it was computed from, if they require a gradient.
    """

    z: np.ndarray
    bulk: np.ndarray
    weight: np.ndarray
    bits: int | None
    is_given: bool = False
    leaves: frozenset[str] = frozenset()

    @property
    def shape(self) -> tuple[int, ...]:
        return self.bulk.shape

    @property
    def value(self) -> np.ndarray:
        return self.z[..., 0].real

    @property
    def is_exact(self) -> bool:
        if self.is_given:
            return True
        return self.bits is not None and self.bulk.max(initial=0.0) * 2.0**self.bits < 2**52


class Model:
    """The tensors of a program, and what became of its steps.

    Args:
        program: its leaves must be known from the beginning.
    """

    def __init__(self, program: list[Step]) -> None:
        sizes = [np.size(step[1]) for step in program if step[0] == "leaf" and step[2:] == (True,)]
        self.seeds = max(1, sum(sizes))
        self.first_seed: dict[str, int] = {}
        self.tensors: dict[str, Jet] = {}
        self.grads: dict[str, tuple[np.ndarray, np.ndarray] | None] = {}
        """The ``grad`` of each leaf, with how far from it a right answer may be."""
        self.events: list[Any] = []
        self.largest = max([1, *sizes])

    def take(self, step: Step) -> None:
        """Take a step.

        Raises:
            Refusal: it must raise; nothing was changed.
            OutsideError: it should not stand in a program; nothing was changed.
            ValueError, IndexError: the same, by numpy.
        """
        name, *operands = step
        if name == "try":
            try:
                self.take(operands[0])
            except Refusal as refusal:
                self.events.append(str(refusal))
        elif name == "backward":
            self.backward(self.tensors[operands[0]], operands[1])
        elif name in ("none", "fill"):
            zeros = np.zeros(self.tensors[operands[0]].shape)
            self.grads[operands[0]] = None if name == "none" else (zeros, zeros)
        else:
            with np.errstate(all="ignore"):
                made = self.leaf(*operands) if name == "leaf" else self.result(name, *operands)
            for sizes in (made.bulk, made.weight):
                require(np.isfinite(sizes).all() and not ((sizes > LARGEST) | ((sizes > 0) & (sizes < SMALLEST))).any())
            if not made.is_exact:
                made.bits = None  # nor will be what is computed from it
            self.largest = max(self.largest, made.bulk.size)
            self.tensors[NAMES[len(self.tensors)]] = made

    @property
    def units(self) -> float:
        """How many units of rounding a bulk or a weight may be off: sums may be taken in any order."""
        return (200 + 4 * self.largest) * UNIT

    def constant(self, data: Any) -> Jet:
        if isinstance(data, tuple):  # a number of numpy
            data = getattr(np, data[1])(data[2])
        data = np.array(data, dtype=np.float64)
        bits = next((bits for bits in range(11) if (data * 2.0**bits % 1 == 0).all()), None)
        z = np.repeat(data[..., None], self.seeds, axis=-1).astype(complex)
        return Jet(z, np.abs(data), np.zeros(z.shape), bits, is_given=True)

    def leaf(self, data: Any, requires_grad: bool = False) -> Jet:
        name = NAMES[len(self.tensors)]
        jet = self.constant(data)
        if requires_grad:
            first = self.first_seed[name] = sum(self.tensors[each].bulk.size for each in self.first_seed)
            for seed, index in enumerate(np.ndindex(jet.shape), first):
                jet.z[(*index, seed)] += 1j * STEP
                jet.weight[(*index, seed)] = 1.0
            jet.leaves = frozenset([name])
        self.grads[name] = None
        return jet

    def result(self, name: str, *operands: Any) -> Jet:
        if name in OPERATORS:
            x, y = (self.tensors[each] if type(each) is str else self.constant(each) for each in operands)
            made = BINARY[name](x, y)
            made.leaves = x.leaves | y.leaves
        else:
            x = self.tensors[operands[0]]
            made = UNARY[name](x, *operands[1:])
            made.leaves = x.leaves
        return made

    def backward(self, root: Jet, gradient: Any) -> None:
        if not root.leaves:
            raise Refusal("RuntimeError")
        if gradient is None and root.bulk.size == 1:
            gradient = np.ones(root.shape)
        if gradient is None or np.shape(gradient) != root.shape:
            raise Refusal("ValueError")
        factors = np.array(gradient, dtype=np.float64)[..., None]
        axes = tuple(range(len(root.shape)))
        slopes = (factors * (root.z.imag / STEP)).sum(axis=axes)
        sizes = (np.abs(factors) * root.weight).sum(axis=axes)
        for leaf in root.leaves:
            shape = self.tensors[leaf].shape
            mine = slice(self.first_seed[leaf], self.first_seed[leaf] + math.prod(shape))
            grad, error = self.grads[leaf] or (np.zeros(shape), np.zeros(shape))
            share, size = slopes[mine].reshape(shape), sizes[mine].reshape(shape)
            self.grads[leaf] = grad + share, error + self.units * size
        self.events.append(dict(self.grads))


def require(condition: Any) -> None:
    """Leave where the condition does not hold."""
    if not condition:
        raise OutsideError


def _sum_of(x: Jet, y: Jet, sign: int) -> Jet:
    bits = None if x.bits is None or y.bits is None else max(x.bits, y.bits)
    return Jet(x.z + sign * y.z, x.bulk + y.bulk, x.weight + y.weight, bits)


def _product_bits(x: Jet, y: Jet) -> int | None:
    return None if x.bits is None or y.bits is None else x.bits + y.bits


def _mul(x: Jet, y: Jet) -> Jet:
    weight = x.weight * y.bulk[..., None] + y.weight * x.bulk[..., None]
    return Jet(x.z * y.z, x.bulk * y.bulk, weight, _product_bits(x, y))


def _div(x: Jet, y: Jet) -> Jet:
    size = np.abs(y.value)
    require((size > KNOWN * y.bulk).all())
    inverse = y.bulk / size / size  # larger where y itself is not known well
    weight = x.weight * inverse[..., None] + y.weight * (x.bulk * inverse * inverse)[..., None]
    return Jet(x.z / y.z, x.bulk * inverse, weight, None)


def _matmul(x: Jet, y: Jet) -> Jet:
    """Seed by seed, so that the axes are numpy's business."""
    seeds = range(x.z.shape[-1])
    z = np.stack([x.z[..., seed] @ y.z[..., seed] for seed in seeds], axis=-1)
    weight = np.stack([x.weight[..., s] @ y.bulk + x.bulk @ y.weight[..., s] for s in seeds], axis=-1)
    return Jet(z, np.asarray(x.bulk @ y.bulk), weight, _product_bits(x, y))


def _moved(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[Jet], Jet]:
    """A rearrangement of elements: done for one seed, by numbers of elements, it is done for all."""

    def rearranged(x: Jet) -> Jet:
        where = function(np.arange(x.bulk.size).reshape(x.shape))
        seeds = x.z.shape[-1]
        return Jet(x.z.reshape(-1, seeds)[where], x.bulk.reshape(-1)[where], x.weight.reshape(-1, seeds)[where], x.bits)

    return rearranged


def _reshape(x: Jet, *shape: Any) -> Jet:
    return _moved(lambda numbers: numbers.reshape(*shape))(x)


def _transpose(x: Jet, *axes: Any) -> Jet:
    return _moved(lambda numbers: numbers.transpose(*axes))(x)


def _index(x: Jet, *parts: Any) -> Jet:
    key = tuple(slice(*part[1:]) if isinstance(part, tuple) else part for part in parts)
    return _moved(lambda numbers: numbers[key])(x)


def _axes(x: Jet, axis: Any) -> tuple[int, ...]:
    """Axes counted from the front, so that the one of the seeds is not among them."""
    axes = range(len(x.shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    require(axis != ())
    if any(not -len(x.shape) <= each < len(x.shape) for each in axes):
        raise ValueError(axis)
    return tuple(each % len(x.shape) for each in axes)


def _sum(x: Jet, axis: Any = None, keepdims: bool = False) -> Jet:
    axes = _axes(x, axis)
    z, bulk, weight = (each.sum(axis=axes, keepdims=keepdims) for each in (x.z, x.bulk, x.weight))
    return Jet(z, np.asarray(bulk), weight, x.bits)


def _mean(x: Jet, axis: Any = None, keepdims: bool = False) -> Jet:
    total = _sum(x, axis, keepdims)
    count = math.prod(x.shape[each] for each in _axes(x, axis))
    require(x.bulk.size > 0)
    bits = None if total.bits is None or count & (count - 1) else total.bits + count.bit_length() - 1
    return Jet(total.z / count, total.bulk / count, total.weight / count, bits)


def _exp(x: Jet) -> Jet:
    require((x.bulk < 100).all())
    bulk = np.exp(x.value) * (1 + x.bulk)
    return Jet(np.exp(x.z), bulk, x.weight * bulk[..., None], None)


def _log(x: Jet) -> Jet:
    require((x.value > KNOWN * x.bulk).all())
    off = x.bulk / x.value
    return Jet(np.log(x.z), np.abs(np.log(x.value)) + off, x.weight * (off / x.value)[..., None], None)


def _relu(x: Jet) -> Jet:
    require(x.is_exact or (np.abs(x.value) > KNOWN * x.bulk).all())
    on = x.value > 0
    return Jet(np.where(on[..., None], x.z, 0), np.where(on, x.bulk, 0), x.weight * on[..., None], x.bits, x.is_given)


def _max(x: Jet, axis: int) -> Jet:
    (axis,) = _axes(x, axis)
    require(x.bulk.size > 0)
    largest = x.value.max(axis=axis, keepdims=True)
    mask = x.value == largest
    count = mask.sum(axis=axis, keepdims=True)
    clear = (largest - x.value > KNOWN * (x.bulk + x.bulk.max(axis=axis, keepdims=True))) | mask
    require(x.is_exact or (clear.all() and (count == 1).all()))
    part = (mask / count)[..., None]
    bulk = (x.bulk * mask).max(axis=axis)
    z, weight = ((each * part).sum(axis=axis) for each in (x.z, x.weight))
    return Jet(z, np.asarray(bulk), weight, x.bits, x.is_given)


BINARY = {
    "+": lambda x, y: _sum_of(x, y, 1),
    "-": lambda x, y: _sum_of(x, y, -1),
    "*": _mul,
    "/": _div,
    "@": _matmul,
}
UNARY: dict[str, Callable[..., Jet]] = {
    "sum": _sum,
    "mean": _mean,
    "reshape": _reshape,
    "transpose": _transpose,
    "exp": _exp,
    "log": _log,
    "relu": _relu,
    "max": _max,
    "index": _index,
}
