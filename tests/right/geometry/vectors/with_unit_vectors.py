"""Directions are made unit vectors first, by hypot; projection, mirror image and angle are then plain products."""

import math


def _check(*points):
    for point in points:
        for x in point:
            if not abs(x) < math.inf:
                raise ValueError(f"not finite: {x}")


def _unit(a):
    _check(a)
    length = math.hypot(*a)
    if length == 0:
        raise ValueError("the zero vector has no direction")
    return (a[0] / length, a[1] / length)


def add(a, b):
    _check(a, b)
    return tuple(x + y for x, y in zip(a, b))


def sub(a, b):
    _check(a, b)
    return tuple(x - y for x, y in zip(a, b))


def scale(a, k):
    _check(a, (k,))
    return tuple(x * k for x in a)


def dot(a, b):
    _check(a, b)
    return a[0] * b[0] + a[1] * b[1]


def cross(a, b):
    return dot(perpendicular(a), b)


def norm(a):
    _check(a)
    return math.hypot(*a)


def angle(a, b):
    u, v = _unit(a), _unit(b)
    if cross(a, b) == 0 and dot(u, v) < 0:
        return math.pi
    return math.atan2(cross(u, v), dot(u, v)) if cross(a, b) else 0.0


def rotate(a, theta):
    _check(a, (theta,))
    turn = (math.cos(theta), math.sin(theta))
    return (a[0] * turn[0] - a[1] * turn[1], a[1] * turn[0] + a[0] * turn[1])


def perpendicular(a):
    _check(a)
    return (-a[1], a[0])


def project(a, onto):
    u = _unit(onto)
    return scale(u, dot(a, u))


def reflect(a, axis):
    u = _unit(axis)
    along, aside = dot(a, u), cross(u, a)
    return (along * u[0] + aside * u[1], along * u[1] - aside * u[0])
