"""A ray upwards and the exact height where it meets each edge; the area by trapezoids."""

import math
from fractions import Fraction as F


def walk(polygon):
    n = len(polygon)
    if n < 3:
        raise ValueError("a polygon needs three vertices")
    return [tuple(F(x) for x in (*polygon[i], *polygon[(i + 1) % n])) for i in range(n)]


def area2(polygon):
    return sum((ay + by) * (ax - bx) for ax, ay, bx, by in walk(polygon))


def signed_area(polygon):
    return float(F(area2(polygon), 2))


def locate(p, polygon):
    px, py = F(p[0]), F(p[1])
    above = 0
    for ax, ay, bx, by in walk(polygon):
        if ax == bx:
            if px == ax and min(ay, by) <= py <= max(ay, by):
                return 0
            continue
        if not min(ax, bx) <= px <= max(ax, bx):
            continue
        height = ay + (by - ay) * (px - ax) / (bx - ax)
        if height == py:
            return 0
        if height > py and px < max(ax, bx):
            above += 1
    return above % 2 * 2 - 1


def lattice_points(polygon):
    if not all(
        math.isfinite(x) and F(x).denominator == 1 for vertex in polygon for x in vertex if isinstance(x, float)
    ):
        raise ValueError("not on the lattice")
    on = sum(math.gcd(int(ax) - int(bx), int(ay) - int(by)) for ax, ay, bx, by in walk(polygon))
    return int(abs(area2(polygon)) - on) // 2 + 1, on
