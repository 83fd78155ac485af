"""Plain data as Python source, short enough to be read and exact enough to be run."""

from __future__ import annotations

import math
import re
import sys
from typing import Any

from dojo.sandbox.layout import layout_of

LONG_LIST = 8
LONGEST_INTEGER = 10_000
"""Bits of an integer from which on it is written in hexadecimal digits."""
LONGEST = 400
"""How many characters of a value are shown to a reader; source that is to be run is never cut."""


def literal(value: Any) -> str:
    """Source of an expression that makes an equal value; ``inf`` and ``nan`` stand for themselves.

    Example:
        >>> literal([1, -math.inf, (True,), "a"])
        "[1, -inf, (True,), 'a']"
    """
    kind = type(value)
    if kind is list:
        return _regular(value) or f"[{', '.join(map(literal, value))}]"
    if kind is tuple:
        return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    if kind is dict:
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if _is_tensor(value):
        return _array(
            value, "torch.", f"torch.{str(value.dtype).removeprefix('torch.')}", value.detach().cpu().tolist()
        )
    if kind.__module__ == "numpy" and hasattr(value, "dtype"):
        if kind.__name__ != "ndarray":
            return f"np.{kind.__name__}({literal(value.item())})"
        return _array(value, "np.", f"np.{value.dtype.name}", value.tolist())
    if kind is int and value.bit_length() > LONGEST_INTEGER:
        return hex(value)  # Python writes no decimal of so many digits
    if kind is complex:
        return f"complex({value.real!r}, {value.imag!r})"  # repr loses the sign of a zero
    return repr(value)


def _regular(values: list[Any]) -> str:
    """A long list of equal or evenly spaced integers, written short; empty for any other list."""
    if len(values) <= LONG_LIST or any(type(value) is not int for value in values):
        return ""
    step = values[1] - values[0]
    if any(value != values[0] + index * step for index, value in enumerate(values)):
        return ""
    if step == 0:
        return f"[{values[0]}] * {len(values)}"
    end = values[-1] + (1 if step > 0 else -1)
    bounds = f"{end}" if (values[0], step) == (0, 1) else f"{values[0]}, {end}" + f", {step}" * (step != 1)
    return f"list(range({bounds}))"


def _array(value: Any, library: str, dtype: str, items: Any) -> str:
    """``torch.tensor(...)`` or ``np.array(...)`` or the shorter ``zeros`` and ``ones``, laid out as the value is."""
    layout = layout_of(value)
    if layout is None:
        return _contiguous(value, library, dtype, items)
    order, gaps, flag = layout
    is_torch = library == "torch."
    plain = value.detach().permute(order).contiguous() if is_torch else value.transpose(order).copy()
    text = _contiguous(plain, library, dtype, plain.tolist())
    if gaps:
        text += ".repeat_interleave(2, -1)[..., ::2]" if is_torch else ".repeat(2, -1)[..., ::2]"
    back = [order.index(axis) for axis in range(len(order))]
    if back != sorted(back):
        text += f".{'permute' if is_torch else 'transpose'}({', '.join(map(str, back))})"
    if flag:
        text = f"{text}.requires_grad_()" if is_torch else f"np.broadcast_to({text}, {tuple(value.shape)})"
    return text


def _contiguous(value: Any, library: str, dtype: str, items: Any) -> str:
    suffix = "" if dtype in ("torch.float32", "np.float64") else f", dtype={dtype}"
    shape = tuple(value.shape)
    flat = value.reshape(-1).tolist()
    for number, name in ((0, "zeros"), (1, "ones")):
        if (len(flat) != 1 or shape == (1, 1, 1, 1)) and all(
            item == number and not (type(item) is float and math.copysign(1, item) < 0) for item in flat
        ):
            return f"{library}{name}({shape}{suffix})"
    constructor = "tensor" if library == "torch." else "array"
    return f"{library}{constructor}({literal(items)}{suffix})"


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and type(value) is torch.Tensor


def shown(value: Any) -> str:
    """The same, cut in the middle where it is long, with shape and dtype of a large array."""
    text = literal(value)
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    where = f" (shape {tuple(value.shape)}, {value.dtype})" if hasattr(value, "shape") else ""
    return f"{text[:half]} ... {text[-half // 2 :]}{where}"


def imports_for(code: str) -> list[str]:
    """The import lines that a piece of source from :func:`literal` needs."""
    lines = []
    names = [name for name in ("inf", "nan") if re.search(rf"\b{name}\b", code)]
    if names:
        lines.append(f"from math import {', '.join(names)}")
    if re.search(r"\bnp\.", code):
        lines.append("import numpy as np")
    if re.search(r"\btorch\.", code) and not re.search(r"^import torch", code, re.MULTILINE):
        lines.append("import torch")
    return lines


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal in type and content; NaN equals NaN, 0.0 does not equal -0.0.

    Example:
        >>> same(1, True), same(1, 1.0), same([math.nan], [math.nan])
        (False, False, True)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, complex):
        return same((one.real, one.imag), (other.real, other.imag))
    if hasattr(one, "dtype"):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        return same(one.tolist(), other.tolist())
    return bool(one == other)


def difference(one: Any, other: Any) -> float:
    """How far two results are apart, relative to the larger: 0 for the same, infinity where they differ in kind.

    Rounding makes right answers differ a little, so the call that shows a bug is the one where results differ most.
    """
    if same(one, other):
        return 0.0
    if hasattr(one, "dtype") and hasattr(other, "dtype") and (one.dtype, one.shape) == (other.dtype, other.shape):
        one, other = one.reshape(-1).tolist(), other.reshape(-1).tolist()
    if type(one) is not type(other):
        return math.inf
    if isinstance(one, list | tuple) and len(one) == len(other):
        return max(map(difference, one, other), default=0.0)
    if isinstance(one, dict) and list(one) == list(other):
        return max((difference(one[key], other[key]) for key in one), default=0.0)
    if isinstance(one, float):
        if one == other:
            return 0.0
        if not (math.isfinite(one) and math.isfinite(other)):
            return math.inf
        return float(abs(one - other) / max(abs(one), abs(other)))
    return math.inf
