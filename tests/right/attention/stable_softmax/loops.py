"""Loops over slices and scores with Python's floats, in float64 for every dtype; summed by fsum."""

import math

import numpy as np


def slices_of(x, axis):
    if axis not in range(-x.ndim, x.ndim):
        raise ValueError(f"axis {axis}")
    if not x.shape[axis]:
        raise ValueError("an empty axis")
    moved = np.moveaxis(x, axis, -1)
    return {index: moved[index].tolist() for index in np.ndindex(moved.shape[:-1])}


def state(row):
    if any(score != score for score in row):
        return math.nan, math.nan
    top = max(row)
    if top == -math.inf:
        return top, 0.0
    return top, math.fsum(math.exp(score - top) for score in row)


def per_score(x, axis, of_row):
    result = np.empty(x.shape, x.dtype)
    view = np.moveaxis(result, axis, -1)
    with np.errstate(over="ignore"):
        for index, row in slices_of(x, axis).items():
            view[index] = np.array(of_row(row, *state(row)))
    return result


def softmax(x, axis=-1):
    def of_row(row, top, total):
        return [0.0 if total == 0 else math.exp(score - top) / total for score in row]

    return per_score(x, axis, of_row)


def log_softmax(x, axis=-1):
    def of_row(row, top, total):
        return [-math.inf if total == 0 else score - top - math.log(total) for score in row]

    return per_score(x, axis, of_row)


def logsumexp(x, axis=-1):
    rows = slices_of(x, axis)
    shape = np.moveaxis(x, axis, -1).shape[:-1]
    result = np.empty(shape, x.dtype)
    for index, row in rows.items():
        top, total = state(row)
        result[index] = -math.inf if total == 0 else top + math.log(total)
    return result
