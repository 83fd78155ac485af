"""Takes each block in long double, and rounds to float64 when the block is done; a loop over the columns in one pass."""

from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    m: np.ndarray
    l: np.ndarray
    o: np.ndarray


def start(rows, width):
    if rows < 0 or width < 0:
        raise ValueError("sizes")
    return State(np.full(rows, -np.inf), np.zeros(rows), np.zeros((rows, width)))


def _weights(exponents):
    return np.exp(np.where(np.isnan(exponents), -np.inf, exponents))


def _added(m, l, o, other):
    top = np.maximum(m, other[0])
    with np.errstate(invalid="ignore"):
        x, y = _weights(m - top), _weights(other[0] - top)
    return top, l * x + other[1] * y, o * x[:, None] + other[2] * y[:, None]


def update(state, scores, values):
    if scores.ndim != 2 or values.ndim != 2 or scores.shape != (len(state.m), len(values)):
        raise ValueError("scores")
    if values.shape[1] != state.o.shape[1]:
        raise ValueError("values")
    m, l, o = (x.astype(np.longdouble) for x in state)
    for column, value in zip(scores.T.astype(np.longdouble), values.astype(np.longdouble), strict=True):
        m, l, o = _added(
            m, l, o, (column, np.where(column == -np.inf, 0, 1), np.where(column == -np.inf, 0, 1)[:, None] * value)
        )
    return State(*(x.astype(float) for x in (m, l, o)))


def merge(a, b):
    if a.o.shape != b.o.shape:
        raise ValueError("states")
    return State(*(x.astype(float) for x in _added(*(x.astype(np.longdouble) for x in a), b)))


def finish(state):
    out, lse = np.zeros(state.o.shape), np.full(len(state.m), -np.inf)
    some = state.l > 0
    out[some] = (state.o[some].astype(np.longdouble) / state.l[some, None]).astype(float)
    lse[some] = (state.m[some] + np.log(state.l[some].astype(np.longdouble))).astype(float)
    return out, lse


def online_softmax(blocks):
    m = l = None
    for block in blocks:
        if m is None:
            m, l = np.full(len(block), -np.inf, np.longdouble), np.zeros(len(block), np.longdouble)
        if len(block) != len(m):
            raise ValueError("rows")
        block = block.astype(np.longdouble)
        top = np.maximum(m, block.max(axis=1, initial=-np.inf))
        safe = np.where(top == -np.inf, 0, top)
        l = l * np.exp(m - safe) + np.exp(block - safe[:, None]).sum(axis=1)
        m = top
    if m is None:
        raise ValueError("blocks")
    return m.astype(float), l.astype(float)
