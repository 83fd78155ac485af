"""A model of autograd/version_counters: forward mode, on memory that is one list of cells for each storage.

It shares nothing with the reference. There is no graph: a tensor carries its derivatives with respect to the leaves,
and what was saved for it, as pairs of a storage and a version. What a view is needs no thought: it has cells of the
same storage.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.autograd.probes.version_counters import NAMES, Step

UNIT = 2.0**-53
ROUNDINGS = 100
"""On at most 26 tensors a path multiplies once for each, and a gradient takes 2 additions for each. ``exp`` is off by a
unit or two, and by the error of its argument, which its bulk has. The rest is for the sums of several passes."""
SMALLEST, LARGEST = 1e-100, 1e100


@dataclass(eq=False)
class Storage:
    """Memory.

    Attributes:
        numbers: what lies in each cell.
        bulk: for each cell, the size that all terms together may have had: errors of rounding go with it.
        version: how often it was changed.
    """

    numbers: np.ndarray
    bulk: np.ndarray
    version: int = 0


@dataclass(eq=False)
class Cells:
    """A tensor.

    Attributes:
        storage: where its numbers lie.
        cells: which they are, in its shape.
        slopes: by the name of a leaf, the derivatives: (elements of the leaf, *shape).
        weights: the same for the sum over all paths of the absolute products of local derivatives.
        saved: for this tensor and all that it was computed from.
    """

    storage: Storage
    cells: np.ndarray
    slopes: dict[str, np.ndarray] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    saved: list[tuple[Storage, int]] = field(default_factory=list)

    @property
    def data(self) -> np.ndarray:
        return self.storage.numbers[self.cells]

    @property
    def bulk(self) -> np.ndarray:
        return self.storage.bulk[self.cells]


class Refusal(Exception):
    """A step that must raise: ``error`` is its name, ``versions`` pairs of which one must be named."""

    def __init__(self, error: str, versions: list[tuple[int, int]] | None = None) -> None:
        super().__init__(error)
        self.error, self.versions = error, versions


class OutsideError(Exception):
    """A result is too large or too small to be compared."""


class Model:
    """The tensors of a program, and what became of its steps."""

    def __init__(self) -> None:
        self.tensors: dict[str, Cells] = {}
        self.grads: dict[str, tuple[np.ndarray, np.ndarray] | None] = {}
        """Each ``grad``, with how far from it a right answer may be."""
        self.dropped: set[str] = set()
        self.events: list[Any] = []

    def take(self, step: Step) -> None:
        """Take a step.

        Raises:
            Refusal: it must raise; nothing was changed.
            OutsideError: it should not stand in a program; nothing was changed.
        """
        name, *operands = step
        if name == "try":
            try:
                self.take(operands[0])
            except Refusal as refusal:
                self.events.append((refusal.error, refusal.versions))
        elif name == "drop":
            self.dropped.add(operands[0])
        elif name == "backward":
            self.backward(self.tensors[operands[0]], operands[1])
        elif name in ("mul_", "add_"):
            self.change(name, *map(self.operand, operands))
        else:
            new = NAMES[len(self.tensors)]
            made = self.made(new, name, *operands)
            sizes = (np.abs(made.data), made.bulk, *made.weights.values())
            if any(((each > LARGEST) | ((each > 0) & (each < SMALLEST))).any() for each in sizes):
                raise OutsideError
            self.tensors[new], self.grads[new] = made, None

    def operand(self, operand: Any) -> Any:
        return self.tensors[operand] if type(operand) is str else operand

    def made(self, new: str, name: str, x: Any, *rest: Any) -> Cells:
        if name == "leaf":
            data = np.asarray(x, dtype=np.float64)
            leaf = stored(data, np.abs(data))
            if rest == (True,):
                eye = np.eye(data.size).reshape(data.size, *data.shape)
                leaf.slopes, leaf.weights = {new: eye}, {new: eye}
            return leaf
        x, *others = map(self.operand, (x, *rest))
        if name == "view":
            key = slice(*others)
            # Positions one by one: what a slice is, without slicing.
            rows = list(range(len(x.cells)))[key]
            return Cells(
                x.storage,
                x.cells[rows],
                {leaf: slope[:, rows] for leaf, slope in x.slopes.items()},
                {leaf: weight[:, rows] for leaf, weight in x.weights.items()},
                list(x.saved),
            )
        if name == "exp":
            if (x.bulk > 30).any():
                raise OutsideError
            power = np.exp(x.data)
            bulk = power * (1 + x.bulk)
            return derived(stored(power, bulk), (x, power, bulk))
        y = self.fitting(x, others[0])
        if name == "add":
            one = np.ones(x.cells.shape)
            return derived(stored(x.data + y.data, x.bulk + y.bulk), (x, one, one), (y, one, one))
        result = derived(stored(x.data * y.data, x.bulk * y.bulk), (x, y.data, y.bulk), (y, x.data, x.bulk))
        saved = [factor.storage for operand, factor in ((x, y), (y, x)) if operand.slopes]
        result.saved += [(storage, storage.version) for storage in saved]
        return result

    def fitting(self, x: Cells, other: Any) -> Cells:
        """The other operand; a number becomes a tensor of its own, which nobody can change."""
        if isinstance(other, Cells):
            if other.cells.shape != x.cells.shape:
                raise Refusal("ValueError")
            return other
        number = np.full(x.cells.shape, float(other))
        return stored(number, np.abs(number))

    def change(self, name: str, x: Cells, other: Any) -> None:
        y = self.fitting(x, other)
        if x.slopes or y.slopes:
            raise Refusal("RuntimeError")
        if name == "mul_":
            numbers, bulk = x.data * y.data, x.bulk * y.bulk
        else:
            numbers, bulk = x.data + y.data, x.bulk + y.bulk
        if (bulk > LARGEST).any() or ((bulk > 0) & (bulk < SMALLEST)).any():
            raise OutsideError
        x.storage.numbers[x.cells] = numbers
        x.storage.bulk[x.cells] = bulk
        x.storage.version += 1

    def backward(self, root: Cells, gradient: Any) -> None:
        if not root.slopes:
            raise Refusal("RuntimeError")
        if gradient is None and root.cells.size == 1:
            gradient = np.ones(root.cells.shape)
        if gradient is None or np.shape(gradient) != root.cells.shape:
            raise Refusal("ValueError")
        changed = [(version, storage.version) for storage, version in root.saved if storage.version != version]
        if changed:
            raise Refusal("RuntimeError", changed)
        for leaf, slope in root.slopes.items():
            shape = self.tensors[leaf].cells.shape
            axes = tuple(range(1, slope.ndim))
            share = (slope * gradient).sum(axis=axes).reshape(shape)
            size = (root.weights[leaf] * np.abs(gradient)).sum(axis=axes).reshape(shape)
            grad, error = self.grads[leaf] or (np.zeros(shape), np.zeros(shape))
            self.grads[leaf] = grad + share, error + ROUNDINGS * UNIT * size
        self.events.append({name: grad for name, grad in self.grads.items() if name in self.held})

    @property
    def held(self) -> list[str]:
        """The tensors that were not dropped, in order."""
        return [name for name in self.tensors if name not in self.dropped]


def stored(numbers: np.ndarray, bulk: np.ndarray) -> Cells:
    """A tensor with a storage of its own."""
    storage = Storage(numbers.reshape(-1).copy(), bulk.reshape(-1).copy())
    return Cells(storage, np.arange(numbers.size).reshape(numbers.shape))


def derived(result: Cells, *edges: tuple[Cells, np.ndarray, np.ndarray]) -> Cells:
    """The result with its derivatives, from operands, each with the local derivative and a bound of its terms."""
    for operand, slope, bulk in edges:
        for leaf in operand.slopes:
            result.slopes[leaf] = result.slopes.get(leaf, 0.0) + operand.slopes[leaf] * slope
            result.weights[leaf] = result.weights.get(leaf, 0.0) + operand.weights[leaf] * bulk
        if operand.slopes:
            result.saved += operand.saved
    return result
