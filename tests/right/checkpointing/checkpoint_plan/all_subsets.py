"""Looks at all subsets as itertools makes them; revolve_cost by recursion that remembers."""

from functools import lru_cache
from itertools import combinations


def plan(costs, sizes, budget):
    n = len(costs)
    if n != len(sizes) or budget < 0 or any(x < 0 for x in costs) or any(x < 0 for x in sizes):
        raise ValueError("lengths or signs")
    best = None
    for count in range(n + 1):
        for kept in combinations(range(n), count):
            cost = total = run = longest = 0
            at = 0
            for i in range(n):
                if at < count and kept[at] == i:
                    at += 1
                    total += sizes[i]
                    run = 0
                else:
                    cost += costs[i]
                    run += sizes[i]
                    if run > longest:
                        longest = run
            if total + longest <= budget and (best is None or cost < best[0]):
                best = (cost, list(kept))
    return best


@lru_cache(maxsize=None)
def _steps(length, slots):
    if length == 1:
        return 0
    if slots == 1:
        return length * (length - 1) // 2
    return min(k + _steps(k, slots) + _steps(length - k, slots - 1) for k in range(1, length))


def revolve_cost(length, slots):
    if min(length, slots) <= 0:
        raise ValueError("at least 1")
    return _steps(length, slots)
