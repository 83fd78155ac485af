"""The same values in another memory layout: what a transposed, sliced, read-only or differentiable argument is.

Layouts cross to the answer's process, so a property need only lay its arguments out before the call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

FOR_ARRAYS = ("plain", "transposed", "sliced", "read-only")
FOR_TENSORS = ("plain", "transposed", "sliced", "differentiable")


def array_layouts() -> st.SearchStrategy[str]:
    """Layouts of a numpy array, plain first."""
    return st.sampled_from(FOR_ARRAYS)


def tensor_layouts(*, differentiable: bool = True) -> st.SearchStrategy[str]:
    """Layouts of a torch tensor, plain first."""
    return st.sampled_from(FOR_TENSORS if differentiable else FOR_TENSORS[:-1])


def laid_out(value: Any, layout: str) -> Any:
    """A new array or tensor of equal values in that layout.

    Args:
        value: a numpy array or a torch tensor.
        layout: ``transposed``: its two last axes lie in memory the other way round (``.T``, ``.mT``); ``sliced``: every
            second element of a larger one; ``read-only``: can't be written; ``differentiable``: requires a gradient.

    Example:
        >>> laid_out(np.eye(2), "sliced").strides, laid_out(np.eye(2), "transposed").flags.c_contiguous
        ((32, 16), False)
    """
    is_array = isinstance(value, np.ndarray)
    new = value.copy() if is_array else value.detach().clone()
    if layout == "transposed" and new.ndim > 1:
        return np.ascontiguousarray(new.swapaxes(-1, -2)).swapaxes(-1, -2) if is_array else new.mT.contiguous().mT
    if layout == "sliced" and new.ndim:
        return new.repeat(2, axis=-1)[..., ::2] if is_array else new.repeat_interleave(2, -1)[..., ::2]
    if layout == "read-only" and is_array:
        new.flags.writeable = False
    if layout == "differentiable" and not is_array:
        new.requires_grad_(new.is_floating_point())
    return new
