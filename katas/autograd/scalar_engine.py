"""Compute the gradient of any arithmetic program in one pass.

A ``Value`` holds a number. Arithmetic with values gives values that know how they came about, so a program that merely
computes has also written down its own graph, from the leaves (values made from numbers) to the result. ``backward``
on a result r gives every leaf x its dr/dx, all of them in one pass, however many leaves there are: training a network
stands on that.

By the chain rule, the derivative along one path through the graph is the product of the local derivatives on it; by
the sum rule, dr/dx is the sum over all paths from x to r.

    x = 3           dr/dx = 1 * 2x  (through b) + 1 * 1  (directly) = 7
    b = x * x       x goes into b twice: 1 * x + 1 * x
    r = b + x       r = 12

    r.backward()    x.grad = 7
    r.backward()    x.grad = 14: gradients add up until set to 0

There may be far more paths than nodes: 40 times ``x = x + x`` has 2 ** 40 of them. A graph may also be deep: a loop of
100,000 steps makes a chain of 100,000 nodes, and Python's stack is not that high.

The trap: what one pass leaves behind in the middle of the graph belongs to that pass. The next one, from the same
result or from another that shares part of the graph, must add to the leaves exactly what is theirs.

Level: 3
Needs: -
Source: Griewank and Walther, Evaluating Derivatives, section 3.2; Karpathy, micrograd
Time: O(1) an operation, O(nodes) for backward: those of its own graph, however many others there are
Space: O(nodes); a graph that nobody holds any more is freed
"""

from __future__ import annotations


class Value:
    """A number that remembers what it was computed from.

    Values and plain numbers mix, on either side: ``v + w``, ``v + 2``, ``2 + v``; so for ``-``, ``*`` and ``/``.
    Arithmetic changes no value: after ``w = v`` and ``w += 2``, ``w`` is a new value and ``v`` is what it was. An
    operation that raises leaves everything as it was.

    Args:
        data: the number; the new value is a leaf.

    Attributes:
        data: the number, a float.
        grad: of a leaf, the sum of what all calls of ``backward`` gave it; 0.0 at first, and it may be set to 0.0 at
            any time. Of other values, unspecified.

    Raises:
        TypeError: ``data``, or an operand, is not a number (an operand may be a ``Value``).

    Example:
        >>> a, b = Value(2.0), Value(-3.0)
        >>> loss = (1 - a * b) / a + b**2
        >>> loss.backward()
        >>> loss.data, a.grad, b.grad
        (12.5, -0.25, -7.0)

    Limits: numbers, results and derivatives above 1e100 in size are not specified; one below 1e-100 may become 0.
    """

    def __init__(self, data: float) -> None:
        """A leaf."""
        raise NotImplementedError

    def __add__(self, other: Value | float) -> Value:
        """``self + other``."""
        raise NotImplementedError

    def __radd__(self, other: float) -> Value:
        """``other + self``."""
        raise NotImplementedError

    def __sub__(self, other: Value | float) -> Value:
        """``self - other``."""
        raise NotImplementedError

    def __rsub__(self, other: float) -> Value:
        """``other - self``."""
        raise NotImplementedError

    def __mul__(self, other: Value | float) -> Value:
        """``self * other``."""
        raise NotImplementedError

    def __rmul__(self, other: float) -> Value:
        """``other * self``."""
        raise NotImplementedError

    def __truediv__(self, other: Value | float) -> Value:
        """``self / other``; ``ZeroDivisionError`` where ``other`` is 0."""
        raise NotImplementedError

    def __rtruediv__(self, other: float) -> Value:
        """``other / self``; ``ZeroDivisionError`` where ``self`` is 0."""
        raise NotImplementedError

    def __neg__(self) -> Value:
        """``-self``."""
        raise NotImplementedError

    def __pow__(self, exponent: float) -> Value:
        """``self ** exponent`` for a number as exponent; ``self ** 0`` is 1 with derivative 0, also at 0.

        Raises:
            TypeError: the exponent is not a number; a ``Value`` is none here, nor is ``2 ** self`` defined.

        Limits: a negative number to a fractional power, 0 to a negative one, and the derivative at 0 of a power
        between 0 and 1 are not specified.
        """
        raise NotImplementedError

    def exp(self) -> Value:
        """The exponential function of this value."""
        raise NotImplementedError

    def log(self) -> Value:
        """The natural logarithm; ``ValueError`` where this value is 0 or less."""
        raise NotImplementedError

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        raise NotImplementedError

    def relu(self) -> Value:
        """This value where it is positive, else 0; its derivative at 0 is 0."""
        raise NotImplementedError

    def backward(self) -> None:
        """Add to the ``grad`` of every leaf x that this value was computed from: d self / d x.

        A leaf gives itself 1. A second call adds the same again. Values that this one does not depend on stay as they
        are.

        Example:
            >>> x = Value(3.0)
            >>> r = x * x + x
            >>> r.backward()
            >>> x.grad
            7.0
            >>> r.backward()
            >>> x.grad
            14.0
        """
        raise NotImplementedError
