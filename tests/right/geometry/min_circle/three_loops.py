"""Three loops over floats as seen from the first point, with a little room for rounding; ints are exact until divided."""

import random
from math import hypot, sqrt

ROOM = 1 + 1e-13


def min_circle(points):
    if len(points) == 0:
        raise ValueError("at least one point")
    ox, oy = points[0]
    p = [(x - ox, y - oy) for x, y in points]
    random.Random(7).shuffle(p)
    c, r = p[0], 0.0
    for i in range(1, len(p)):
        if inside(c, r, p[i]):
            continue
        c, r = p[i], 0.0
        for j in range(i):
            if inside(c, r, p[j]):
                continue
            c = ((p[i][0] + p[j][0]) / 2, (p[i][1] + p[j][1]) / 2)
            r = hypot(p[i][0] - p[j][0], p[i][1] - p[j][1]) / 2
            for k in range(j):
                if not inside(c, r, p[k]):
                    c, r = through(p[i], p[j], p[k])
    return (float(c[0] + ox), float(c[1] + oy)), float(r)


def inside(c, r, p):
    return hypot(p[0] - c[0], p[1] - c[1]) <= r * ROOM


def through(a, b, c):
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    bb, cc, d = bx * bx + by * by, cx * cx + cy * cy, 2 * (bx * cy - by * cx)
    x, y = (cy * bb - by * cc) / d, (bx * cc - cx * bb) / d
    return (a[0] + x, a[1] + y), sqrt(x * x + y * y)
