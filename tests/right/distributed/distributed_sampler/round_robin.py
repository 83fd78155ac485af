"""Deals one card after another from an endless cycle, and keeps those of the rank."""

from itertools import cycle, islice
from math import ceil


def indices(n, world, rank, *, drop_last=False, permutation=None):
    if min(n, world - 1, rank) < 0 or rank >= world:
        raise ValueError(f"n={n}, world={world}, rank={rank}")
    order = permutation if permutation is not None else range(n)
    seen = [False] * n
    for each in order:
        if each < 0 or each >= n or seen[each]:
            raise ValueError(f"{each} is out of range, or comes twice")
        seen[each] = True
    if not all(seen):
        raise ValueError("a sample is missing")
    cards = (n - n % world) if drop_last else ceil(n / world) * world
    return [card for position, card in enumerate(islice(cycle(order), cards)) if position % world == rank]
