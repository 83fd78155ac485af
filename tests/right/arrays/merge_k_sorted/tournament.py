"""A tree of losers: each inner node remembers which of its two sides lost; one path is played again per element."""


def merge_k(runs, key=None):
    k = 1
    while k < len(runs):
        k *= 2
    position = [0] * k

    def head(run):
        if run < len(runs) and position[run] < len(runs[run]):
            element = runs[run][position[run]]
            return element if key is None else key(element)
        return None

    ended = [run >= len(runs) or not runs[run] for run in range(k)]
    heads = [None if ended[run] else head(run) for run in range(k)]

    def beats(one, other):
        if ended[one] or ended[other]:
            return ended[other]
        return heads[one] <= heads[other] if one < other else heads[one] < heads[other]

    winner = [0] * (2 * k)
    for run in range(k):
        winner[k + run] = run

    def play(node):
        left, right = winner[2 * node], winner[2 * node + 1]
        winner[node] = left if beats(left, right) else right

    for node in range(k - 1, 0, -1):
        play(node)
    result = []
    while True:
        run = winner[1]
        if ended[run]:
            return result
        result.append(runs[run][position[run]])
        position[run] += 1
        if position[run] == len(runs[run]):
            ended[run] = True
        else:
            heads[run] = head(run)
        node = (k + run) // 2
        while node:
            play(node)
            node //= 2
