"""Takes away what is whole from the memory, and asks whether the shares fit into what is left."""

from collections import namedtuple


class Plan(namedtuple("Plan", "stage world bytes")):
    pass


def training_plan(parameters, gpu_bytes, *, worlds, activation):
    for world in worlds:
        if not world >= 1:
            raise ValueError(world)
    for size in (gpu_bytes, activation):
        if size < 0:
            raise ValueError(size)
    parts = [12 * parameters, 2 * parameters, 2 * parameters]
    best = None
    for stage in (3, 2, 1, 0):
        left = gpu_bytes - activation - sum(parts[stage:])
        fitting = [n for n in worlds if sum((part + n - 1) // n for part in parts[:stage]) <= left]
        if fitting:
            n = min(fitting)
            used = gpu_bytes - left + sum((part + n - 1) // n for part in parts[:stage])
            best = Plan(stage, n, used)
    return best
