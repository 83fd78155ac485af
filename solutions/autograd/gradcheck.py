"""Check a gradient by differences.

A backward pass that is a little wrong still trains, only worse, and no error says so. Differences
find it: they need nothing but the function itself. They are slow and not exact, so they are for
tests, and every framework has a tool of this kind.

For each element i of x, with e_i = 1 at i and 0 elsewhere:

    g_i = (f(x + eps e_i) - f(x - eps e_i)) / (2 eps)

Both sides are taken, since the error of one side alone is as large as eps, and that of both is only
as large as eps^2. Example: f(x) = x^2 at x = 1 with eps = 1/4.

    both sides     (25/16 - 9/16) / (1/2)  =  2        the derivative is 2
    one side       (25/16 - 1) / (1/4)     =  9/4

The traps: x may hold integers, to which a small eps adds nothing; and x is the caller's, also when
f fails halfway. A gradient of another shape may still fit by broadcasting, and NaN is not larger
than any bound.

Level: 2
Needs: -
Source: PyTorch, torch.autograd.gradcheck; Goodfellow et al., Deep Learning, section 11.5
Time: two calls of f for each element
Space: O(size of x)
"""

from collections.abc import Callable

import numpy as np


def numerical_gradient(
    f: Callable[[np.ndarray], float],
    x: np.ndarray,
    eps: float = 1e-6,
) -> np.ndarray:
    """The gradient of ``f`` at ``x`` by central differences, computed in float64.

    Args:
        f: takes a float64 array of the shape of ``x``, which it does not change, and gives a
            number. It is called twice for each element of ``x``, in any order.
        x: any shape, also without axes or without elements; integers or floats. It is as before
            afterwards, also where ``f`` raises an error, and so is what ``f`` sees of it.
        eps: the step to each side, above 0.

    Returns:
        A new float64 array of the shape of ``x``.

    Raises:
        Whatever ``f`` raises.

    Example:
        >>> numerical_gradient(lambda x: float((x * x).sum()), np.array([1, 3]), eps=0.25)
        array([2., 6.])
    """
    # hint: Integers can't hold x + eps, and the caller's array must not change, whatever f does. Both are solved by one
    # line at the beginning.
    point = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        values = []
        for step in (eps, -eps):
            # hint: Only one element may be off at a time: begin each step from x itself.
            shifted = point.copy()
            shifted[index] += step
            values.append(f(shifted))
        gradient[index] = (values[0] - values[1]) / (2 * eps)
    return gradient


def gradcheck(
    f: Callable[[np.ndarray], float],
    grad_f: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
) -> bool:
    """Whether a gradient agrees with the numerical one at ``x``.

    Args:
        f: as for :func:`numerical_gradient`.
        grad_f: takes a float64 array of the shape of ``x``, and gives an array: the gradient that
            is checked.
        x: as for :func:`numerical_gradient`.
        eps: the step to each side.
        atol: how far each element may be off in any case, 0 or more.
        rtol: how far beyond that, as a share of the size of the numerical gradient's element.

    Returns:
        A bool: True where for every element |gradient - numerical| <= atol + rtol |numerical|.
        False where the gradient has another shape than ``x``, or holds NaN or infinity.

    Example:
        >>> f, x = lambda x: float((x**3).sum()), np.array([1.0, 2.0])
        >>> gradcheck(f, lambda x: 3 * x * x, x), gradcheck(f, lambda x: 2 * x * x, x)
        (True, False)

    Limits: errors within a thousandth of the bound, and what is infinite in f, are left open.
    """
    numerical = numerical_gradient(f, x, eps)
    gradient = np.asarray(grad_f(np.array(x, dtype=np.float64)), dtype=np.float64)
    if gradient.shape != numerical.shape:
        return False
    # hint: Write the comparison so that NaN fails it: "is it within" instead of "is it outside".
    with np.errstate(invalid="ignore"):
        within = np.abs(gradient - numerical) <= atol + rtol * np.abs(numerical)
    return bool(within.all())
