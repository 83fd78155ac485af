"""Unpacked coordinates throughout, the projection and the mirror image as one formula each."""

from math import atan2, cos, hypot, inf, pi, sin


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


def project(a, onto):
    if not any(onto):
        raise ValueError("zero vector")
    share = dot(a, onto) / dot(onto, onto)
    return share * onto[0], share * onto[1]


def reflect(a, axis):
    if not any(axis):
        raise ValueError("zero vector")
    share = 2 * dot(a, axis) / dot(axis, axis)
    return share * axis[0] - a[0], share * axis[1] - a[1]
