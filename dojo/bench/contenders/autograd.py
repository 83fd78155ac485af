"""Automatic differentiation: against a loop as in micrograd, and against torch."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

from dojo.bench.closures import Scalar, deep_enough
from dojo.bench.workload import Bar, Call, Contender, Workload

LAYERS = (2, 8, 8, 1)
"""A small network: two inputs, two hidden layers with tanh, one output."""
OPERATIONS = sum(outputs * (2 * inputs + 1) for inputs, outputs in itertools.pairwise(LAYERS)) + 3
"""Those of one sample: a product and a sum for each weight, a tanh for each neuron, three for its share of the loss."""

Numbers = list[float]


def _network(n: int) -> tuple[Numbers, list[tuple[Numbers, float]]]:
    """Weights and biases, and n samples with their targets."""
    source = random.Random(1)
    count = sum((inputs + 1) * outputs for inputs, outputs in itertools.pairwise(LAYERS))
    samples = [([source.uniform(-1, 1), source.uniform(-1, 1)], source.choice((-1.0, 1.0))) for _ in range(n)]
    return [source.uniform(-1, 1) for _ in range(count)], samples


def _pass_through(make: Callable[[float], Any], given: tuple[Numbers, list[tuple[Numbers, float]]]) -> Call:
    """The loss of all samples, and the gradients of all weights; the leaves are made before."""
    weights = [make(number) for number in given[0]]
    samples = [([make(number) for number in inputs], target) for inputs, target in given[1]]

    def call() -> list[float]:
        loss = make(0.0)
        for inputs, target in samples:
            values, at = inputs, 0
            for count in LAYERS[1:]:
                following = []
                for _ in range(count):
                    total = weights[at]
                    at += 1
                    for value in values:
                        total = total + value * weights[at]
                        at += 1
                    following.append(total.tanh())
                values = following
            loss = loss + (values[0] - target) ** 2
        loss.backward()
        return [float(weight.grad) for weight in weights]

    return call


def _chain(n: int) -> int:
    return n


def _along_the_chain(make: Callable[[float], Any], n: int) -> Call:
    """As many operations, each on the result of the one before: half with a number, half with a leaf."""
    first, other = make(1.0), make(1e-6)

    def call() -> list[float]:
        value = first
        for _ in range((n + 1) // 2):
            value = value * 0.999_999 + other
        value.backward()
        return [float(first.grad), float(other.grad)]

    return call


def _value(module: ModuleType) -> Callable[[float], Any]:
    made: Callable[[float], Any] = module.Value
    return made


def _leaf_of_torch() -> Callable[[float], Any]:
    import torch

    return lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True)


def _chain_of_closures(n: int) -> Call:
    call = _along_the_chain(Scalar, n)

    def deep() -> Any:
        with deep_enough(n):
            return call()

    return deep


def _close(result: Any, reference: Any) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in zip(result, reference, strict=True))


# Tensors


ROWS_AND_WIDTHS = (16, 32, 1)


def _rows(n: int) -> Any:
    import numpy as np

    source = np.random.default_rng(n)
    wide, hidden, out = ROWS_AND_WIDTHS
    return source.normal(size=(n, wide)), source.normal(size=(wide, hidden)), source.normal(size=(hidden, out))


def _two_layers(make: Callable[[Any], Any], relu: Callable[[Any], Any], arrays: Any) -> Call:
    x, first, second = (make(array) for array in arrays)

    def call() -> Any:
        loss = (relu(x @ first) @ second).mean()
        loss.backward()
        return first.grad, second.grad

    return call


def _tensors_of(module: ModuleType, arrays: Any) -> Call:
    return _two_layers(lambda array: module.Tensor(array, requires_grad=True), lambda each: each.relu(), arrays)


def _tensors_of_torch(arrays: Any) -> Call:
    import torch

    return _two_layers(lambda array: torch.tensor(array, requires_grad=True), torch.relu, arrays)


def _by_hand(arrays: Any) -> Call:
    """The formulas of this one network, written out: what no engine can be faster than."""

    def call() -> Any:
        x, first, second = arrays
        scores = x @ first
        hidden = scores * (scores > 0)
        given = (1 / len(x)) * second.T * (scores > 0)
        return x.T @ given, hidden.sum(axis=0)[:, None] / len(x)

    return call


def _close_arrays(result: Any, reference: Any) -> bool:
    import numpy as np

    return all(np.allclose(np.asarray(a), np.asarray(b)) for a, b in zip(result, reference, strict=True))


WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "scalar_engine": (
        Workload(
            "network",
            f"forward and backward of {' - '.join(map(str, LAYERS))} with tanh on n samples",
            _network,
            lambda module, given: _pass_through(_value(module), given),
            (
                Contender("closures, as micrograd", lambda given: _pass_through(Scalar, given)),
                Contender("torch scalars", lambda given: _pass_through(_leaf_of_torch(), given), ("torch",)),
            ),
            sizes=(1, 10, 100),
            same=_close,
            operations=lambda n: n * OPERATIONS,
            bars=(Bar("closures, as micrograd", 1.0, n=1),),
        ),
        Workload(
            "chain",
            "forward and backward of n operations in a row",
            _chain,
            lambda module, n: _along_the_chain(_value(module), n),
            (
                Contender("closures, as micrograd", _chain_of_closures),
                Contender("torch scalars", lambda n: _along_the_chain(_leaf_of_torch(), n), ("torch",)),
            ),
            same=_close,
            operations=lambda n: n,
            bars=(Bar("closures, as micrograd", 0.6, n=100_000),),
        ),
    ),
    "tensor_engine": (
        Workload(
            "network",
            f"forward and backward of {' - '.join(map(str, ROWS_AND_WIDTHS))} with relu on n rows",
            _rows,
            _tensors_of,
            (
                Contender("torch", _tensors_of_torch, ("torch",)),
                Contender("numpy, written out", _by_hand, ("numpy",)),
            ),
            same=_close_arrays,
        ),
    ),
}
