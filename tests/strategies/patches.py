"""Vectors of patches: numbered, normal, far from 0, or of every kind that a float can be; the same on every machine."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

KINDS = {
    "numbered": "0, 1, 2, and so on: every number says where it stood",
    "normal": "normally distributed",
    "offset": "the same, around 1024",
    "large": "the same, times 100: squares are beyond float16",
    "nearly equal": "all close to 1: their variance is near 1e-6",
    "every float": "NaN, infinities, both zeros, subnormal and huge numbers",
}


def patches(shape: tuple[int, ...], *, kind: str = "numbered", dtype: str = "float32", seed: int = 0) -> Any:
    """A torch tensor of that shape."""
    import torch

    rng = np.random.default_rng(seed)
    count = math.prod(shape)
    kind_of = getattr(torch, dtype)
    if kind == "every float":
        info = torch.finfo(kind_of)
        special = (math.nan, -0.0, math.inf, 1.0, -math.inf, info.smallest_normal / 2, info.max, 0.0, -info.tiny)
        flat = torch.tensor(special, dtype=kind_of)[torch.arange(count) % len(special)]
    elif kind == "numbered":
        flat = torch.arange(count)
    else:
        values = rng.standard_normal(count)
        values = {
            "normal": values,
            "offset": 1024 + values,
            "large": 100 * values,
            "nearly equal": 1 + values / 1024,
        }[kind]
        flat = torch.from_numpy(values)
    return flat.to(kind_of).reshape(shape)
