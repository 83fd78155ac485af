"""Works on the rows that see something only, with explicit loops over rows and math.exp."""

import math
from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    m: np.ndarray
    l: np.ndarray
    o: np.ndarray


def start(rows, width):
    return State(np.full((rows,), float("-inf")), np.zeros((rows,)), np.zeros((rows, width)))


def update(state, scores, values):
    if scores.ndim != 2 or values.ndim != 2 or scores.shape[0] != state.m.shape[0]:
        raise ValueError("rows")
    if scores.shape[1] != values.shape[0] or values.shape[1] != state.o.shape[1]:
        raise ValueError("columns or width")
    m, l, o = state.m.copy(), state.l.copy(), state.o.copy()
    values = values.astype(float)
    for i in range(scores.shape[0]):
        for j in range(scores.shape[1]):
            score = float(scores[i, j])
            if score == float("-inf"):
                continue
            if score > m[i]:
                shrink = math.exp(m[i] - score)
                l[i] *= shrink
                o[i] *= shrink
                m[i] = score
            weight = math.exp(score - m[i])
            l[i] += weight
            o[i] += weight * values[j]
    return State(m, l, o)


def merge(a, b):
    if a.m.shape != b.m.shape or a.o.shape != b.o.shape:
        raise ValueError("shapes")
    m, l, o = a.m.copy(), a.l.copy(), a.o.copy()
    for i in range(len(m)):
        if b.l[i] == 0:
            continue
        if a.l[i] == 0:
            m[i], l[i], o[i] = b.m[i], b.l[i], b.o[i]
            continue
        m[i] = max(a.m[i], b.m[i])
        wa, wb = math.exp(a.m[i] - m[i]), math.exp(b.m[i] - m[i])
        l[i] = wa * a.l[i] + wb * b.l[i]
        o[i] = wa * a.o[i] + wb * b.o[i]
    return State(m, l, o)


def finish(state):
    out = np.zeros_like(state.o)
    lse = np.full_like(state.m, float("-inf"))
    for i in range(len(out)):
        if state.l[i] > 0:
            out[i] = state.o[i] / state.l[i]
            lse[i] = state.m[i] + math.log(state.l[i])
    return out, lse


def online_softmax(blocks):
    m = l = None
    for block in blocks:
        if m is None:
            m, l = np.full(block.shape[0], float("-inf")), np.zeros(block.shape[0])
        if block.shape[0] != m.shape[0]:
            raise ValueError("rows differ")
        for column in block.T:
            new = np.maximum(m, column)
            seen = new > float("-inf")
            l[seen] = l[seen] * np.exp(m[seen] - new[seen]) + np.exp(column[seen] - new[seen])
            m = new
    if m is None:
        raise ValueError("no blocks")
    return m, l
