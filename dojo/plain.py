"""A value counts by its kind: what wraps a number, a text or a list is what it wraps.

One function for both bindings: a worker applies it before it sends, the in-process binding before a property sees a
result. So a right answer is never rejected for its wrapping, and what a property compares has exact types all the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

EXACT = frozenset({type(None), bool, int, float, complex, str, bytes})


BASES: dict[type, Callable[[Any], Any]] = {
    int: lambda value: int.__add__(value, 0),
    float: float.__float__,
    complex: complex.__complex__,
    str: str.__str__,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    tuple: lambda value: tuple(tuple.__iter__(value)),
    list: lambda value: list(list.__iter__(value)),
    dict: lambda value: dict(dict.items(value)),
}
"""By the base's own methods: a subclass may have others."""


def plain(value: Any) -> Any:
    """The value with every wrapping taken off, also inside lists, tuples and dictionaries.

    A numpy scalar is its Python number, a subclass its base (a named tuple a tuple, an ``IntEnum`` an int, a torch
    ``Parameter`` a tensor). True is still not 1, and a range or a generator no list. What is not plain data is given
    back as it is; so is a container in which nothing was wrapped.

    Example:
        >>> from http import HTTPStatus
        >>> plain([HTTPStatus.OK, (True, 1.0)])
        [200, (True, 1.0)]
    """
    kind = type(value)
    if kind in EXACT:
        return value
    if kind not in (list, tuple, dict):
        value = unwrapped(value)
        kind = type(value)
    if kind is list or kind is tuple:
        items = [item if type(item) in EXACT else plain(item) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return items if kind is list else tuple(items)
    if kind is dict:
        pairs = [(plain(key), plain(item)) for key, item in value.items()]
        changed = any(k is not key or v is not item for (k, v), (key, item) in zip(pairs, value.items(), strict=True))
        return dict(pairs) if changed else value
    return value


def unwrapped(value: Any) -> Any:
    """The value itself as its base, without a look at what is inside it."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        if isinstance(value, numpy.generic):
            return value.item() if value.dtype.kind in "biufc" else value
        if isinstance(value, numpy.ndarray):
            # A masked array has a meaning of its own.
            return value if type(value) is numpy.ndarray or hasattr(value, "mask") else numpy.asarray(value)
    if torch is not None and isinstance(value, torch.Tensor):
        # A subclass without a meaning of its own, such as Parameter.
        return value if type(value) is torch.Tensor else value.detach().as_subclass(torch.Tensor)
    for base, take in BASES.items():
        if isinstance(value, base):
            return take(value)
    return value
