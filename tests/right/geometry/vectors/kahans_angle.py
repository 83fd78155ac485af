"""Kahan's angle from two lengths, 2 atan2(|u - v|, |u + v|), with the sign of the cross product; turns by half angles."""

import math


def _finite(*numbers):
    for x in numbers:
        if not (x - x == 0):
            raise ValueError(f"{x} is not finite")


def _unit(a, b=(1, 0)):
    _finite(*a, *b)
    if a[0] == a[1] == 0:
        raise ValueError("no direction")
    length = norm(a)
    return (a[0] / length, a[1] / length)


def add(a, b):
    _finite(*a, *b)
    return (a[0] + b[0], a[1] + b[1])


def sub(a, b):
    _finite(*a, *b)
    return (a[0] - b[0], a[1] - b[1])


def scale(a, k):
    _finite(*a, k)
    return (k * a[0], k * a[1])


def dot(a, b):
    _finite(*a, *b)
    return a[1] * b[1] + a[0] * b[0]


def cross(a, b):
    _finite(*a, *b)
    return a[0] * b[1] - b[0] * a[1]


def norm(a):
    _finite(*a)
    return math.dist(a, (0.0, 0.0))


def angle(a, b):
    u, v = _unit(a), _unit(b)
    turn = 2 * math.atan2(norm(sub(u, v)), norm(add(u, v)))
    return -turn if cross(a, b) < 0 else turn


def rotate(a, theta):
    _finite(*a, theta)
    half, whole = math.sin(theta / 2), math.sin(theta)
    cos = 1 - 2 * half * half
    return (a[0] * cos - a[1] * whole, a[1] * cos + a[0] * whole)


def perpendicular(a):
    _finite(*a)
    return (-a[1], a[0])


def project(a, onto):
    u = _unit(onto, a)
    return scale(u, dot(a, u))


def reflect(a, axis):
    (x, y), (p, q) = _unit(axis, a), a
    # The matrix of a mirror: cos and sin of twice the angle of the axis.
    cos, sin = (x - y) * (x + y), 2 * x * y
    return (cos * p + sin * q, sin * p - cos * q)
