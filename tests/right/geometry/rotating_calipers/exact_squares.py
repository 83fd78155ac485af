"""One loop with two indices; squares are compared as fractions, and a root is taken at the very end."""

import math
from fractions import Fraction
from functools import reduce


def turns(a, b, c):
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def push(chain, point):
    while len(chain) > 1 and not turns(chain[-2], chain[-1], point) > 0:
        chain = chain[:-1] if len(chain) < 3 else chain
        if len(chain) >= 3:
            chain.pop()
        elif len(chain) == 1:
            break
    chain.append(point)
    return chain


def corners_of(points):
    different = sorted({(int(x), int(y)) for x, y in points})
    if not different:
        raise ValueError("empty")
    if len(different) == 1:
        return different
    low = reduce(push, different, [])
    high = reduce(push, reversed(different), [])
    return [*low[:-1], *high[:-1]]


def walk(corners):
    n, j = len(corners), 1
    for i in range(n):
        a, b = corners[i], corners[(i + 1) % n]
        while True:
            now, after = corners[j % n], corners[(j + 1) % n]
            if turns(a, b, after) <= turns(a, b, now):
                break
            j += 1
        yield a, b, corners[j % n], corners[(j + 1) % n]


def length2(p, q):
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2


def diameter(points):
    best = 0
    for a, b, p, q in walk(corners_of(points)):
        best = max(best, length2(a, p), length2(b, p), length2(a, q), length2(b, q))
    return math.sqrt(best)


def width(points):
    corners = corners_of(points)
    if len(corners) <= 2:
        return 0.0
    best = min(Fraction(turns(a, b, p) ** 2, length2(a, b)) for a, b, p, _ in walk(corners))
    return math.sqrt(best)
