"""Lets -inf - -inf and 0 / 0 become NaN, with numpy's warnings, and puts the masked slices right at the end."""

import numpy as np


def wide(x):
    return x.astype("f4") if x.dtype == "f2" else x


def masked(x, axis):
    np.zeros(x.shape).sum(axis)
    if x.shape[axis] < 1:
        raise ValueError("empty")
    return np.all(x == -np.inf, axis=axis, keepdims=True)


def softmax(x, axis=-1):
    empty = masked(x, axis)
    e = np.exp(wide(x) - np.max(wide(x), axis=axis, keepdims=True))
    return np.where(empty, 0, e / np.sum(e, axis=axis, keepdims=True)).astype(x.dtype)


def log_softmax(x, axis=-1):
    empty = masked(x, axis)
    z = wide(x) - np.amax(wide(x), axis=axis, keepdims=True)
    return np.where(empty, -np.inf, z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))).astype(x.dtype)


def logsumexp(x, axis=-1):
    empty = masked(x, axis)
    top = np.amax(wide(x), axis=axis, keepdims=True)
    result = np.where(empty, -np.inf, top + np.log(np.sum(np.exp(wide(x) - top), axis=axis, keepdims=True)))
    return np.take(result, 0, axis=axis).astype(x.dtype)
