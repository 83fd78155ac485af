"""One three-way comparison by a clamp of the difference, and a table of names for its outcome."""

import math
from math import inf

EPS = 1e-8


def sgn(x: float, eps: float = EPS) -> int:
    if not (eps >= 0 and eps < inf):
        raise ValueError(f"eps is {eps}")
    if x != x:
        raise ValueError("x is NaN")
    outside = x - max(-eps, min(eps, x))
    return int(math.copysign(1, outside)) if outside else 0


def _three_way(a, b, eps):
    if a != a or b != b:
        raise ValueError(f"a is {a}, b is {b}")
    difference = a - b
    return sgn(difference if difference == difference else 0.0, eps)


def equal(a: float, b: float, eps: float = EPS) -> bool:
    return {0: True}.get(_three_way(a, b, eps), False)


def less(a: float, b: float, eps: float = EPS) -> bool:
    return {-1: True}.get(_three_way(a, b, eps), False)


def less_equal(a: float, b: float, eps: float = EPS) -> bool:
    return {1: False}.get(_three_way(a, b, eps), True)
