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

import functools
import threading
from collections.abc import Callable
from typing import Any

_thread = threading.local()


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
        self.data = float(data)
        self.requires_grad = requires_grad
        self.is_leaf = True
        self.grad: float | None = None
        # The operands that require a gradient, each with the local derivative.
        self.edges: tuple[tuple[Variable, float], ...] = ()

    def __add__(self, other: Variable | float) -> Variable:
        """``self + other``."""
        if isinstance(other, Variable):
            return _result(self.data + other.data, (self, 1.0), (other, 1.0))
        return _result(self.data + other, (self, 1.0))

    def __radd__(self, other: float) -> Variable:
        """``other + self``."""
        return self + other

    def __mul__(self, other: Variable | float) -> Variable:
        """``self * other``."""
        if isinstance(other, Variable):
            return _result(self.data * other.data, (self, other.data), (other, self.data))
        return _result(self.data * other, (self, other))

    def __rmul__(self, other: float) -> Variable:
        """``other * self``."""
        return self * other

    def detach(self) -> Variable:
        """A new leaf of the same number that requires no gradient; this variable stays as it is."""
        return Variable(self.data)

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
        if not self.requires_grad:
            raise RuntimeError("nothing that this variable was computed from requires a gradient")
        order: list[Variable] = []
        seen: set[Variable] = set()
        stack = [(self, False)]
        while stack:
            variable, operands_are_listed = stack.pop()
            if operands_are_listed:
                order.append(variable)
            elif variable not in seen:
                seen.add(variable)
                stack.append((variable, True))
                stack += [(operand, False) for operand, _ in variable.edges]
        # hint: Only leaves keep a gradient. What arrives in the middle of the graph belongs to this pass alone, so a
        # dictionary that dies with the pass is a good place for it.
        grads = dict.fromkeys(seen, 0.0)
        grads[self] = 1.0
        for variable in reversed(order):
            if variable.is_leaf:
                variable.grad = (variable.grad or 0.0) + grads[variable]
            for operand, slope in variable.edges:
                grads[operand] += slope * grads[variable]


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
        # hint: What must be known at the end of a block? If the object keeps the mode that it found, its second use
        # inside itself forgets the first. Count the open blocks instead, for each thread.
        _thread.open_blocks = getattr(_thread, "open_blocks", 0) + 1

    def __exit__(self, *error: object) -> None:
        """Go back to the mode before; an error is not held up."""
        _thread.open_blocks -= 1

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with the record off while it runs."""

        # hint: The decorator runs once and the function many times. The block must open when the function is called.
        @functools.wraps(function)
        def without_record(*arguments: Any, **keywords: Any) -> Any:
            with self:
                return function(*arguments, **keywords)

        return without_record


def grad_enabled() -> bool:
    """Whether operations are recorded at the moment, in the thread that asks.

    Example:
        >>> with no_grad():
        ...     grad_enabled()
        False
        >>> grad_enabled()
        True
    """
    return getattr(_thread, "open_blocks", 0) == 0


def _result(data: float, *edges: tuple[Variable, float]) -> Variable:
    """The result of an operation, with the edges that are worth a record."""
    # hint: Decide once, at the end of every operation: is the mode on, and which operands require a gradient? What is
    # not recorded must hold no reference to its operands.
    kept = tuple(edge for edge in edges if edge[0].requires_grad) if grad_enabled() else ()
    result = Variable(data, requires_grad=bool(kept))
    result.is_leaf = not kept
    result.edges = kept
    return result
