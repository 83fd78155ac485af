"""Everything in ints, since whole floats are ints; one division at the end."""

import math
from fractions import Fraction


def ints(*points):
    return [(int(x), int(y)) for x, y in points]


def cross(o, p, q):
    return (p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0])


def dot(o, p, q):
    return (p[0] - o[0]) * (q[0] - o[0]) + (p[1] - o[1]) * (q[1] - o[1])


def on_segment(p, a, b):
    p, a, b = ints(p, a, b)
    return cross(p, a, b) == 0 and dot(p, a, b) <= 0


def side(a, b, c):
    turn = cross(a, b, c)
    return 0 if turn == 0 else turn // abs(turn)


def segments_intersect(a, b, c, d):
    a, b, c, d = ints(a, b, c, d)
    for axis in (0, 1):
        if max(a[axis], b[axis]) < min(c[axis], d[axis]) or max(c[axis], d[axis]) < min(a[axis], b[axis]):
            return False
    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0


def line_intersection(a, b, c, d):
    a, b, c, d = ints(a, b, c, d)
    if a == b or c == d:
        raise ValueError("a line needs two points")
    left, right = cross(c, d, a), cross(c, d, b)
    if left == right:
        return None
    return tuple(float(Fraction(a[k] * right - b[k] * left, right - left)) for k in (0, 1))


def point_segment_distance(p, a, b):
    p, a, b = ints(p, a, b)
    if dot(a, b, p) <= 0:
        return math.hypot(p[0] - a[0], p[1] - a[1])
    if dot(b, a, p) <= 0:
        return math.hypot(p[0] - b[0], p[1] - b[1])
    return float(abs(cross(a, b, p)) / Fraction(math.hypot(b[0] - a[0], b[1] - a[1])))
