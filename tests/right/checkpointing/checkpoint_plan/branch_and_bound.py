"""Decides output by output, gives up where the peak or the cost is too high already; a table of all p(l, s)."""


def plan(costs, sizes, budget):
    if len(costs) != len(sizes):
        raise ValueError("lengths")
    if budget < 0 or any(c < 0 or s < 0 for c, s in zip(costs, sizes)):
        raise ValueError("negative")
    best = [None]

    def go(i, total, run, longest, cost, kept):
        if total + longest > budget or (best[0] is not None and cost >= best[0][0]):
            return
        if i == len(costs):
            best[0] = (cost, kept)
            return
        go(i + 1, total + sizes[i], 0, longest, cost, kept + [i])
        go(i + 1, total, run + sizes[i], max(longest, run + sizes[i]), cost + costs[i], kept)

    go(0, 0, 0, 0, 0, [])
    return best[0]


def revolve_cost(length, slots):
    if not (length >= 1 and slots >= 1):
        raise ValueError(f"{length}, {slots}")
    p = [[0] * (slots + 1) for _ in range(length + 1)]
    for l in range(2, length + 1):
        p[l][1] = l * (l - 1) // 2
        for s in range(2, slots + 1):
            p[l][s] = min(k + p[k][s] + p[l - k][s - 1] for k in range(1, l))
    return p[length][slots]
