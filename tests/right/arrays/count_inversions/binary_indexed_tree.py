"""A binary indexed tree over the ranks of the values, filled from the right."""


def count_inversions(values):
    rank = {value: number for number, value in enumerate(sorted(set(values)), start=1)}
    tree = [0] * (len(rank) + 1)
    total = 0
    for value in reversed(values):
        at = rank[value] - 1
        while at > 0:
            total += tree[at]
            at -= at & -at
        at = rank[value]
        while at < len(tree):
            tree[at] += 1
            at += at & -at
    return total
