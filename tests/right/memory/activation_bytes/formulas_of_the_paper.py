"""The formulas as the paper prints them, in rationals: s b h (10 + 24 / t + 5 a s / (h t)) and so on."""

import math
from fractions import Fraction as F


def activation_bytes(
    *,
    seq: int,
    batch: int,
    hidden: int,
    heads: int,
    layers: int,
    tensor_parallel: int = 1,
    sequence_parallel: bool = False,
    recompute: str = "none",
) -> int:
    s, b, h, a, t = seq, batch, hidden, heads, tensor_parallel
    for number in (s, b, h, a, layers, t):
        if number < 1:
            raise ValueError(f"{number} < 1")
    attention = F(5 * a * s, h * t)
    match (recompute, sequence_parallel):
        case ("none", False):
            factor = 10 + F(24, t) + attention
        case ("none", True):
            factor = F(34, t) + attention
        case ("selective", False):
            factor = 10 + F(24, t)
        case ("selective", True):
            factor = F(34, t)
        case ("full", _):
            factor = F(2)
        case _:
            raise ValueError(f"unknown recompute {recompute!r}")
    return math.ceil(s * b * h * factor * layers)
