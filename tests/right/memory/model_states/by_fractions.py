"""Exact rationals and math.ceil, one statement for each part."""

from fractions import Fraction
from math import ceil


def model_states(parameters, *, stage=0, world=1, weight_bytes=2, gradient_bytes=2, optimizer_bytes=12):
    if not 0 <= stage <= 3:
        raise ValueError("unknown stage")
    if not world >= 1:
        raise ValueError("world must be positive")
    weights = Fraction(parameters * weight_bytes)
    gradients = Fraction(parameters * gradient_bytes)
    optimizer = Fraction(parameters * optimizer_bytes)
    if stage >= 1:
        optimizer /= world
    if stage >= 2:
        gradients /= world
    if stage >= 3:
        weights /= world
    result = dict(weights=ceil(weights), gradients=ceil(gradients), optimizer=ceil(optimizer))
    result["total"] = result["weights"] + result["gradients"] + result["optimizer"]
    return result
