"""Lets -inf - -inf become NaN and turns it into 0 at once; raises numpy's warnings on the way."""

from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    m: np.ndarray
    l: np.ndarray
    o: np.ndarray


def start(rows: int, width: int) -> State:
    return State(np.full(rows, -np.inf), np.zeros(rows), np.zeros((rows, width)))


def _factor(x):
    return np.nan_to_num(np.exp(x), nan=0.0)


def update(state: State, scores: np.ndarray, values: np.ndarray) -> State:
    if scores.shape != (len(state.m), len(values)) or values.shape[1:] != state.o.shape[1:]:
        raise ValueError(f"{scores.shape} {values.shape} {state.o.shape}")
    m = np.max(np.column_stack([state.m, scores]), axis=1)
    p = _factor(scores - m[:, None])
    alpha = _factor(state.m - m)
    return State(m, alpha * state.l + p.sum(1), alpha[:, None] * state.o + np.einsum("rb,bw->rw", p, values))


def merge(a: State, b: State) -> State:
    if len(a.m) != len(b.m) or a.o.shape[1] != b.o.shape[1]:
        raise ValueError("states do not fit")
    m = np.fmax(a.m, b.m)
    x, y = _factor(a.m - m), _factor(b.m - m)
    return State(m, x * a.l + y * b.l, x[:, None] * a.o + y[:, None] * b.o)


def finish(state: State):
    return np.nan_to_num(state.o / state.l[:, None], nan=0.0), state.m + np.log(state.l)


def online_softmax(blocks):
    blocks = iter(blocks)
    first = next(blocks, None)
    if first is None:
        raise ValueError("no blocks")
    state = update(start(len(first), 1), first, np.zeros((first.shape[1], 1)))
    for block in blocks:
        state = update(state, block, np.zeros((block.shape[1], 1)))
    return state.m, state.l
