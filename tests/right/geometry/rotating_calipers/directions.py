"""The far corner of an edge is found by a binary search along the hull's edges, sorted by their directions."""

from math import hypot


def hull(points):
    if len(points) == 0:
        raise ValueError("no points")
    points = sorted(set(points))

    def half(way):
        chain = []
        for p in way:
            while len(chain) > 1 and cross(minus(chain[-1], chain[-2]), minus(p, chain[-1])) <= 0:
                del chain[-1]
            chain.append(p)
        return chain

    lower, upper = half(points), half(points[::-1])
    return lower[:-1] + upper[:-1] or points


def minus(a, b):
    return a[0] - b[0], a[1] - b[1]


def cross(a, b):
    return a[0] * b[1] - a[1] * b[0]


def far_places(corners):
    """For each edge the place where the edges stop to go away from it."""
    count = len(corners)
    for i in range(count):
        edge = minus(corners[(i + 1) % count], corners[i])
        # Edges i + 1, i + 2, ... first lead away from the edge, and from some place on back to it.
        low, high = 1, count - 1
        while low < high:
            middle = (low + high) // 2
            step = minus(corners[(i + middle + 1) % count], corners[(i + middle) % count])
            if cross(edge, step) > 0:
                low = middle + 1
            else:
                high = middle
        yield i, (i + low) % count


def diameter(points):
    corners = hull(points)
    best = 0.0
    if len(corners) < 3:
        return hypot(*minus(corners[0], corners[-1]))
    for i, far in far_places(corners):
        for p in (corners[i], corners[(i + 1) % len(corners)]):
            for q in (corners[far], corners[(far + 1) % len(corners)]):
                best = max(best, hypot(*minus(p, q)))
    return best


def width(points):
    corners = hull(points)
    if len(corners) < 3:
        return 0.0
    best = float("inf")
    for i, far in far_places(corners):
        edge = minus(corners[(i + 1) % len(corners)], corners[i])
        best = min(best, cross(edge, minus(corners[far], corners[i])) / hypot(*edge))
    return best
