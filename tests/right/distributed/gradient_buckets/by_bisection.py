"""Running sums over the reversed sizes, and a binary search for the end of each bucket."""

from bisect import bisect_left


def assign_buckets(sizes, first, cap):
    for limit in (first, cap):
        if limit < 1:
            raise ValueError(f"limit {limit}")
    sums = [0]
    for size in reversed(sizes):
        if size < 0:
            raise ValueError(f"size {size}")
        sums.append(sums[-1] + size)
    n, start, limit, found = len(sizes), 0, first, []
    while start < n:
        stop = min(n, bisect_left(sums, sums[start] + limit, start + 1))
        found.append([n - 1 - place for place in range(start, stop)])
        start, limit = stop, cap
    return found
