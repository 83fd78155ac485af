"""Vectors as complex numbers where floats suffice: a product turns, a conjugate mirrors, a phase is an angle."""

import cmath
import math


def _finite(*values):
    for value in values:
        if isinstance(value, int):
            continue
        if not math.isfinite(value):
            raise ValueError(value)


def _direction(a):
    _finite(*a)
    if a == (0, 0):
        raise ValueError("zero vector")
    # Divided by its larger coordinate, so that no product overflows; the direction is the same.
    size = max(abs(a[0]), abs(a[1]))
    return complex(a[0] / size, a[1] / size)


def add(a, b):
    _finite(*a, *b)
    return (a[0] + b[0], a[1] + b[1])


def sub(a, b):
    return add(a, scale(b, -1))


def scale(a, k):
    _finite(*a, k)
    return (a[0] * k, a[1] * k)


def dot(a, b):
    _finite(*a, *b)
    return a[0] * b[0] + a[1] * b[1]


def cross(a, b):
    _finite(*a, *b)
    return -(a[1] * b[0] - a[0] * b[1])


def norm(a):
    _finite(*a)
    return abs(complex(*a))


def angle(a, b):
    u, v = _direction(a), _direction(b)
    if a[0] * b[1] == a[1] * b[0]:
        return 0.0 if (u * v.conjugate()).real > 0 else math.pi
    return cmath.phase(v * u.conjugate())


def rotate(a, theta):
    _finite(*a, theta)
    turned = complex(*a) * cmath.rect(1, theta)
    return (turned.real, turned.imag)


def perpendicular(a):
    _finite(*a)
    return (-a[1], a[0])


def project(a, onto):
    _finite(*a)
    u = _direction(onto)
    share = (complex(*a) * u.conjugate()).real / abs(u) ** 2
    return ((share * u).real, (share * u).imag)


def reflect(a, axis):
    u = _direction(axis)
    _finite(*a)
    mirrored = u / u.conjugate() * complex(*a).conjugate()
    return (mirrored.real, mirrored.imag)
