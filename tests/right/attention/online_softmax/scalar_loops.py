"""No array arithmetic at all: lists of Python floats, a row and a column at a time; slow, and right."""

from math import exp, inf, log
from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    m: np.ndarray
    l: np.ndarray
    o: np.ndarray


def state_of(m, l, o, width):
    return State(np.array(m, dtype=float), np.array(l, dtype=float), np.array(o, dtype=float).reshape(len(m), width))


def start(rows, width):
    if min(rows, width) < 0:
        raise ValueError("negative")
    return state_of([-inf] * rows, [0.0] * rows, [[0.0] * width] * rows, width)


def update(state, scores, values):
    rows, width = state.o.shape
    if scores.ndim != 2 or values.ndim != 2 or scores.shape != (rows, len(values)) or values.shape[1] != width:
        raise ValueError("shapes")
    m, l, o = state.m.tolist(), state.l.tolist(), state.o.tolist()
    columns = values.astype(float).tolist()
    for i, row in enumerate(scores.astype(float).tolist()):
        for score, value in zip(row, columns):
            if score == -inf:
                continue
            if score > m[i]:
                factor = exp(m[i] - score)
                m[i], l[i], o[i] = score, l[i] * factor, [x * factor for x in o[i]]
            weight = exp(score - m[i])
            l[i] += weight
            o[i] = [x + weight * y for x, y in zip(o[i], value)]
    return state_of(m, l, o, width)


def merge(a, b):
    if a.o.shape != b.o.shape:
        raise ValueError("shapes")
    rows = []
    for (ma, la, oa), (mb, lb, ob) in zip(zip(*map(np.ndarray.tolist, a)), zip(*map(np.ndarray.tolist, b))):
        m = max(ma, mb)
        x, y = (exp(each - m) if each > -inf else 0.0 for each in (ma, mb))
        rows.append((m, la * x + lb * y, [p * x + q * y for p, q in zip(oa, ob)]))
    m, l, o = ([row[k] for row in rows] for k in range(3))
    return state_of(m, l, o, a.o.shape[1])


def finish(state):
    out = [[x / l if l else 0.0 for x in o] for l, o in zip(state.l.tolist(), state.o.tolist())]
    lse = [m + log(l) if l else -inf for m, l in zip(state.m.tolist(), state.l.tolist())]
    return np.array(out).reshape(state.o.shape), np.array(lse)


def online_softmax(blocks):
    state = None
    for block in blocks:
        state = update(state or start(len(block), 0), block, np.zeros((block.shape[1], 0)))
    if state is None:
        raise ValueError("no blocks")
    return state.m, state.l
