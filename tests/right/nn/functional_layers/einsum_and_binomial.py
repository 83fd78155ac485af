"""einsum for the products, integers from the generator for the mask, a second pass over the mean, scipy-free erf series."""

import math

import numpy as np


def linear(x, weight, bias=None):
    if x.ndim == 0 or weight.ndim != 2 or weight.shape[1] != x.shape[-1]:
        raise ValueError
    out = np.einsum("...i,oi->...o", x, weight, dtype=np.float64)
    if bias is not None:
        if bias.ndim != 1 or len(bias) != len(weight):
            raise ValueError
        out += bias
    return out.astype(x.dtype)


def relu(x):
    return np.where(x < 0, x.dtype.type(0), x)


def dropout(x, p, training, rng):
    if p < 0 or p > 1 or p != p:
        raise ValueError
    if not training:
        return +x
    mask = rng.binomial(1, 1 - p, size=x.shape).astype(bool)
    out = np.zeros(x.shape, x.dtype)
    out[mask] = (x[mask] / (1 - p)).astype(x.dtype)
    return out


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    if isinstance(shape, int):
        shape = (shape,)
    lead = x.ndim - len(shape)
    if len(shape) == 0 or lead < 0 or x.shape[lead:] != tuple(shape):
        raise ValueError
    if any(each is not None and each.shape != tuple(shape) for each in (weight, bias)):
        raise ValueError
    flat = x.reshape(*x.shape[:lead], math.prod(shape)).astype(np.float64)
    d = flat - np.mean(flat, axis=-1, keepdims=True)
    d -= np.mean(d, axis=-1, keepdims=True)
    y = (d * (np.einsum("...i,...i->...", d, d)[..., None] / flat.shape[-1] + eps) ** -0.5).reshape(x.shape)
    y = y * (1 if weight is None else weight) + (0 if bias is None else bias)
    return y.astype(x.dtype)


def gelu(x, approximate="none"):
    v = x.astype(np.float64)
    if approximate == "tanh":
        c = np.clip(v, -20, 20)
        return (v * (1 + np.tanh(np.sqrt(2 / np.pi) * (c + 0.044715 * c**3))) / 2).astype(x.dtype)
    if approximate != "none":
        raise ValueError
    # erf(z) = 2/sqrt(pi) exp(-z^2) sum 2^n z^(2n+1) / (2n+1)!!, all terms positive
    z = np.clip(v / np.sqrt(2), -6, 6)
    term, total = z.copy(), z.copy()
    for n in range(1, 200):
        term = term * 2 * z * z / (2 * n + 1)
        total = total + term
    erf = 2 / np.sqrt(np.pi) * np.exp(-z * z) * total
    erf = np.where(np.abs(v / np.sqrt(2)) >= 6, np.sign(v), erf)
    return (v * (1 + erf) / 2).astype(x.dtype)
