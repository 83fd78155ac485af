"""Reduces by logaddexp, after the largest score of the sorted slice is taken off; weights are exponentials of that."""

import numpy as np


def _relative(x, axis):
    if axis >= x.ndim or axis < -x.ndim or x.shape[axis] == 0:
        raise ValueError((x.shape, axis))
    y = np.moveaxis(x, axis, 0).astype(np.result_type(x.dtype, np.float32))
    largest = np.sort(y, axis=0)[-1]
    top = np.where(largest == -np.inf, 0, largest)
    with np.errstate(over="ignore"):
        return y - top, top


def logsumexp(x, axis=-1):
    y, top = _relative(x, axis)
    return np.asarray(top + np.logaddexp.reduce(y, axis=0)).astype(x.dtype)


def log_softmax(x, axis=-1):
    y, _ = _relative(x, axis)
    total = np.logaddexp.reduce(y, axis=0)
    with np.errstate(over="ignore"):
        result = y - np.where(total == -np.inf, 0, total)
        return np.moveaxis(result, 0, axis).astype(x.dtype)


def softmax(x, axis=-1):
    return np.exp(log_softmax(x.astype(np.result_type(x.dtype, np.float32)), axis)).astype(x.dtype)
