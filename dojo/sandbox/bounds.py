"""How much a piece of MessagePack would become, counted from its headers before anything is built of it.

A frame is as large as it looks, but what it becomes is not: a megabyte of empty lists takes 56 megabytes, and keys can
be chosen so that a dictionary of them takes minutes. Raw bytes (strings, arrays) weigh what they weigh, and count as
one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.limits import DEFAULT_LIMITS

Header = tuple[int, int, int, bool]
"""Of one item: bytes of its header, bytes of its payload, items in it (keys too), whether it is an extension."""


def _fixed(payload: int) -> Callable[[bytes | memoryview, int], Header]:
    return lambda _data, _at: (1, payload, 0, False)


def _raw(width: int, *, extension: bool = False) -> Callable[[bytes | memoryview, int], Header]:
    """A length of so many bytes, then that many; an extension has one byte for its type between them."""

    def read(data: bytes | memoryview, at: int) -> Header:
        size = int.from_bytes(data[at + 1 : at + 1 + width], "big")
        return 1 + width + extension, size, 0, extension

    return read


def _many(width: int, each: int) -> Callable[[bytes | memoryview, int], Header]:
    return lambda data, at: (1 + width, 0, each * int.from_bytes(data[at + 1 : at + 1 + width], "big"), False)


def _small(first: int, payload: int, each: int) -> Callable[[bytes | memoryview, int], Header]:
    """The number stands in the low bits of the first byte."""
    return lambda data, at: (1, payload * (data[at] - first), each * (data[at] - first), False)


def _table() -> list[Callable[[bytes | memoryview, int], Header]]:
    one = _fixed(0)
    kinds = [one] * 256
    kinds[0x80:0x90] = [_small(0x80, 0, 2)] * 16
    kinds[0x90:0xA0] = [_small(0x90, 0, 1)] * 16
    kinds[0xA0:0xC0] = [_small(0xA0, 1, 0)] * 32
    for code, width in ((0xC4, 1), (0xC5, 2), (0xC6, 4), (0xD9, 1), (0xDA, 2), (0xDB, 4)):
        kinds[code] = _raw(width)
    for code, width in ((0xC7, 1), (0xC8, 2), (0xC9, 4)):
        kinds[code] = _raw(width, extension=True)
    for code, payload in ((0xCA, 4), (0xCB, 8), (0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)):
        kinds[code] = _fixed(payload)
    for code, payload in ((0xD0, 1), (0xD1, 2), (0xD2, 4), (0xD3, 8)):
        kinds[code] = _fixed(payload)
    for index in range(5):
        payload = 1 << index
        kinds[0xD4 + index] = lambda _data, _at, payload=payload: (2, payload, 0, True)  # type: ignore[misc]
    kinds[0xDC], kinds[0xDD] = _many(2, 1), _many(4, 1)
    kinds[0xDE], kinds[0xDF] = _many(2, 2), _many(4, 2)
    return kinds


KINDS = _table()
TIMESTAMP = 0xFF
"""The one extension that MessagePack defines itself, and that decoders build of their own accord."""


def check(data: bytes | memoryview, *, items: int = DEFAULT_LIMITS.items) -> None:
    """Refuse what would become too much, or what no plain data is packed to.

    Args:
        data: one item of MessagePack.
        items: how many items it may hold.

    Raises:
        NotPlainError: more items than that; a key of a dictionary that is neither a number nor a string nor None; a
            timestamp. What is cut off or no MessagePack is left to the decoder.

    Example:
        >>> check(bytes([0x92, 0xC0, 0x01]))
    """
    size = len(data)
    if size < 2 or (size < 10 and data[0] not in SUSPICIOUS):
        return
    at = count = 0
    waiting: list[int] = [1]  # items that are still to come, at each depth; negative for a dictionary's
    while waiting and at < size:
        left = waiting[-1]
        if left == 0:
            waiting.pop()
            continue
        run = SCALARS.match(data, at, at + abs(left))
        if run is not None:  # many at once, for speed
            taken = run.end() - at
            waiting[-1] = left - taken if left > 0 else left + taken
            count += taken
            at += taken
            continue
        waiting[-1] = left - 1 if left > 0 else left + 1
        first = data[at]
        holds_items = 0x80 <= first < 0xA0 or 0xDC <= first < 0xE0
        header, payload, inside, extension = KINDS[first](data, at)
        if left < 0 and left % 2 == 0 and (extension or holds_items):
            raise NotPlainError("a dictionary with a key that is no number and no string")
        if extension and at + header <= size and data[at + header - 1] == TIMESTAMP:
            raise NotPlainError("a timestamp")
        count += 1
        if count + inside > items:
            raise NotPlainError(f"more than {items} values")
        if inside:
            if len(waiting) > DEFAULT_LIMITS.depth:
                raise NotPlainError(f"data nested deeper than {DEFAULT_LIMITS.depth} levels")
            waiting.append(-inside if first < 0x90 or first > 0xDD else inside)
        at += header + payload


SCALARS = re.compile(rb"[\x00-\x7f\xc0\xc2\xc3\xe0-\xff]+")
"""Items of one byte: small integers, None, True and False."""

SUSPICIOUS = frozenset((*range(0x80, 0xA0), *range(0xC7, 0xCA), *range(0xD4, 0xD9), *range(0xDC, 0xE0)))
"""First bytes of what holds other items, and of extensions."""
