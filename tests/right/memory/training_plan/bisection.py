"""More GPUs never need more bytes, so each stage finds its world by bisection in the sorted list."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import NamedTuple


class Plan(NamedTuple):
    stage: int
    world: int
    bytes: int


def split(size: int, world: int) -> int:
    quotient, rest = divmod(size, world)
    return quotient + (rest > 0)


def training_plan(parameters: int, gpu_bytes: int, *, worlds: Sequence[int], activation: int) -> Plan | None:
    order = sorted(set(worlds))
    if order and order[0] < 1:
        raise ValueError(f"world {order[0]}")
    if gpu_bytes < 0:
        raise ValueError(f"gpu_bytes {gpu_bytes}")
    if activation < 0:
        raise ValueError(f"activation {activation}")
    for stage in (0, 1, 2, 3):

        def needed(world: int) -> int:
            weights = split(2 * parameters, world) if stage == 3 else 2 * parameters
            gradients = split(2 * parameters, world) if stage >= 2 else 2 * parameters
            optimizer = split(12 * parameters, world) if stage else 12 * parameters
            return weights + gradients + optimizer + activation

        place = bisect.bisect_left(order, True, key=lambda world: needed(world) <= gpu_bytes)
        if place < len(order):
            return Plan(stage, order[place], needed(order[place]))
    return None
