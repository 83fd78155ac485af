"""The same halves with three points as the smallest case; each strip is sorted anew, n (log n)^2; squares until the end."""

import math


def closest_pair(points):
    points = sorted(points)
    if len(points) < 2:
        raise ValueError(points)
    return math.sqrt(halves(points, 0, len(points)))


def square(a, b):
    dx, dy = a[0] - b[0], a[1] - b[1]
    return dx * dx + dy * dy


def halves(points, low, high):
    if high - low <= 3:
        return min(square(points[i], points[j]) for i in range(low, high) for j in range(low, i))
    middle = (low + high) // 2
    best = min(halves(points, low, middle), halves(points, middle, high))
    across = points[middle][0]
    strip = [p for p in points[low:high] if (p[0] - across) * (p[0] - across) < best]
    strip.sort(key=lambda p: p[1])
    for i, p in enumerate(strip):
        for q in strip[i + 1 : i + 8]:
            best = min(best, square(p, q))
    return best
