"""Pulls samples one by one with next() and a sentinel, into a deque that is emptied into each pack."""

from collections import deque

END = object()


def pack_stream(lengths, capacity, *, drop_overlong=False):
    if capacity < 1:
        raise ValueError("capacity below 1")
    stream, waiting, used, number = iter(lengths), deque(), 0, 0
    while (length := next(stream, END)) is not END:
        if length < 1:
            raise ValueError("length below 1")
        number += 1
        if length > capacity and drop_overlong:
            continue
        if waiting and used + length > capacity:
            yield list(waiting)
            waiting.clear()
            used = 0
        waiting.append(number - 1)
        used += length
        if used >= capacity:
            yield list(waiting)
            waiting.clear()
            used = 0
    if waiting:
        yield list(waiting)
