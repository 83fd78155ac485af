"""Exponentials to the base 2, and merging as an update of a block of two columns; update goes column by column."""

from functools import reduce
from typing import NamedTuple

import numpy as np

LOG2E = np.log2(np.e)


class State(NamedTuple):
    m: np.ndarray
    l: np.ndarray
    o: np.ndarray


def start(rows, width):
    return State(np.repeat(-np.inf, rows), np.repeat(0.0, rows), np.zeros((rows, width)))


def update(state, scores, values):
    rows, width = state.o.shape
    if scores.ndim != 2 or scores.shape[0] != rows or values.shape != (scores.shape[1], width):
        raise ValueError("shapes do not fit")
    columns = (
        State(column.astype(float), (column > -np.inf) * 1.0, np.outer(column > -np.inf, value))
        for column, value in zip(scores.T, values)
    )
    return reduce(merge, columns, state)


def merge(a, b):
    if a.o.shape != b.o.shape:
        raise ValueError("shapes do not fit")
    m = np.maximum(a.m, b.m)
    with np.errstate(invalid="ignore"):
        x = np.exp2(np.where(a.m > -np.inf, (a.m - m) * LOG2E, -np.inf))
        y = np.exp2(np.where(b.m > -np.inf, (b.m - m) * LOG2E, -np.inf))
    return State(m, a.l * x + b.l * y, (a.o.T * x + b.o.T * y).T)


def finish(state):
    out = np.divide(state.o, state.l[:, None], out=np.zeros_like(state.o), where=state.l[:, None] > 0)
    with np.errstate(divide="ignore"):
        return out, state.m + np.log(state.l)


def online_softmax(blocks):
    state = None
    for block in blocks:
        state = update(state or start(block.shape[0], 0), block, np.zeros((block.shape[1], 0)))
    if not state:
        raise ValueError("no blocks")
    return state[:2]
