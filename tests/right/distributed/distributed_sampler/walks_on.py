"""Walks from one card of the rank to the next, which lies world further round the circle; marks samples in one number."""

from itertools import accumulate, repeat


def indices(n, world, rank, *, drop_last=False, permutation=None):
    if n < 0:
        raise ValueError(f"{n} samples")
    if not (world > rank >= 0):
        raise ValueError(f"rank {rank} of {world}")
    if permutation is not None:
        marks = 0
        for each in permutation:
            if each < 0 or each >= n:
                raise ValueError(f"{each} is no sample")
            marks |= 1 << each
        if len(permutation) != n or marks != (1 << n) - 1:
            raise ValueError("a sample is missing, or there twice")
    steps, left = n // world, n % world
    if left and not drop_last:
        steps += 1
    if steps == 0:
        return []
    places = accumulate(repeat(world, steps - 1), lambda place, more: (place + more) % n, initial=rank % n)
    return [place if permutation is None else permutation[place] for place in places]
