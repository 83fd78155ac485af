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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError
