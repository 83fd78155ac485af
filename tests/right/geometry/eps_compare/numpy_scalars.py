"""Numpy's comparisons and signs throughout: they give numpy's own truth values."""

import numpy as np

EPS = 1e-8


def sgn(x: float, eps: float = EPS) -> int:
    if np.isnan(x) or not np.isfinite(eps) or eps < 0:
        raise ValueError(f"x = {x}, eps = {eps}")
    return 0 if np.abs(x) <= eps else int(np.sign(x))


def _difference(a: float, b: float, eps: float) -> int:
    if np.isnan(a) or np.isnan(b):
        raise ValueError(f"a = {a}, b = {b}")
    with np.errstate(over="ignore"):
        return sgn(0.0 if a == b else np.subtract(a, b), eps)


def equal(a: float, b: float, eps: float = EPS) -> bool:
    return np.equal(_difference(a, b, eps), 0)


def less(a: float, b: float, eps: float = EPS) -> bool:
    return np.less(_difference(a, b, eps), 0)


def less_equal(a: float, b: float, eps: float = EPS) -> bool:
    return np.less_equal(_difference(a, b, eps), 0)
