"""Only corners of the hull count; the side that is seen under the smallest angle moves until no angle is acute."""

from fractions import Fraction
from math import isqrt, sqrt


def min_circle(points):
    if not points:
        raise ValueError("nothing to surround")
    corners = hull(sorted({(Fraction(x), Fraction(y)) for x, y in points}))
    if len(corners) == 1:
        return (float(corners[0][0]), float(corners[0][1])), 0.0
    a, b = corners[0], corners[1]
    while True:
        rest = [p for p in corners if p not in (a, b)]
        if not rest:
            break
        c = min(rest, key=lambda p: Key(p, a, b))
        if dot(c, a, b) <= 0:
            break
        if dot(a, b, c) < 0:
            a = c
        elif dot(b, a, c) < 0:
            b = c
        else:
            return circle(a, b, c)
        a, b = (a, b) if corners.index(a) < corners.index(b) else (b, a)
    return ((float((a[0] + b[0]) / 2), float((a[1] + b[1]) / 2)), sqrt(dot(a, b, b)) / 2)


class Key:
    """Orders points by the angle under which they see a side, by its cotangent; the largest comes last."""

    def __init__(self, p, a, b):
        area = abs((a[0] - p[0]) * (b[1] - p[1]) - (a[1] - p[1]) * (b[0] - p[0]))
        self.cotangent = dot(p, a, b) / area

    def __lt__(self, other):
        return self.cotangent > other.cotangent


def dot(p, a, b):
    return (a[0] - p[0]) * (b[0] - p[0]) + (a[1] - p[1]) * (b[1] - p[1])


def circle(a, b, c):
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    d = 2 * (bx * cy - by * cx)
    x = (cy * (bx**2 + by**2) - by * (cx**2 + cy**2)) / d
    y = (bx * (cx**2 + cy**2) - cx * (bx**2 + by**2)) / d
    square = x**2 + y**2
    return (float(a[0] + x), float(a[1] + y)), isqrt(int(square * 4**60)) / 2**60


def hull(ordered):
    if len(ordered) < 3:
        return ordered
    chains = []
    for way in (ordered, ordered[::-1]):
        chain = []
        for p in way:
            while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (p[1] - chain[-2][1]) <= (
                chain[-1][1] - chain[-2][1]
            ) * (p[0] - chain[-2][0]):
                chain.pop()
            chain.append(p)
        chains += chain[:-1]
    return chains
