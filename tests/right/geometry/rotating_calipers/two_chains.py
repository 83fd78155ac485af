"""The jaws go along the lower and the upper chain of the hull at the same time, from left to right, by their slopes."""

import math


def chains(points):
    if not points:
        raise ValueError("at least one point")
    lower, upper = [], []
    for p in sorted(set(points)):
        while len(lower) > 1 and area(lower[-2], lower[-1], p) <= 0:
            lower.pop()
        while len(upper) > 1 and area(upper[-2], upper[-1], p) >= 0:
            upper.pop()
        lower.append(p)
        upper.append(p)
    return lower, upper


def area(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])


def touching(lower, upper):
    """(corner below, corner above) for all positions of the jaws."""
    i, j = 0, len(upper) - 1
    while True:
        yield i, j
        if i == len(lower) - 1 and j == 0:
            return
        if i == len(lower) - 1:
            j -= 1
        elif j == 0:
            i += 1
        else:
            below = (lower[i + 1][0] - lower[i][0], lower[i + 1][1] - lower[i][1])
            above = (upper[j][0] - upper[j - 1][0], upper[j][1] - upper[j - 1][1])
            if below[1] * above[0] < above[1] * below[0]:
                i += 1
            else:
                j -= 1


def diameter(points):
    lower, upper = chains(points)
    best = 0
    for i, j in touching(lower, upper):
        p, q = lower[i], upper[j]
        best = max(best, (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2)
    return math.sqrt(best)


def width(points):
    lower, upper = chains(points)
    if len(lower) == len(upper) == 2 or len(lower) == 1:
        return 0.0
    best = math.inf
    for i, j in touching(lower, upper):
        if i + 1 < len(lower):
            best = min(best, high(lower[i], lower[i + 1], lower, upper, j))
        if j > 0:
            best = min(best, high(upper[j - 1], upper[j], upper, lower, i))
    return best


def high(a, b, own, other, place):
    """The extent across an edge, if the corner of the other chain is the one that is farthest from it."""
    far = other[place]
    for near in other[max(place - 1, 0) : place + 2]:
        if abs(area(a, b, near)) > abs(area(a, b, far)):
            return math.inf
    return abs(area(a, b, far)) / math.hypot(b[0] - a[0], b[1] - a[1])
