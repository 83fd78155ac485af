"""Everything stays in the dtype of x, float32 sums too; the mask is one draw of float32 numbers, flattened."""

import math

import numpy as np


def linear(x, weight, bias=None):
    if x.ndim < 1 or weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ValueError("shapes")
    if bias is not None and bias.shape != (len(weight),):
        raise ValueError("bias")
    out = np.tensordot(x, weight.astype(x.dtype), axes=([-1], [1]))
    return out if bias is None else out + bias.astype(x.dtype)


def relu(x):
    return np.clip(x, 0, None)


def dropout(x, p, training, rng):
    if not (p >= 0 and p <= 1):
        raise TypeError(f"p = {p}")
    out = x.ravel().copy()
    if training:
        dropped = rng.random(out.size, dtype=np.float32) < p if p < 1 else np.ones(out.size, bool)
        out *= x.dtype.type(1 / (1 - p) if p < 1 else 0)
        out[dropped] = 0
    return out.reshape(x.shape)


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    shape = (shape,) if type(shape) is int else shape
    if len(shape) < 1 or tuple(x.shape[max(0, x.ndim - len(shape)) :]) != shape:
        raise ValueError("shape")
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    out = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + x.dtype.type(eps))
    for each in (weight, bias):
        if each is not None and each.shape != shape:
            raise ValueError("weight or bias")
    if weight is not None:
        out *= weight.astype(x.dtype)
    if bias is not None:
        out += bias.astype(x.dtype)
    return out


def gelu(x, approximate="none"):
    if approximate == "tanh":
        inner = np.sqrt(x.dtype.type(2 / np.pi)) * (x + x.dtype.type(0.044715) * np.power(x, 3))
        return x.dtype.type(0.5) * x * (1 + np.tanh(inner))
    if approximate == "none":
        return x * np.array([0.5 * (1 + math.erf(v / math.sqrt(2))) for v in x.flat], x.dtype).reshape(x.shape)
    raise ValueError(approximate)
