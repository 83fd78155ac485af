"""Compute softmax-weighted sums from blocks that are seen once.

A row of attention is ``sum_j softmax(s)_j v_j``. The softmax wants the largest score and the sum over all scores before
the first weight is known, so the plain way holds the whole row. Long rows do not fit; scores then arrive in blocks,
each is seen once and dropped, and blocks handled by different processors are put together at the end.

What is kept between blocks is a state per row, whose size does not depend on how many blocks have come:

    m    (rows,)          the largest score so far
    l    (rows,)          sum_j exp(s_j - m), the denominator so far
    o    (rows, width)    sum_j exp(s_j - m) v_j, not yet divided by l

Two blocks of one row, scores [0] and [ln 3], values [[4]] and [[8]]:

    after the first     m = 0      l = 1        o = [4]
    after the second    m = ln 3   l = 4/3      o = [28/3]
    finished            out = [7]  lse = ln 4

States form a monoid: an empty state changes nothing, and states may be merged in any grouping and order. That is what
makes parallel and distributed attention possible.

The trap: -inf is a score like any other (a masked key), and a block, a row, or a state may hold nothing else.
-inf - -inf is NaN, and one NaN spreads to everything that is merged later. A first block whose scores are all -1000,
or -1e300, is no less ordinary.

Level: 2
Needs: -
Source: Milakov and Gimelshein, arXiv:1805.02867; Rabe and Staats, arXiv:2112.05682
Time: O(rows * columns * width)
Space: O(rows * (block + width)), however many blocks come
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np


class State(NamedTuple):
    """What is known of each row after some of its scores; all arrays are float64, and all sums are taken in float64.

    A state is a value: no function changes an argument, and no state shares memory with scores or values, which may be
    overwritten as soon as they have been taken in.

    Attributes:
        m: (rows,), the running maximum of the scores, -inf where none was above -inf.
        l: (rows,), the running denominator, relative to ``m``.
        o: (rows, width), the running output, relative to ``m`` and not yet divided by ``l``.
    """

    m: np.ndarray
    l: np.ndarray  # noqa: E741
    o: np.ndarray


def start(rows: int, width: int) -> State:
    """The state before any score.

    Args:
        rows: how many rows, 0 or more.
        width: how wide the values are, 0 or more.

    Raises:
        ValueError: ``rows`` or ``width`` is negative.

    Example:
        >>> start(2, 1)
        State(m=array([-inf, -inf]), l=array([0., 0.]), o=array([[0.],
               [0.]]))
    """
    if rows < 0 or width < 0:
        raise ValueError(f"rows and width must not be negative, got rows={rows}, width={width}")
    return State(np.full(rows, -np.inf), np.zeros(rows), np.zeros((rows, width)))


def update(state: State, scores: np.ndarray, values: np.ndarray) -> State:
    """The state after one more block of columns.

    Args:
        state: what is known so far; unchanged.
        scores: (rows, block), floats of any dtype; -inf marks a masked key. A block of width 0 changes nothing.
        values: (block, width), floats of any dtype.

    Raises:
        ValueError: the shapes do not fit each other or the state, in size or in the number of dimensions.

    Example:
        >>> values = np.array([[4.0], [8.0]])
        >>> state = update(start(1, 1), np.array([[0.0, 0.0]]), values)
        >>> state.l, state.o
        (array([2.]), array([[12.]]))

    Limits: NaN and +inf among the scores, and sums that overflow a float64, are left open.
    """
    rows, width = state.o.shape
    if scores.ndim != 2 or len(scores) != rows or values.shape != (scores.shape[1], width):
        raise ValueError(
            f"scores {scores.shape} and values {values.shape} do not fit a state of {rows} rows and width {width}"
        )
    # hint: A block on its own has a state too: its own maximum, and sums relative to that maximum. If you had that
    # state, which other function of this kata would do the rest?
    scores = scores.astype(np.float64)
    m = scores.max(axis=1, initial=-np.inf)
    weights = np.exp(scores - _finite(m)[:, None])
    return merge(state, State(m, weights.sum(axis=1), weights @ values))


def merge(a: State, b: State) -> State:
    """The state of the columns of ``a`` and ``b`` together: associative, commutative, with ``start`` as identity.

    Args:
        a: one state; unchanged.
        b: another one, of as many rows and the same width; unchanged.

    Raises:
        ValueError: rows or width differ.

    Example:
        >>> zero = update(start(1, 1), np.array([[0.0]]), np.array([[4.0]]))
        >>> log3 = np.array([[np.log(3)]])
        >>> other = update(start(1, 1), log3, np.array([[8.0]]))
        >>> merge(zero, other).l.round(6)
        array([1.333333])
    """
    if a.o.shape != b.o.shape:
        raise ValueError(f"states of {a.o.shape} and {b.o.shape} (rows, width) can't be merged")
    m = np.maximum(a.m, b.m)
    # hint: Sums that were taken relative to different maxima can't be added. By which factor does a sum change when
    # its maximum is replaced by a larger one? It is the same for l and for o, and differs from row to row.
    # hint: Where both maxima are -inf the factor is exp(-inf - -inf). Both sums are 0 there, so any finite number may
    # be subtracted instead.
    scale_a, scale_b = np.exp(a.m - _finite(m)), np.exp(b.m - _finite(m))
    return State(m, a.l * scale_a + b.l * scale_b, a.o * scale_a[:, None] + b.o * scale_b[:, None])


def finish(state: State) -> tuple[np.ndarray, np.ndarray]:
    """The weighted sums, and the logarithm of the denominators.

    Args:
        state: unchanged.

    Returns:
        ``out`` (rows, width), 0 in rows whose scores were all -inf; ``lse`` (rows,), log sum exp of the scores, -inf
        in such rows.

    Example:
        >>> scores, values = np.array([[0.0, np.log(3)]]), np.array([[4.0], [8.0]])
        >>> out, lse = finish(update(start(1, 1), scores, values))
        >>> out.round(6), lse.round(6)
        (array([[7.]]), array([1.386294]))
    """
    # hint: The division is left for the end: once per row instead of once per block. Only rows with a denominator of
    # 0 need care.
    empty = state.l == 0
    denominator = np.where(empty, 1.0, state.l)
    return state.o / denominator[:, None], np.where(empty, -np.inf, state.m + np.log(denominator))


def online_softmax(blocks: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Maximum and denominator of each row of a score matrix, in one pass over blocks of its columns.

    Args:
        blocks: arrays (rows, block), of any widths, 0 too; read once, one at a time: a block may be overwritten when
            the next one is asked for. Memory does not grow with their number.

    Returns:
        The running maximum and the denominator relative to it after the last block, each (rows,), new, in float64:
        softmax of the whole row is ``exp(s - maximum) / denominator``.

    Raises:
        ValueError: there is no block at all, or the numbers of rows differ.

    Example:
        >>> online_softmax([np.array([[0.0, 0.0]]), np.array([[0.0]])])
        (array([0.]), array([3.]))
    """
    state = None
    for block in blocks:
        state = start(len(block), 0) if state is None else state
        state = update(state, block, np.empty((block.shape[-1], 0)))
    if state is None:
        raise ValueError("blocks is empty, so the number of rows is unknown; give at least one block")
    return state.m, state.l


def _finite(m: np.ndarray) -> np.ndarray:
    """Maxima that may be subtracted from -inf: 0 stands in where a row has nothing but -inf."""
    return np.where(np.isneginf(m), 0.0, m)
