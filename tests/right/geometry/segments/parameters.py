"""Points of a segment by a share t from 0 to 1, in fractions; overlaps by intervals of t."""

import math
from fractions import Fraction as F


def on_segment(p, a, b):
    return point_segment_distance(p, a, b) == 0.0


def segments_intersect(a, b, c, d):
    if tuple(map(F, a)) == tuple(map(F, b)):
        return on_segment(a, c, d)
    if tuple(map(F, c)) == tuple(map(F, d)):
        return on_segment(c, a, b)
    t, u = shares(a, b, c, d)
    if t is not None:
        return 0 <= t <= 1 and 0 <= u <= 1
    first, second = share(c, a, b), share(d, a, b)
    if first is None:
        return False
    return min(first, second) <= 1 and max(first, second) >= 0


def share(p, a, b):
    ux, uy, vx, vy = F(b[0]) - F(a[0]), F(b[1]) - F(a[1]), F(p[0]) - F(a[0]), F(p[1]) - F(a[1])
    if ux * vy != uy * vx:
        return None
    return vx / ux if ux else vy / uy


def shares(a, b, c, d):
    ux, uy = F(b[0]) - F(a[0]), F(b[1]) - F(a[1])
    vx, vy = F(d[0]) - F(c[0]), F(d[1]) - F(c[1])
    wx, wy = F(c[0]) - F(a[0]), F(c[1]) - F(a[1])
    det = ux * vy - uy * vx
    if not det:
        return None, None
    return (wx * vy - wy * vx) / det, (wx * uy - wy * ux) / det


def line_intersection(a, b, c, d):
    if all(F(x) == F(y) for x, y in zip(a, b)) or all(F(x) == F(y) for x, y in zip(c, d)):
        raise ValueError("equal points")
    _, u = shares(a, b, c, d)
    if u is None:
        return None
    return float(F(c[0]) + u * (F(d[0]) - F(c[0]))), float(F(c[1]) + u * (F(d[1]) - F(c[1])))


def point_segment_distance(p, a, b):
    ux, uy, vx, vy = F(b[0]) - F(a[0]), F(b[1]) - F(a[1]), F(p[0]) - F(a[0]), F(p[1]) - F(a[1])
    squared = ux * ux + uy * uy
    t = F(0)
    if squared:
        t = (ux * vx + uy * vy) / squared
        t = F(0) if t < 0 else F(1) if t > 1 else t
    x, y = vx - t * ux, vy - t * uy
    size = max(abs(x), abs(y))
    return float(size) * math.sqrt((x / size) ** 2 + (y / size) ** 2) if size else 0.0
