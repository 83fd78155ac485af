"""Probes of autograd/gradcheck: they run beside an answer and hand back plain data, never an expected value.

A function is a list of terms ``(coefficient, [(element, power), ...])``: the sum of coefficients times powers of
elements, which are counted through the flat array.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Terms = list[tuple[float, list[tuple[int, int]]]]


def value(terms: Terms, x: np.ndarray) -> float:
    """The function at a point."""
    flat = [float(each) for each in x.reshape(-1)]
    return math.fsum(
        coefficient * math.prod(flat[element] ** power for element, power in factors) for coefficient, factors in terms
    )


def gradient_and_points(kata: Any, terms: Terms, x: np.ndarray, options: dict[str, float], fails_at: int) -> Any:
    """The numerical gradient, and where the function was asked.

    Returns:
        ``gradient``: what came back, None where the function failed; ``points``: each array that the function was
        given, as it was then; ``values``: what the function gave; ``arguments``: their dtypes and shapes.
    """
    points: list[np.ndarray] = []
    values: list[float] = []
    arguments: set[tuple[str, tuple[int, ...]]] = set()

    def f(point: np.ndarray) -> float:
        points.append(np.array(point))
        arguments.add((str(point.dtype), point.shape))
        if len(points) == fails_at:
            raise ArithmeticError("asked for by the property")
        values.append(value(terms, point))
        return values[-1]

    try:
        gradient = kata.numerical_gradient(f, x, **options)
    except ArithmeticError:
        gradient = None
    return {"gradient": gradient, "points": points, "values": values, "arguments": sorted(arguments)}


def verdict(kata: Any, terms: Terms, x: np.ndarray, gradient: np.ndarray, options: dict[str, float]) -> Any:
    """What gradcheck says of a gradient, which is the same array wherever it is asked for."""
    asked: list[np.ndarray] = []

    def grad_f(point: np.ndarray) -> np.ndarray:
        asked.append(np.array(point))
        return gradient

    result = kata.gradcheck(lambda point: value(terms, point), grad_f, x, **options)
    return {"result": result, "asked": asked}
