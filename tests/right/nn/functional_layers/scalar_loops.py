"""Loops over single numbers; sums by math.fsum, the normal distribution by the complementary error function."""

import math

import numpy as np


def linear(x, weight, bias=None):
    if not x.shape or len(weight.shape) != 2 or x.shape[-1] != weight.shape[1]:
        raise ValueError("x and weight do not fit")
    if bias is not None and bias.shape != (weight.shape[0],):
        raise ValueError("bias does not fit")
    out = np.empty(x.shape[:-1] + weight.shape[:1], x.dtype)
    for index in np.ndindex(out.shape):
        row, w = x[index[:-1]].tolist(), weight[index[-1]].tolist()
        out[index] = math.fsum([a * b for a, b in zip(row, w)] + ([] if bias is None else [float(bias[index[-1]])]))
    return out


def relu(x):
    out = np.zeros(x.shape, x.dtype)
    for index in np.ndindex(x.shape):
        if not x[index] <= 0:
            out[index] = x[index]
    return out


def dropout(x, p, training, rng):
    if math.isnan(p) or p < 0 or p > 1:
        raise ValueError(f"p={p}")
    out = np.array(x)
    if training:
        for index in np.ndindex(x.shape):
            out[index] = 0 if p == 1 or rng.uniform() < p else out[index] / (1 - p)
    return out


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    shape = shape if isinstance(shape, tuple) else (shape,)
    k = len(shape)
    if k == 0 or k > x.ndim or any(a != b for a, b in zip(reversed(x.shape), reversed(shape))):
        raise ValueError("shape")
    for each in (weight, bias):
        if each is not None and each.shape != shape:
            raise ValueError("weight or bias")
    out = np.empty(x.shape, x.dtype)
    for sample in np.ndindex(x.shape[:-k]):
        values = x[sample].ravel().tolist()
        mean = math.fsum(values) / len(values)
        var = math.fsum((v - mean) ** 2 for v in values) / len(values)
        for place in np.ndindex(shape):
            y = (float(x[sample + place]) - mean) / math.sqrt(var + eps)
            y *= 1.0 if weight is None else float(weight[place])
            out[sample + place] = y + (0.0 if bias is None else float(bias[place]))
    return out


def gelu(x, approximate="none"):
    if approximate == "none":
        one = lambda v: v * math.erfc(-v / 2**0.5) / 2
    elif approximate == "tanh":
        one = lambda v: v / (1 + math.exp(min(700, -2 * math.sqrt(2 / math.pi) * (v + 0.044715 * v * v * v))))
    else:
        raise ValueError(approximate)
    out = np.empty(x.shape, x.dtype)
    for index in np.ndindex(x.shape):
        out[index] = one(float(x[index]))
    return out
