"""The sign as a difference of two truth values; less and equal are asked with the arguments turned round."""

import math

EPS = 1e-8


def sgn(x: float, eps: float = EPS) -> int:
    if math.isnan(x) or math.isnan(eps) or math.isinf(eps) or eps < 0:
        raise ValueError(f"x = {x}, eps = {eps}")
    return (x > eps) - (x < -eps)


def equal(a: float, b: float, eps: float = EPS) -> bool:
    return not less(a, b, eps) and not less(b, a, eps)


def less(a: float, b: float, eps: float = EPS) -> bool:
    if math.isinf(a) and a == b:
        sgn(0.0, eps)
        return False
    return sgn(b - a, eps) == 1


def less_equal(a: float, b: float, eps: float = EPS) -> bool:
    return not less(b, a, eps)
