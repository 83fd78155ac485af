"""Splits by rank, not by place: a stable split into small and large ranks, and the pairs that it turns round."""


def count_inversions(values):
    order = sorted(range(len(values)), key=lambda at: values[at])
    rank = [0] * len(values)
    for number, at in enumerate(order):
        rank[at] = number
    return split(rank, 0, len(values))


def split(ranks, low, high):
    if high - low < 2:
        return 0
    middle = (low + high) // 2
    small, large, total = [], [], 0
    for rank in ranks:
        if rank < middle:
            small.append(rank)
            total += len(large)
        else:
            large.append(rank)
    return total + split(small, low, middle) + split(large, middle, high)
