"""Keeps the first index and the sum only, and makes a pack from a range; dropped samples are a set of holes in it."""


def pack_stream(lengths, capacity, *, drop_overlong=False):
    if not capacity > 0:
        raise ValueError(capacity)
    first, holes, total, index = 0, set(), 0, -1

    def pack(end):
        return [each for each in range(first, end) if each not in holes]

    for index, length in enumerate(lengths):
        if length <= 0:
            raise ValueError(length)
        if drop_overlong and length > capacity:
            if total:
                holes.add(index)
            else:
                first = index + 1
            continue
        if total and total + length > capacity:
            yield pack(index)
            first, holes, total = index, set(), 0
        total += length
        if total >= capacity:
            yield pack(index + 1)
            first, holes, total = index + 1, set(), 0
    if total:
        yield pack(index + 1)
