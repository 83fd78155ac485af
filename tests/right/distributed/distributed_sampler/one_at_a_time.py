"""Asks for the sample of each step of the rank by recursion on the position; counts the permutation with a Counter."""

from collections import Counter


def indices(n, world, rank, *, drop_last=False, permutation=None):
    if not (n >= 0 and world >= 1 and 0 <= rank <= world - 1):
        raise ValueError((n, world, rank))
    if permutation is not None and Counter(permutation) != Counter(range(n)):
        raise ValueError(permutation)

    def card(position):
        while position >= n:
            position -= n
        return position if permutation is None else permutation[position]

    result, position = [], rank
    last_round_complete = n % world == 0
    steps, rest = divmod(n, world)
    for _ in range(steps):
        result += [card(position)]
        position += world
    if rest and not drop_last and not last_round_complete:
        result += [card(position)]
    return result
