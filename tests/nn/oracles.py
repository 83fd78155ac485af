"""What the functions of the topic ``nn`` compute, one number at a time, slow and obvious.

Each oracle returns the result in float64, and for each of its elements the sum of the sizes of the terms that it is
made of: by that much times a few roundings a right result may differ.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]


def filled(shape: tuple[int, ...], element: Callable[..., tuple[float, float]]) -> Pair:
    """The two arrays of a shape, element by element."""
    result, terms = np.zeros(shape), np.zeros(shape)
    for index in itertools.product(*map(range, shape)):
        result[index], terms[index] = element(*index)
    return result, terms


def linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> Pair:
    """y[..., j] is the sum of x[..., i] weight[j, i] over i, plus bias[j]."""

    def element(*index: int) -> tuple[float, float]:
        *sample, j = index
        terms = [float(x[(*sample, i)]) * float(weight[j, i]) for i in range(x.shape[-1])]
        terms += [] if bias is None else [float(bias[j])]
        return math.fsum(terms), math.fsum(map(abs, terms))

    return filled((*x.shape[:-1], len(weight)), element)


def by_value(function: Callable[[float], float]) -> Callable[[np.ndarray], Pair]:
    """An oracle that maps each number; its only term is the number itself."""

    def oracle(x: np.ndarray) -> Pair:
        return filled(
            x.shape, lambda *index: (function(float(x[index])), min(abs(float(x[index])), sys.float_info.max))
        )

    return oracle


relu = by_value(lambda x: x if x > 0 or math.isnan(x) else 0.0)
gelu_none = by_value(lambda x: x * math.erfc(-x / math.sqrt(2)) / 2)
gelu_tanh = by_value(lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))) / 2)


def gelu(x: np.ndarray, approximate: str = "none") -> Pair:
    """The normal distribution function by the complementary error function, or the formula with tanh."""
    return {"none": gelu_none, "tanh": gelu_tanh}[approximate](x)


def moments(values: list[float]) -> tuple[Fraction, Fraction]:
    """Mean and biased variance, exact."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    return mean, sum((value - mean) ** 2 for value in exact) / len(exact)


def normalised(x: float, mean: Fraction, variance: Fraction, largest: float, eps: float) -> tuple[float, float]:
    """One value with the mean taken off and divided by the root of variance and eps, and its terms.

    A difference from the mean is off by some roundings of the largest value, and so is the root that it is divided by.
    """
    root = math.sqrt(variance + Fraction(eps))
    y = float(Fraction(x) - mean) / root
    return y, (1 + abs(y)) * min(largest / root, 1e300) + abs(y)


def layer_norm(
    x: np.ndarray,
    shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> Pair:
    """Mean and variance over the last axes as fractions."""
    shape = (shape,) if isinstance(shape, int) else shape
    count = len(shape)
    w = np.ones(shape) if weight is None else weight
    b = np.zeros(shape) if bias is None else bias
    known: dict[tuple[int, ...], tuple[Any, ...]] = {}

    def element(*index: int) -> tuple[float, float]:
        sample, place = index[:-count], index[-count:]
        if sample not in known:
            values = x[sample].reshape(-1).tolist()
            known[sample] = (*moments(values), max(map(abs, values)))
        y, terms = normalised(float(x[index]), *known[sample], eps)
        return y * float(w[place]) + float(b[place]), terms * abs(float(w[place])) + abs(float(b[place]))

    return filled(x.shape, element)


def batch_statistics(x: np.ndarray) -> list[tuple[Fraction, Fraction, int, float]]:
    """Of each channel: mean and biased variance as fractions, the number of values, and the largest one."""
    channels = [x[:, c].reshape(-1).tolist() for c in range(x.shape[1])]
    return [(*moments(values), len(values), max(map(abs, values))) for values in channels]


def batch_norm(
    x: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    training: bool = False,
    momentum: float | None = 0.1,
    eps: float = 1e-5,
    batches_seen: int = 0,
) -> tuple[Pair, Pair, Pair]:
    """The result, and what the running mean and the running variance are afterwards; they are not changed here."""
    channels = x.shape[1]
    w = np.ones(channels) if weight is None else weight
    b = np.zeros(channels) if bias is None else bias
    means, variances = [(float(m), abs(float(m))) for m in running_mean], [(float(v), float(v)) for v in running_var]
    statistics = [(Fraction(m[0]), Fraction(v[0]), abs(m[0])) for m, v in zip(means, variances, strict=True)]
    if training:
        factor = Fraction(1, batches_seen + 1) if momentum is None else Fraction(momentum)
        statistics = []
        for c, (mean, variance, n, largest) in enumerate(batch_statistics(x)):
            statistics.append((mean, variance, largest))
            unbiased = variance * n / (n - 1)
            old = Fraction(float(running_mean[c])), Fraction(float(running_var[c]))
            terms = abs(means[c][0]) + largest
            means[c] = float((1 - factor) * old[0] + factor * mean), terms
            # Each difference from the mean is off by some roundings of the largest value.
            terms = variances[c][0] + float(unbiased) + math.sqrt(unbiased) * largest + n * 1e-7 * largest**2
            variances[c] = float((1 - factor) * old[1] + factor * unbiased), terms

    def element(*index: int) -> tuple[float, float]:
        c = index[1]
        mean, variance, largest = statistics[c]
        y, terms = normalised(float(x[index]), mean, variance, max(largest, abs(float(x[index]))), eps)
        return y * float(w[c]) + float(b[c]), terms * abs(float(w[c])) + abs(float(b[c]))

    result = filled(x.shape, element)
    return result, _pair(means), _pair(variances)


def _pair(values: list[tuple[float, float]]) -> Pair:
    return np.array([value for value, _ in values]), np.array([terms for _, terms in values])


def cross_entropy(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Pair:
    """Position by position, class by class."""
    classes = logits.shape[1]
    w = [1.0] * classes if weight is None else [float(each) for each in weight]

    def loss(*index: int) -> tuple[float, float]:
        right = int(target[index])
        if right == ignore_index:
            return 0.0, 0.0
        z = [float(logits[(index[0], c, *index[1:])]) for c in range(classes)]
        top = max(z)
        log_sum = math.log(math.fsum(math.exp(each - top) for each in z))
        nll = [w[c] * (log_sum - (z[c] - top)) if c == right or label_smoothing else 0.0 for c in range(classes)]
        # Logits may be off by a rounding each, wherever the largest one is taken off.
        size = 1 + log_sum + 2 * max(abs(each) for each in z if math.isfinite(each))
        even = label_smoothing * math.fsum(nll) / classes if label_smoothing else 0.0
        value = (1 - label_smoothing) * nll[right] + even
        return value, size * ((1 - label_smoothing) * w[right] + label_smoothing * math.fsum(w) / classes)

    losses, terms = filled(target.shape, loss)
    if reduction == "none":
        return losses, terms
    counted = [w[int(each)] for each in target.flat if each != ignore_index]
    divisor = 1.0 if reduction == "sum" else math.fsum(counted) if counted else math.nan
    total, size = math.fsum(losses.flat) if np.isfinite(losses).all() else math.inf, math.fsum(terms.flat)
    return np.array(total / divisor), np.array(size / divisor)


Option = int | tuple[int, int]


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: Option = 1,
    padding: Option = 0,
    dilation: Option = 1,
    groups: int = 1,
) -> Pair:
    """Output by output, term by term; what lies outside of the image is no term."""
    (sh, sw), (ph, pw), (dh, dw) = (
        (each, each) if isinstance(each, int) else each for each in (stride, padding, dilation)
    )
    (n, _, height, width), (outputs, inputs, kh, kw) = x.shape, weight.shape
    rows = len(range(0, height + 2 * ph - dh * (kh - 1), sh))
    columns = len(range(0, width + 2 * pw - dw * (kw - 1), sw))
    images, kernels = x.tolist(), weight.tolist()

    def element(image: int, o: int, i: int, j: int) -> tuple[float, float]:
        first = o // (outputs // groups) * inputs
        terms = [] if bias is None else [float(bias[o])]
        for a, b in itertools.product(range(kh), range(kw)):
            row, column = i * sh + a * dh - ph, j * sw + b * dw - pw
            if 0 <= row < height and 0 <= column < width:
                terms += [images[image][first + c][row][column] * kernels[o][c][a][b] for c in range(inputs)]
        return math.fsum(terms), math.fsum(map(abs, terms))

    return filled((n, outputs, rows, columns), element)
