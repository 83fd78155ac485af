"""For each possible longest run, the cheapest choice within what is left for the kept ones; the closed form."""

from math import comb


def plan(costs, sizes, budget):
    costs, sizes = list(costs), list(sizes)
    if len(costs) != len(sizes):
        raise ValueError("lengths")
    for value in [budget] + costs + sizes:
        if value < 0:
            raise ValueError("negative")
    n = len(costs)
    limits = {sum(sizes[i:j]) for i in range(n + 1) for j in range(i, n + 1)}
    best = None
    for limit in sorted(limits):
        if limit > budget:
            break
        # (kept size, current run) -> (cost, kept)
        states = {(0, 0): (0, ())}
        for i in range(n):
            after = {}
            for (total, run), (cost, kept) in states.items():
                moves = [((total + sizes[i], 0), (cost, kept + (i,)))]
                if run + sizes[i] <= limit:
                    moves.append(((total, run + sizes[i]), (cost + costs[i], kept)))
                for state, choice in moves:
                    if state[0] + limit <= budget and (state not in after or choice[0] < after[state][0]):
                        after[state] = choice
            states = after
        for cost, kept in states.values():
            if best is None or cost < best[0]:
                best = (cost, list(kept))
    return best


def revolve_cost(length, slots):
    if length < 1:
        raise ValueError("length")
    if slots < 1:
        raise ValueError("slots")
    rounds = 0
    while comb(slots + rounds, slots) < length:
        rounds += 1
    return rounds * length - comb(slots + rounds, slots + 1)
