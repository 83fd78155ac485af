"""Lists every plan that fits and takes the least; Plan is a class made by the functional form of NamedTuple."""

from fractions import Fraction
from math import ceil
from typing import NamedTuple

Plan = NamedTuple("Plan", [("stage", int), ("world", int), ("bytes", int)])


def training_plan(parameters, gpu_bytes, *, worlds, activation):
    if any(world < 1 for world in worlds) or min(gpu_bytes, activation) < 0:
        raise ValueError("worlds must be positive, bytes must not be negative")
    plans = []
    for world in worlds:
        for stage in range(4):
            size = activation
            for bytes_each, first in [(2, 3), (2, 2), (12, 1)]:
                share = Fraction(bytes_each * parameters, world if first <= stage else 1)
                size += ceil(share)
            plans.append(Plan(stage, world, size))
    return min((plan for plan in plans if plan.bytes <= gpu_bytes), default=None)
