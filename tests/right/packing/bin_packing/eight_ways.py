"""A tree with eight children a node that keeps the least use instead of the largest room; unused bins count as empty."""


def first_fit(lengths, capacity):
    return run(lengths, list(range(len(lengths))), capacity)


def first_fit_decreasing(lengths, capacity):
    order = list(range(len(lengths)))
    order.sort(key=lengths.__getitem__, reverse=True)
    return run(lengths, order, capacity)


def run(lengths, order, capacity):
    if lengths and (min(lengths) < 1 or max(lengths) > capacity):
        raise ValueError((lengths, capacity))
    levels = [[0] * max(1, len(order))]
    while len(levels[-1]) > 1:
        levels.append([0] * -(-len(levels[-1]) // 8))
    bins = [[] for _ in order]
    for index in order:
        most = capacity - lengths[index]
        number = 0
        for level in levels[-2::-1]:
            number *= 8
            while level[number] > most:
                number += 1
        bins[number].append(index)
        levels[0][number] += lengths[index]
        for below, level in zip(levels, levels[1:]):
            number //= 8
            level[number] = min(below[8 * number : 8 * number + 8])
    return [each for each in bins if each]
