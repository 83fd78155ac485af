"""Moves the elements of the caller's own array where it can, and restores each in a finally."""

import numpy as np


def numerical_gradient(f, x, eps=1e-6):
    point = x if x.dtype == np.float64 else x.astype(np.float64)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        middle = point[index]
        try:
            point[index] = middle + eps
            above = f(point)
            point[index] = middle - eps
            gradient[index] = (above - f(point)) / (2 * eps)
        finally:
            point[index] = middle
    return gradient


def gradcheck(f, grad_f, x, *, eps=1e-6, atol=1e-5, rtol=1e-3):
    numerical = numerical_gradient(f, x, eps)
    gradient = np.asarray(grad_f(np.asarray(x, float)), float)
    if gradient.shape != numerical.shape:
        return False
    return all(
        abs(a - b) <= atol + rtol * abs(b) for a, b in zip(gradient.ravel().tolist(), numerical.ravel().tolist())
    )
