"""Recursion over a border of at most three points; a point that was outside moves to the front of the list."""

import random
from fractions import Fraction


def min_circle(points):
    if not points:
        raise ValueError(points)
    different = [(Fraction(x), Fraction(y)) for x, y in sorted(set(points))]
    random.Random(len(different)).shuffle(different)
    x, y, square = smallest(different, len(different), ())
    return (float(x), float(y)), float(square) ** 0.5


def smallest(points, count, border):
    circle = {0: none, 1: one, 2: two, 3: three}[len(border)](*border)
    if len(border) == 3:
        return circle
    for place in range(count):
        p = points[place]
        if circle is None or (p[0] - circle[0]) ** 2 + (p[1] - circle[1]) ** 2 > circle[2]:
            circle = smallest(points, place, (*border, p))
            points.insert(0, points.pop(place))
    return circle


def none():
    return None


def one(a):
    return (*a, 0)


def two(a, b):
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / 4


def three(a, b, c):
    # Where the middle lines of two sides meet, by Cramer's rule.
    m = [[b[0] - a[0], b[1] - a[1]], [c[0] - a[0], c[1] - a[1]]]
    v = [(q[0] ** 2 + q[1] ** 2 - a[0] ** 2 - a[1] ** 2) / 2 for q in (b, c)]
    d = m[0][0] * m[1][1] - m[0][1] * m[1][0]
    x, y = (v[0] * m[1][1] - v[1] * m[0][1]) / d, (m[0][0] * v[1] - m[1][0] * v[0]) / d
    return x, y, (a[0] - x) ** 2 + (a[1] - y) ** 2
