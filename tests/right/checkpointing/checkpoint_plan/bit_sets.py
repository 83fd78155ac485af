"""Subsets as bits of an integer, sums from tables; revolve_cost by the derivative: each longer chain adds its sweeps."""


def plan(costs, sizes, budget):
    n = len(costs)
    if n != len(sizes):
        raise ValueError
    if budget < 0 or (n and (min(costs) < 0 or min(sizes) < 0)):
        raise ValueError
    best = None
    for dropped in range(1 << n):
        cost = sum(costs[i] for i in range(n) if dropped >> i & 1)
        if best is not None and cost >= best[0]:
            continue
        total, runs, run = 0, [0], 0
        for i in range(n):
            if dropped >> i & 1:
                run += sizes[i]
                runs.append(run)
            else:
                run = 0
                total += sizes[i]
        if total + max(runs) <= budget:
            best = cost, [i for i in range(n) if not dropped >> i & 1]
    return best


def revolve_cost(length, slots):
    if length < 1 or slots < 1:
        raise ValueError
    # The number of states that r sweeps reach is a binomial; each state beyond those of r sweeps takes one step more.
    reach, steps, rounds = 1, 0, 0
    count = 1
    while reach < length:
        rounds += 1
        count = count * (slots - 1 + rounds) // rounds  # states first reached in this round
        new = min(count, length - reach)
        steps += new * rounds
        reach += new
    return steps
