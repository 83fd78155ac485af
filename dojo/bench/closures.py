"""A scalar engine as most tutorials build it: each operation leaves a closure that hands the gradient on.

That is the design of Karpathy's micrograd, in words of our own, so that times can be compared where micrograd is not
installed: numbers become leaves, operands are held in a set, and a recursive walk finds the order.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Scalar:
    """A number, its gradient, its operands, and what hands the gradient on to them.

    Example:
        >>> x = Scalar(3.0)
        >>> y = x * x + 1
        >>> y.backward()
        >>> y.data, x.grad
        (10.0, 6.0)

    Limits: intermediate gradients are left from an earlier pass, and the walk is as deep as the graph.
    """

    def __init__(self, data: float, operands: tuple[Scalar, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.operands = set(operands)
        self.hand_on: Callable[[], None] = lambda: None

    def __add__(self, other: Scalar | float) -> Scalar:
        term = other if isinstance(other, Scalar) else Scalar(other)
        made = Scalar(self.data + term.data, (self, term))

        def hand_on() -> None:
            self.grad += made.grad
            term.grad += made.grad

        made.hand_on = hand_on
        return made

    def __mul__(self, other: Scalar | float) -> Scalar:
        factor = other if isinstance(other, Scalar) else Scalar(other)
        made = Scalar(self.data * factor.data, (self, factor))

        def hand_on() -> None:
            self.grad += factor.data * made.grad
            factor.grad += self.data * made.grad

        made.hand_on = hand_on
        return made

    def __pow__(self, exponent: float) -> Scalar:
        made = Scalar(self.data**exponent, (self,))

        def hand_on() -> None:
            self.grad += exponent * self.data ** (exponent - 1) * made.grad

        made.hand_on = hand_on
        return made

    def tanh(self) -> Scalar:
        """The hyperbolic tangent."""
        made = Scalar(math.tanh(self.data), (self,))

        def hand_on() -> None:
            self.grad += (1 - made.data**2) * made.grad

        made.hand_on = hand_on
        return made

    def __neg__(self) -> Scalar:
        return self * -1

    def __sub__(self, other: Scalar | float) -> Scalar:
        return self + (-other)

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self) -> None:
        """Gradients of all that this number came from."""
        order: list[Scalar] = []
        seen: set[Scalar] = set()

        def visit(scalar: Scalar) -> None:
            if scalar not in seen:
                seen.add(scalar)
                for operand in scalar.operands:
                    visit(operand)
                order.append(scalar)

        visit(self)
        self.grad = 1.0
        for scalar in reversed(order):
            scalar.hand_on()


@contextmanager
def deep_enough(depth: int) -> Iterator[None]:
    """Let Python recurse as deep as a chain is long; its own stack frames take no stack of the machine."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, depth + 1_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
