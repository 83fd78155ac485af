"""Recursion over the flat index, and allclose, whose second argument is the one that the bound is relative to."""

import numpy as np


def numerical_gradient(f, x, eps=1e-6):
    x = np.array(x, dtype=np.float64)

    def slope(flat):
        values = []
        for sign in (-1, 1):
            moved = x.ravel().copy()
            moved[flat] = moved[flat] + sign * eps
            values.append(f(moved.reshape(x.shape)))
        return (values[1] - values[0]) / eps / 2

    return np.array([slope(flat) for flat in range(x.size)], dtype=float).reshape(x.shape)


def gradcheck(f, grad_f, x, *, eps=1e-6, atol=1e-5, rtol=1e-3):
    numerical = numerical_gradient(f, x, eps)
    gradient = np.asarray(grad_f(np.array(x, dtype=np.float64)))
    return gradient.shape == numerical.shape and bool(np.allclose(gradient, numerical, rtol, atol))
