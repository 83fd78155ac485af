"""How arrays and tensors lie in memory.

The tests of katas need this where nothing of the engine's libraries is installed, so it imports nothing.
"""

from __future__ import annotations

from typing import Any


def layout_of(value: Any) -> tuple[list[int], bool, bool] | None:
    """How an array or tensor lies in memory, None where it is plain: contiguous, writeable, without a gradient.

    Returns:
        The axes, the widest steps first; whether there are gaps between its elements; whether it is read-only (an
        array) or requires a gradient (a tensor).
    """
    if hasattr(value, "flags"):
        if value.flags.c_contiguous and value.flags.writeable:
            return None
        order = sorted(range(value.ndim), key=lambda axis: -abs(value.strides[axis]))
        return order, not value.transpose(order).flags.c_contiguous, not value.flags.writeable
    if value.is_contiguous() and not value.requires_grad:
        return None
    order = sorted(range(value.ndim), key=lambda axis: -abs(value.stride(axis)))
    return order, not value.permute(order).is_contiguous(), value.requires_grad
