"""Counts the limit down, and calls itself for what is left; the depth is the number of buckets."""

import sys


def assign_buckets(sizes, first, cap):
    if min(first, cap) <= 0:
        raise ValueError("limits are positive")
    if sizes and min(sizes) < 0:
        raise ValueError("sizes are not negative")
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 4 * len(sizes) + 2000))
    return rest(sizes, len(sizes), first, cap)


def rest(sizes, end, limit, cap):
    if not end:
        return []
    begin, missing = end, limit
    while begin and missing > 0:
        begin -= 1
        missing -= sizes[begin]
    return [list(range(end - 1, begin - 1, -1)), *rest(sizes, begin, cap, cap)]
