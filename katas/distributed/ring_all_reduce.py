"""Add up arrays on a ring of ranks.

After a backward pass every rank holds a gradient of the same shape, and each needs the sum of all.
If all send theirs to rank 0, that rank gets ``world`` arrays and is the slowest of all. On a ring,
each rank talks to its two neighbours only, and all send equally much, however many they are.

Every rank runs the same function at the same time. It cuts its array into ``world`` chunks, as even
as ``np.array_split`` makes them. Then there are two phases of world - 1 steps, and in each step a
rank sends one chunk to one neighbour and receives one from the other:

- reduce-scatter: a chunk goes round and each rank adds its own part, until it is complete;
- all-gather: the complete chunks go round, until every rank has them all.

Three ranks, two steps of reduce-scatter; a, b, c are the chunks, the digits say whose sum it is:

    rank 0   a0   b0   c0        a0   b0   c20       a0   b012 c20
    rank 1   a1   b1   c1   ->   a01  b1   c1   ->   a01  b1   c012
    rank 2   a2   b2   c2        a2   b12  c2        a012 b12  c2

Both directions round the ring are right, and so is any chunk to begin with. Each chunk is completed
once and then copied, so all ranks get the same bits.

The trap: ``send`` does not wait. It keeps the very array that it gets and may read it much later,
even after all is done. An array that was sent must never be changed again.

Level: 3
Needs: -
Source: Patarasuk and Yuan 2009; Baidu's ring all-reduce, 2017
Time: O(size), with 2 (world - 1) messages a rank
Space: O(size)
"""

from collections.abc import Callable

import numpy as np


def ring_all_reduce(
    chunk: np.ndarray,
    rank: int,
    world: int,
    send: Callable[[int, np.ndarray], None],
    receive: Callable[[int], np.ndarray],
) -> np.ndarray:
    """The sum of the arrays of all ranks, the same on each of them.

    Each rank sends exactly 2 (world - 1) messages, and receives every message sent to it. A message
    holds one chunk in the dtype of the array. An empty chunk is sent too, and nothing is padded, so
    all messages of all ranks together hold 2 (world - 1) times the elements of one array.

    Args:
        chunk: this rank's array of numbers, of any shape, also empty or 0-d; unchanged. Shape and
            dtype are the same on all ranks, and every sum fits the dtype.
        rank: which rank this is, from 0 to world - 1; its neighbours are rank - 1 and rank + 1, and
            the last rank and rank 0 are neighbours too.
        world: how many ranks there are, 1 or more.
        send: ``send(to, array)`` gives a neighbour an array. It returns at once.
        receive: ``receive(source)`` waits for the next message of a neighbour, and returns it as a
            new array that you may keep and change. Messages of one rank arrive in order.

    Returns:
        A new array of the shape and dtype of ``chunk``, for world 1 too. It shares no memory with
        ``chunk`` or with anything that was sent, so the caller may change it at once.

    Example:
        >>> ring_all_reduce(np.array([1.0, 2.0]), 0, 1, send=None, receive=None)
        array([1., 2.])

        One of the right orders, in which each rank begins with the chunk of its own number:

        >>> def send(to, array):
        ...     print("to", to, array)
        >>> def receive(source, other=iter([[20.0, 30.0], [11.0]])):
        ...     return np.array(next(other))
        >>> ring_all_reduce(np.array([1.0, 2.0, 3.0]), 1, 2, send, receive)
        to 0 [3.]
        to 0 [21. 32.]
        array([21., 32., 11.])
    """
    raise NotImplementedError
