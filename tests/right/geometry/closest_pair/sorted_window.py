"""A sweep along x: the points that are near enough in x are kept in a list sorted by y."""

from bisect import bisect_left, insort
from math import hypot, inf


def closest_pair(points):
    if len(points) < 2:
        raise ValueError("two points are needed")
    ordered = sorted(points)
    window = []  # (y, x) of the points from ordered[first] to the current one
    first = 0
    best = inf
    for x, y in ordered:
        while first < len(ordered) and x - ordered[first][0] > best:
            old_x, old_y = ordered[first]
            del window[bisect_left(window, (old_y, old_x))]
            first += 1
        place = bisect_left(window, (y, x))
        for step in (-1, 1):
            near = place if step == 1 else place - 1
            while 0 <= near < len(window) and abs(window[near][0] - y) < best:
                best = min(best, hypot(window[near][1] - x, window[near][0] - y))
                near += step
        insort(window, (y, x))
        if best == 0:
            return 0.0
    return best
