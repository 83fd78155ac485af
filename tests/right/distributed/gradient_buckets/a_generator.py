"""A generator of buckets over an iterator of limits; each bucket is made by its own loop."""

from itertools import chain, repeat


def assign_buckets(sizes, first, cap):
    if not (first >= 1 and cap >= 1 and all(size >= 0 for size in sizes)):
        raise ValueError((sizes, first, cap))
    return list(generate(list(enumerate(sizes)), chain([first], repeat(cap))))


def generate(parameters, limits):
    while parameters:
        limit, bucket, held = next(limits), [], 0
        while parameters:
            index, size = parameters.pop()
            bucket += [index]
            held += size
            if not held < limit:
                break
        yield bucket
