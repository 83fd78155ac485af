"""Choose how to train a model, so that it fits and costs as little as possible.

Splitting saves memory and costs time: a higher ZeRO stage never sends less between GPUs, and stage
3 sends half as much again as the others. More GPUs cost more. So a plan takes the lowest stage at
which some number of GPUs is enough, and of these numbers the smallest.

What lies on one GPU, with N GPUs ("world") and ceil for rounding up:

    stage    weights       gradients     optimizer      activations
    0        2 p           2 p           12 p           activation
    1        2 p           2 p           ceil(12 p/N)   activation
    2        2 p           ceil(2 p/N)   ceil(12 p/N)   activation
    3        ceil(2 p/N)   ceil(2 p/N)   ceil(12 p/N)   activation

with p parameters, as in ``model_states``. A plan fits if the sum is at most ``gpu_bytes``.

Example: 7 billion parameters, GPUs of 24 GB, 2 GB of activations, jobs of 8, 16 or 64 GPUs. Stages
0 and 1 keep at least 28 GB, which never fits. Stage 2 takes 14 + 98/8 + 2 = 28.25 GB on 8 GPUs, and
14 + 98/16 + 2 = 22.125 GB on 16. That is the plan: stage 2 on 16 GPUs. Stage 3 on 8 GPUs would fit
as well, with 16 GB, but its stage is higher.

The trap: activations belong to the data of each GPU. No stage splits them.

Level: 2
Needs: memory/model_states
Source: Rajbhandari et al. 2020, "ZeRO: Memory Optimizations ...", sections 5 and 7
Time: O(worlds log worlds)
Space: O(worlds)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Plan(NamedTuple):
    """A way to train: the ZeRO stage, the number of GPUs, and the bytes on each of them."""

    stage: int
    world: int
    bytes: int


def training_plan(
    parameters: int,
    gpu_bytes: int,
    *,
    worlds: Sequence[int],
    activation: int,
) -> Plan | None:
    """The plan of the lowest stage that fits, and of those the one with the fewest GPUs.

    Args:
        parameters: how many parameters the model has, 0 or more.
        gpu_bytes: the memory of a GPU, 0 or more.
        worlds: the numbers of GPUs that can be had, in any order, perhaps some of them twice; it is
            not changed.
        activation: the bytes of activations on each GPU, 0 or more.

    Returns:
        The plan, with all bytes on one GPU, activations too. None where nothing fits, and where
        ``worlds`` is empty.

    Raises:
        ValueError: a number in ``worlds`` is less than 1, wherever it stands, or ``gpu_bytes`` or
            ``activation`` is negative.

    Example:
        >>> training_plan(7 * 10**9, 24 * 10**9, worlds=[64, 16, 8], activation=2 * 10**9)
        Plan(stage=2, world=16, bytes=22125000000)
        >>> training_plan(7 * 10**9, 16 * 10**9, worlds=[8], activation=2 * 10**9)
        Plan(stage=3, world=8, bytes=16000000000)
        >>> training_plan(7 * 10**9, 16 * 10**9 - 1, worlds=[8], activation=2 * 10**9) is None
        True

    Limits: a negative number of parameters is not specified.
    """
    # hint: All arguments are checked before anything is chosen, also the worlds behind one that fits.
    if gpu_bytes < 0 or activation < 0:
        raise ValueError(f"gpu_bytes is {gpu_bytes} and activation {activation}; bytes can't be negative")
    for world in worlds:
        if world < 1:
            raise ValueError(f"a world of {world} in {worlds}; at least one GPU is needed")
    # hint: The rule names two orders, one inside the other: stages from low to high, and for each of them the worlds
    # from few to many. Then the first plan that fits is the right one.
    for stage in range(4):
        for world in sorted(worlds):
            size = _states(parameters, stage, world) + activation
            if size <= gpu_bytes:
                return Plan(stage, world, size)
    return None


def _states(parameters: int, stage: int, world: int) -> int:
    """The bytes of weights, gradients and optimizer on each GPU."""
    # hint: A part is split from its stage on: weights 3, gradients 2, optimizer 1. Each share is rounded up by itself.
    return sum(-(-parameters * size // (world if stage >= first else 1)) for size, first in ((2, 3), (2, 2), (12, 1)))
