"""Whether an answer that is asked the same again says the same again."""

from __future__ import annotations

import math
from typing import Any

from dojo.grading.literal import same
from dojo.sandbox.reply import Reply
from dojo.sandbox.wire import unpack

ROUNDING = 2.0**-8
"""Of the largest value: a library may add in another order when its memory lies differently, in half types too."""


def repeats(first: Reply, again: Reply) -> bool:
    """Whether two replies to the same call say the same: the same error, or results equal up to rounding."""
    if first.raised is not None or again.raised is not None:
        return first.raised is not None and again.raised is not None and first.raised.name == again.raised.name
    if first.result == again.result and first.changed == again.changed:
        return True
    changed = [{key: unpack(data) for key, data in reply.changed.items()} for reply in (first, again)]
    return alike(unpack(first.result), unpack(again.result)) and alike(*changed)


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same up to rounding.

    Example:
        >>> alike([1.0, 2], [1.0 + 1e-9, 2]), alike([1.0, 2], [1.5, 2])
        (True, False)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, float):
        return _close([one], [other])
    if hasattr(one, "dtype") and (one.dtype, one.shape) == (other.dtype, other.shape):
        one, other = one.reshape(-1).tolist(), other.reshape(-1).tolist()
        return _close(one, other) if one and isinstance(one[0], float) else same(one, other)
    return same(one, other)


def _close(one: list[float], other: list[float]) -> bool:
    largest = max((abs(x) for x in (*one, *other) if math.isfinite(x)), default=0.0)
    return all(
        same(x, y) or (math.isfinite(x) and math.isfinite(y) and abs(x - y) <= ROUNDING * largest)
        for x, y in zip(one, other, strict=True)
    )
