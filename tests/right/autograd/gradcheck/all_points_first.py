"""Makes a stack of all points first, then asks f for each of them, the left sides before the right ones."""

import numpy as np


def numerical_gradient(f, x, eps=1e-6):
    x = np.asarray(x, dtype=float)
    steps = (np.eye(x.size) * eps).reshape((x.size, *x.shape))
    below = np.array([f(x - step) for step in steps])
    above = np.array([f(x + step) for step in steps])
    return ((above - below) / (2 * eps)).reshape(x.shape)


def gradcheck(f, grad_f, x, *, eps=1e-6, atol=1e-5, rtol=1e-3):
    numerical = numerical_gradient(f, x, eps)
    gradient = np.asarray(grad_f(np.asarray(x, float)), float)
    if gradient.shape != numerical.shape:
        return False
    return all(
        abs(a - b) <= atol + rtol * abs(b) for a, b in zip(gradient.ravel().tolist(), numerical.ravel().tolist())
    )
