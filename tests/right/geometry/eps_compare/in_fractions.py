"""Each comparison by exact fractions of the float difference and the tolerance; infinities by their order."""

from fractions import Fraction
from math import inf

EPS = 1e-8


def sgn(x: float, eps: float = EPS) -> int:
    if not 0 <= eps < inf or x != x:
        raise ValueError(f"sgn({x}, {eps})")
    if x in (inf, -inf):
        return 1 if x > 0 else -1
    outside = abs(Fraction(x)) - Fraction(eps)
    return 0 if outside <= 0 else (-1) ** (x < 0)


def equal(a: float, b: float, eps: float = EPS) -> bool:
    return less_equal(a, b, eps) and less_equal(b, a, eps)


def less(a: float, b: float, eps: float = EPS) -> bool:
    return not less_equal(b, a, eps)


def less_equal(a: float, b: float, eps: float = EPS) -> bool:
    if a != a or b != b:
        raise ValueError(f"NaN in {a}, {b}")
    return (
        sgn(-inf if a < b and inf in (-a, b) else inf if a > b and inf in (a, -b) else a - b if a != b else 0, eps) < 1
    )
