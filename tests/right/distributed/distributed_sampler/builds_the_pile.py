"""Builds the whole pile as a list, doubling it until it is long enough, and takes a slice with a stride."""


def indices(n, world, rank, *, drop_last=False, permutation=None):
    if n < 0:
        raise ValueError("n")
    if world <= 0:
        raise ValueError("world")
    if rank not in range(world):
        raise ValueError("rank")
    pile = list(range(n)) if permutation is None else list(permutation)
    if sorted(pile) != list(range(n)):
        raise ValueError("permutation")
    if drop_last:
        return pile[: len(pile) - n % world][rank::world]
    missing = -n % world
    extra = pile
    while pile and len(extra) < missing:
        extra = extra + extra
    return (pile + extra[:missing])[rank::world]
