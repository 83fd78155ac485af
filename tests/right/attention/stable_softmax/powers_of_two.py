"""Works in long double with powers of two, on a matrix with one slice a row; numbers of numpy for one dimension."""

import numpy as np

LOG2E = 1 / np.log(np.longdouble(2))


def rows_of(x, axis):
    if not -x.ndim <= axis < x.ndim:
        raise ValueError("axis")
    length = x.shape[axis]
    if length == 0:
        raise ValueError("length")
    moved = np.moveaxis(x, axis, -1)
    rows = moved.reshape(-1, length).astype(np.longdouble)
    tops = np.array([max(row, key=lambda s: np.inf if s != s else s) for row in rows], np.longdouble)
    exponents = np.full_like(rows, -np.inf)
    for row, top, into in zip(rows, tops, exponents):
        if top != -np.inf:
            into[...] = (row - top) * LOG2E
    powers = np.exp2(exponents)
    sums = powers.sum(axis=1)
    return moved.shape, exponents / LOG2E, powers, tops, sums


def back(rows, shape, x, axis):
    with np.errstate(over="ignore", under="ignore"):
        return np.moveaxis(rows.reshape(shape), -1, axis).astype(x.dtype)


def softmax(x, axis=-1):
    shape, _, powers, _, sums = rows_of(x, axis)
    weights = np.divide(powers, sums[:, None], out=np.zeros_like(powers), where=sums[:, None] != 0)
    return back(weights, shape, x, axis)


def log_softmax(x, axis=-1):
    shape, rest, _, _, sums = rows_of(x, axis)
    return back(rest - np.log(np.where(sums == 0, 1, sums))[:, None], shape, x, axis)


def logsumexp(x, axis=-1):
    shape, _, _, tops, sums = rows_of(x, axis)
    result = (tops + np.log(np.where(sums == 0, 1, sums))).astype(x.dtype).reshape(shape[:-1])
    return result[()]
