"""One function for a row, applied along the axis; leaves masked scores out, and puts them back at the end."""

import numpy as np


def check(x, axis):
    try:
        length = x.shape[axis]
    except IndexError:
        raise ValueError(f"no axis {axis} in {x.shape}") from None
    if length == 0:
        raise ValueError("nothing to normalise")


def log_weights(row):
    """Of one row in float64: the logarithms of the weights, and logsumexp."""
    if np.isnan(row).any():
        return row * np.nan, np.nan
    seen = row[row != -np.inf]
    if not len(seen):
        return row, -np.inf
    rest = seen - seen.max()
    log_total = np.log(np.exp(rest).sum())
    result = np.full(row.shape, -np.inf)
    result[row != -np.inf] = rest - log_total
    return result, seen.max() + log_total


def along(function, x, axis, dtype=None):
    """Like np.apply_along_axis, which refuses arrays without elements."""
    check(x, axis)
    if x.size == 0:
        return np.empty_like(x)
    with np.errstate(over="ignore"):
        return np.apply_along_axis(function, axis, x.astype(float)).astype(x.dtype)


def softmax(x, axis=-1):
    return along(lambda row: np.exp(log_weights(row)[0]), x, axis)


def log_softmax(x, axis=-1):
    return along(lambda row: log_weights(row)[0], x, axis)


def logsumexp(x, axis=-1):
    check(x, axis)
    if x.size == 0:
        return np.empty(tuple(np.delete(x.shape, axis)), x.dtype)
    return along(lambda row: np.array([log_weights(row)[1]]), x, axis).squeeze(axis)
