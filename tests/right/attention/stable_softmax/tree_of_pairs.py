"""Halves the axis again and again: pairs of a maximum and a sum are merged as in a tournament, odd ones sit out."""

import numpy as np


def softmax(x, axis=-1):
    shifted, _, total = prepared(x, axis)
    weights = np.exp(shifted) / np.where(total > 0, total, 1)
    return weights.astype(x.dtype)


def log_softmax(x, axis=-1):
    shifted, _, total = prepared(x, axis)
    with np.errstate(divide="ignore", over="ignore"):
        result = shifted - np.where(total == 0, 0, np.log(total))
        return result.astype(x.dtype)


def logsumexp(x, axis=-1):
    _, top, total = prepared(x, axis)
    with np.errstate(divide="ignore"):
        result = top + np.log(total)
    return result[(slice(None),) * (axis % x.ndim) + (0,)].astype(x.dtype)


def prepared(x, axis):
    if axis >= x.ndim or axis < -x.ndim or not x.shape[axis]:
        raise ValueError("axis")
    rows = np.moveaxis(x.astype(np.float32 if x.dtype == np.float16 else x.dtype), axis, 0)
    top, total = rows.copy(), np.where(rows == -np.inf, 0, np.ones_like(rows))
    while len(top) > 1:
        half = len(top) // 2
        left, right, rest = slice(0, half), slice(half, 2 * half), slice(2 * half, None)
        new = np.maximum(top[left], top[right])
        base = np.where(new == -np.inf, 0, new)
        with np.errstate(over="ignore"):
            merged = total[left] * np.exp(top[left] - base) + total[right] * np.exp(top[right] - base)
        top, total = np.concatenate([new, top[rest]]), np.concatenate([merged, total[rest]])
    with np.errstate(over="ignore"):
        shifted = rows - np.where(top == -np.inf, 0, top)
    return tuple(np.moveaxis(each, 0, axis) for each in (shifted, top, total))
