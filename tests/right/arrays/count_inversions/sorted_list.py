"""A sorted list of what came before, searched by bisection; moving its tail is left to C."""

from bisect import bisect_right


def count_inversions(values):
    seen = []
    total = 0
    for value in values:
        place = bisect_right(seen, value)
        total += len(seen) - place
        seen.insert(place, value)
    return total
