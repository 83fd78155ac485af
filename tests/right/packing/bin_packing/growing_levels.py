"""Levels of maxima that grow with the bins: nothing is there before it is opened, and each level is a list of its own."""


def first_fit(lengths, capacity):
    return fill(list(enumerate(lengths)), capacity)


def first_fit_decreasing(lengths, capacity):
    buckets = {}
    for index, length in enumerate(lengths):
        buckets.setdefault(length, []).append((index, length))
    return fill([pair for length in sorted(buckets, reverse=True) for pair in buckets[length]], capacity)


def fill(pairs, capacity):
    if not all(0 < length <= capacity for _, length in pairs):
        raise ValueError("a length does not fit")
    bins, levels = [], [[]]
    for index, length in pairs:
        top = levels[-1]
        if top and top[0] >= length:
            at = 0
            for level in reversed(levels[:-1]):
                at *= 2
                if level[at] < length:
                    at += 1
        else:
            at = len(bins)
            bins.append([])
            levels[0].append(capacity)
        bins[at].append(index)
        levels[0][at] -= length
        for lower, upper in zip(levels, levels[1:]):
            at //= 2
            best = max(lower[2 * at : 2 * at + 2])
            if at == len(upper):
                upper.append(best)
            upper[at] = best
        if len(levels[-1]) > 1:
            levels.append([max(levels[-1])])
    return bins
