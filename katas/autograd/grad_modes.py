"""Switch the record off: variables that need no gradient, detach and no_grad.

An engine that records everything pays for it: each result holds on to what it was computed from.
To evaluate a model, to update its weights or to freeze a part of it, nobody needs that record. So
every framework has three ways to do without. Here they are, for plain numbers:

- A variable says whether it requires a gradient. Only what depends on one that does is recorded.
- ``detach`` gives the same number without its past.
- ``no_grad`` switches the record off for a while.

    w = Variable(2.0, True)    requires a gradient    leaf
    c = Variable(3.0)          requires none          leaf
    c * 5                      requires none          leaf: nothing was recorded
    y = w * c                  requires a gradient    no leaf: it was recorded
    y.detach()                 requires none          leaf
    w * c under no_grad        requires none          leaf

An operation is recorded where the mode is on and at least one operand requires a gradient. Then,
and only then, its result requires one, too. The rest has no past: it holds no reference to what it
was computed from, so a long loop without a record needs no more memory than a short one.

The mode counts while something is computed, not later. ``backward`` does its work under
``no_grad``, too, and ``Variable(2.0, True)`` requires a gradient wherever it is made.

The traps: a block may end by an exception. It may lie inside another block, or in a function that
calls itself. Each thread has a mode of its own, and every thread begins with the record on.

Level: 2
Needs: autograd/scalar_engine
Source: PyTorch, "Autograd mechanics", locally disabling gradient computation
Time: O(1) an operation, O(nodes) for backward
Space: O(nodes that are recorded)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Variable:
    """A number that remembers how it was computed, if a gradient may be asked for.

    Variables and plain numbers mix, on either side of ``+`` and ``*``. A plain number requires no
    gradient. Arithmetic gives a new variable and changes none: after ``w = v`` and ``w += 2`` there
    is a new variable ``w``, and ``v`` is what it was.

    Args:
        data: the number; the new variable is a leaf.
        requires_grad: whether gradients with respect to it may be asked for.

    Attributes:
        data: the number, a float.
        requires_grad: True or False.
        is_leaf: False for the result of a recorded operation, True for all others.
        grad: None at first. Of a leaf that requires a gradient, the sum of what all calls of
            ``backward`` gave it, a float; it may be set to None at any time. Of all others it stays
            None.

    Example:
        >>> w, c = Variable(2.0, requires_grad=True), Variable(3.0)
        >>> y = w * c + 1
        >>> y.requires_grad, y.is_leaf, (c * 5).requires_grad
        (True, False, False)
        >>> y.backward()
        >>> y.data, w.grad, c.grad, y.grad
        (7.0, 3.0, None, None)

    Limits: operands that are no numbers, ``data`` or ``requires_grad`` set by hand, numbers and
    derivatives above 1e100 or (but for 0) below 1e-100 in size, and graphs that are more than 500
    operations deep are left open.
    """

    def __init__(self, data: float, requires_grad: bool = False) -> None:
        """A leaf."""
        raise NotImplementedError

    def __add__(self, other: Variable | float) -> Variable:
        """``self + other``."""
        raise NotImplementedError

    def __radd__(self, other: float) -> Variable:
        """``other + self``."""
        raise NotImplementedError

    def __mul__(self, other: Variable | float) -> Variable:
        """``self * other``."""
        raise NotImplementedError

    def __rmul__(self, other: float) -> Variable:
        """``other * self``."""
        raise NotImplementedError

    def detach(self) -> Variable:
        """A new leaf of the same number that requires no gradient; this variable stays as it is."""
        raise NotImplementedError

    def backward(self) -> None:
        """Add d self / d x to the ``grad`` of each leaf x that requires a gradient.

        Only what was recorded counts: a leaf to which no recorded operation leads stays as it is,
        and one that is reached gets a number, also where that is 0. A leaf gives itself 1. The
        record stays, so a second call adds the same again.

        Raises:
            RuntimeError: this variable requires no gradient.

        Example:
            >>> w = Variable(3.0, requires_grad=True)
            >>> y = w * w.detach() + w  # the second factor counts as a plain 3.0
            >>> y.backward()
            >>> w.grad
            4.0
        """
        raise NotImplementedError


class no_grad:  # noqa: N801  # a function in the eyes of its users, as in torch
    """Nothing is recorded inside: as a context manager, or as a decorator of a function.

    Blocks may be nested, and the mode after a block is that before it, also where the block ends
    by an exception; the exception goes on. It is the mode of the current thread alone. One object
    may be used any number of times, also inside itself and in several threads at once.

    A decorated function takes the same arguments and returns the same, with the record off while
    it runs. It keeps its name and its docstring, and it may be a method.

    Example:
        >>> w = Variable(2.0, requires_grad=True)
        >>> with no_grad():
        ...     step = w * 0.5
        >>> step.requires_grad, grad_enabled()
        (False, True)
        >>> @no_grad()
        ... def evaluate(x, factor=1):
        ...     return (w * x * factor).requires_grad, grad_enabled()
        >>> evaluate(3, factor=2)
        (False, False)

    Limits: generator functions, coroutines, and ``no_grad`` without parentheses are left open.
    """

    def __enter__(self) -> None:
        """Switch the record off in this thread."""
        raise NotImplementedError

    def __exit__(self, *error: object) -> None:
        """Go back to the mode before; an error is not held up."""
        raise NotImplementedError

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with the record off while it runs."""
        raise NotImplementedError


def grad_enabled() -> bool:
    """Whether operations are recorded at the moment, in the thread that asks.

    Example:
        >>> with no_grad():
        ...     grad_enabled()
        False
        >>> grad_enabled()
        True
    """
    raise NotImplementedError
