"""Unpacked coordinates throughout, the projection and the mirror image as one formula each."""

from math import atan2, cos, frexp, hypot, inf, ldexp, pi, sin


def finite(*numbers):
    for x in numbers:
        if x != x or x == inf or x == -inf:
            raise ValueError(x)


def add(a, b):
    (p, q), (r, s) = a, b
    finite(p, q, r, s)
    return p + r, q + s


def sub(a, b):
    (p, q), (r, s) = a, b
    finite(p, q, r, s)
    return p - r, q - s


def scale(a, k):
    finite(*a, k)
    return k * a[0], k * a[1]


def dot(a, b):
    finite(*a, *b)
    return sum(x * y for x, y in zip(a, b))


def cross(a, b):
    (p, q), (r, s) = a, b
    finite(p, q, r, s)
    return p * s - r * q


def norm(a):
    finite(*a)
    return hypot(a[0], a[1])


def angle(a, b):
    if not any(a) or not any(b):
        raise ValueError("zero vector")
    turn = atan2(cross(a, b), dot(a, b))
    return pi if turn == -pi else turn


def rotate(a, theta):
    finite(*a, theta)
    (x, y), c, s = a, cos(theta), sin(theta)
    return c * x - s * y, s * x + c * y


def perpendicular(a):
    finite(*a)
    x, y = a
    return -y, x


def along(a, line, times):
    finite(*a, *line)
    if not any(line):
        raise ValueError("zero vector")
    # Two powers of two bring the line to a length near 1, whose square is harmless.
    shift = -frexp(max(map(abs, line)))[1]
    x, y = (ldexp(ldexp(u, shift // 2), shift - shift // 2) for u in line)
    share = times * dot(a, (x, y)) / (x * x + y * y)
    return share * x, share * y


def project(a, onto):
    return along(a, onto, 1)


def reflect(a, axis):
    x, y = along(a, axis, 2)
    return x - a[0], y - a[1]
