"""Adds up outer products, runs Welford's update along the axes, draws a choice between two factors, asks NormalDist."""

from statistics import NormalDist

import numpy as np


def linear(x, weight, bias=None):
    if x.ndim == 0 or weight.ndim != 2 or x.shape[-1] != weight.shape[-1]:
        raise ValueError((x.shape, weight.shape))
    if bias is not None and bias.shape != (weight.shape[0],):
        raise ValueError(bias.shape)
    out = np.zeros((*x.shape[:-1], weight.shape[0]))
    for i in range(x.shape[-1]):
        out += np.multiply.outer(x[..., i].astype(float), weight[:, i].astype(float))
    if bias is not None:
        out += bias
    return out.astype(x.dtype)


def relu(x):
    return np.where(np.signbit(x), x.dtype.type(0), x)


def dropout(x, p, training, rng):
    if not (0 <= p <= 1):
        raise ValueError(p)
    if not training:
        return np.array(x, copy=True)
    factors = [0, 1 / (1 - p) if p < 1 else 0]
    return (x * rng.choice(factors, size=x.shape, p=[p, 1 - p])).astype(x.dtype)


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    if isinstance(shape, int):
        shape = (shape,)
    if not 1 <= len(shape) <= x.ndim or x.shape[x.ndim - len(shape) :] != shape:
        raise ValueError(shape)
    for each in (weight, bias):
        if each is not None and each.shape != shape:
            raise ValueError(each.shape)
    rows = x.reshape(-1, int(np.prod(shape))) if x.size else x.reshape(0, int(np.prod(shape)))
    mean, squares = np.zeros(len(rows)), np.zeros(len(rows))
    for n in range(rows.shape[1]):
        column = rows[:, n].astype(float)
        d = column - mean
        mean = mean + d / (n + 1)
        squares = squares + d * (column - mean)
    std = np.sqrt(squares / rows.shape[1] + eps)
    y = ((rows - mean[:, None]) / std[:, None]).reshape(x.shape)
    y = y if weight is None else y * weight
    y = y if bias is None else y + bias
    return y.astype(x.dtype)


def gelu(x, approximate="none"):
    if approximate == "none":
        cdf = NormalDist().cdf
        values = [v * cdf(v) for v in x.ravel().tolist()]
        return np.array(values, dtype=x.dtype).reshape(x.shape)
    if approximate == "tanh":
        u = np.sqrt(2 / np.pi) * x.astype(float) * (1 + 0.044715 * x.astype(float) ** 2)
        return (x - x / (1 + np.exp(2 * np.minimum(u, 300)))).astype(x.dtype)
    raise ValueError(approximate)
