"""Lines as p x + q y = r with exact coefficients; collinear segments are compared along their longer axis."""

import math
from fractions import Fraction


def whole(point):
    return Fraction(point[0]), Fraction(point[1])


def line(a, b):
    p, q = b[1] - a[1], a[0] - b[0]
    return p, q, p * a[0] + q * a[1]


def at(equation, point):
    p, q, r = equation
    return p * point[0] + q * point[1] - r


def on_segment(p, a, b):
    p, a, b = whole(p), whole(a), whole(b)
    return at(line(a, b), p) == 0 and sorted((a, p, b))[1] == p


def segments_intersect(a, b, c, d):
    a, b, c, d = map(whole, (a, b, c, d))
    ab, cd = line(a, b), line(c, d)
    values = at(ab, c), at(ab, d), at(cd, a), at(cd, b)
    if not any(values):
        (low, high), (start, end) = sorted((a, b)), sorted((c, d))
        if a == b and c == d:
            return a == c
        return max(low, start) <= min(high, end)
    return values[0] * values[1] <= 0 and values[2] * values[3] <= 0


def line_intersection(a, b, c, d):
    a, b, c, d = map(whole, (a, b, c, d))
    if a == b:
        raise ValueError("a and b are one point")
    if c == d:
        raise ValueError("c and d are one point")
    (p, q, r), (s, t, u) = line(a, b), line(c, d)
    det = p * t - q * s
    if det == 0:
        return None
    return float((r * t - q * u) / det), float((p * u - r * s) / det)


def point_segment_distance(p, a, b):
    p, a, b = whole(p), whole(a), whole(b)
    x, y = b[0] - a[0], b[1] - a[1]
    if x == y == 0:
        return math.hypot(*(float(p[k] - a[k]) for k in (0, 1)))
    before = (p[0] - a[0]) * x + (p[1] - a[1]) * y
    after = (p[0] - b[0]) * x + (p[1] - b[1]) * y
    if before < 0 or after > 0:
        end = a if before < 0 else b
        return math.hypot(*(float(p[k] - end[k]) for k in (0, 1)))
    return float(abs(at(line(a, b), p)) / Fraction(math.hypot(float(x), float(y))))
