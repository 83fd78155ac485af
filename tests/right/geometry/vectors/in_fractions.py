"""Exact fractions inside, rounded once at the end; only lengths, turns and angles need floats."""

import math
from fractions import Fraction


def _exact(*numbers):
    try:
        return [Fraction(x) for x in numbers]
    except (OverflowError, ValueError):
        raise ValueError(f"not finite: {numbers}") from None


def _given(exact, *numbers):
    """Integers stay integers; a float goes back to a float."""
    return int(exact) if all(type(x) is int for x in numbers) else float(exact)


def _pair(a, b, op):
    exact = _exact(*a, *b)
    return tuple(_given(op(exact[i], exact[i + 2]), a[i], b[i]) for i in (0, 1))


def add(a, b):
    return _pair(a, b, lambda x, y: x + y)


def sub(a, b):
    return _pair(a, b, lambda x, y: x - y)


def scale(a, k):
    return _pair(a, (k, k), lambda x, y: x * y)


def dot(a, b):
    p, q, r, s = _exact(*a, *b)
    return _given(p * r + q * s, *a, *b)


def cross(a, b):
    p, q, r, s = _exact(*a, *b)
    return _given(p * s - q * r, *a, *b)


def norm(a):
    p, q = _exact(*a)
    square = p * p + q * q
    if square == 0:
        return 0.0
    # Shifted until its root has at least 60 bits; a root of integers.
    shift = max(0, 130 - square.numerator.bit_length() + square.denominator.bit_length()) // 2
    return float(Fraction(math.isqrt(int(square * 4**shift)), 2**shift))


def angle(a, b):
    p, q, r, s = _exact(*a, *b)
    if p == q == 0 or r == s == 0:
        raise ValueError("a zero vector has no direction")
    sine, cosine = p * s - q * r, p * r + q * s
    largest = max(abs(sine), abs(cosine))
    return math.atan2(sine / largest, cosine / largest)


def rotate(a, theta):
    x, y, _ = _exact(*a, theta)
    cos, sin = Fraction(math.cos(theta)), Fraction(math.sin(theta))
    return (float(x * cos - y * sin), float(x * sin + y * cos))


def perpendicular(a):
    _exact(*a)
    return (-a[1], a[0])


def _foot(a, line):
    p, q, r, s = _exact(*a, *line)
    if r == s == 0:
        raise ValueError("a zero vector has no direction")
    share = (p * r + q * s) / (r * r + s * s)
    return share * r, share * s


def project(a, onto):
    x, y = _foot(a, onto)
    return (float(x), float(y))


def reflect(a, axis):
    x, y = _foot(a, axis)
    return (float(2 * x - Fraction(a[0])), float(2 * y - Fraction(a[1])))
