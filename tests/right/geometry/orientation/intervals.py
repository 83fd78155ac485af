"""Interval arithmetic as the filter: each result between its two neighbours; fractions where 0 is inside."""

import math
from fractions import Fraction


def down(x):
    return math.nextafter(x, -math.inf)


def up(x):
    return math.nextafter(x, math.inf)


def minus(x, y):
    return down(x[0] - y[1]), up(x[1] - y[0])


def times(x, y):
    products = [p * q for p in x for q in y]
    return down(min(products)), up(max(products))


def orient(a, b, c):
    for point in (a, b, c):
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            raise ValueError(f"not finite: {point}")
    ax, ay, bx, by, cx, cy = ((x, x) for x in (*a, *b, *c))
    low, high = minus(times(minus(bx, ax), minus(cy, ay)), times(minus(by, ay), minus(cx, ax)))
    if -math.inf < low <= high < math.inf:
        if low > 0:
            return 1
        if high < 0:
            return -1
    return sign_of_fractions(a, b, c)


def sign_of_fractions(a, b, c):
    px, py = Fraction(b[0]) - Fraction(a[0]), Fraction(b[1]) - Fraction(a[1])
    qx, qy = Fraction(c[0]) - Fraction(a[0]), Fraction(c[1]) - Fraction(a[1])
    one, other = px * qy, py * qx
    return 1 if one > other else -1 if one < other else 0
