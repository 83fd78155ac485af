"""Differentiate programs on arrays: broadcasting, sums, products of matrices, indices.

The graph and the pass over it are those of the scalar engine. New is the shape of things. The
gradient of a tensor has one number for each of its elements, so it always has the tensor's shape.
But the elements are not used once each: broadcasting repeats them, an index picks some of them
twice and others never, a product of matrices uses each of them in a whole row or column.

All of this is one rule. Where an element was used several times, its gradient is the sum over all
uses. So what goes forward as a copy comes back as a sum, and what goes forward as a sum comes back
as a copy.

    x    (2, 1)   [[1], [2]]                  each element of x is used three times,
    y       (3,)  [10, 20, 30]                each element of y twice
    x * y (2, 3)  [[10, 20, 30],
                   [20, 40, 60]]

    (x * y).sum().backward()
    x.grad  (2, 1)   [[60], [60]]             the sum of y: over the axis that was stretched
    y.grad     (3,)  [3, 3, 3]                the sum of x: over the axis that was added

The traps: an axis of size 1 stays, and an axis that was added goes. ``grad[index] += ...`` adds a
repeated index once. The two factors of a product of matrices may be broadcast against each other,
and a factor of one axis has no rows.

Level: 4
Needs: autograd/scalar_engine
Source: NumPy, "Broadcasting"; Giles 2008, "Collected Matrix Derivative Results", section 2
Time: O(elements) an operation, O(graph) for backward
Space: O(elements of the graph)
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Tensor:
    """An array that remembers how it was computed.

    Results and shapes are those of numpy, in float64. An operand of ``+ - * / @`` is a tensor, a
    number (not for ``@``) or an array; one of the two, on either side, is a tensor. Numbers and
    arrays require no gradient.

    ``tensor[key]`` is as in numpy, for slices, arrays of integers, and tuples of both. A step or an
    integer may be negative, an array may have any number of axes, and the same element may be
    picked several times.

    Args:
        data: an array or a number; it is copied.
        requires_grad: whether ``backward`` is to give this tensor a gradient.

    Attributes:
        data: the array, float64.
        grad: None at first. Of a tensor that was made with ``requires_grad=True``, the sum of what
            all calls of ``backward`` gave it: a float64 array of the shape of ``data`` that shares
            memory with nothing else. It may be set to None or overwritten. Of a tensor that was
            made without, it stays None; of results of operations, it is left open.

    Example:
        >>> x = Tensor(np.array([[1.0], [2.0]]), requires_grad=True)
        >>> y = np.array([10.0, 20.0, 30.0]) * x
        >>> y[:, np.array([0, 0, 2])].sum().backward()
        >>> x.grad
        array([[50.],
               [50.]])

    Limits: arrays that are changed later change no result and no gradient. Left open are ``data``
    changed by hand, a logarithm of 0 or less, division by 0, max and mean of a tensor without
    elements, an empty tuple as axis, other indices, shapes that do not fit, numbers and derivatives
    above 1e50 or (but for 0) below 1e-50 in size, and graphs more than 500 operations deep.
    """

    def __init__(self, data: np.ndarray | float, requires_grad: bool = False) -> None:
        """A tensor that was not computed."""
        raise NotImplementedError

    def __add__(self, other: Tensor | np.ndarray | float) -> Tensor:
        """``self + other``."""
        raise NotImplementedError

    def __radd__(self, other: np.ndarray | float) -> Tensor:
        """``other + self``."""
        raise NotImplementedError

    def __sub__(self, other: Tensor | np.ndarray | float) -> Tensor:
        """``self - other``."""
        raise NotImplementedError

    def __rsub__(self, other: np.ndarray | float) -> Tensor:
        """``other - self``."""
        raise NotImplementedError

    def __mul__(self, other: Tensor | np.ndarray | float) -> Tensor:
        """``self * other``."""
        raise NotImplementedError

    def __rmul__(self, other: np.ndarray | float) -> Tensor:
        """``other * self``."""
        raise NotImplementedError

    def __truediv__(self, other: Tensor | np.ndarray | float) -> Tensor:
        """``self / other``."""
        raise NotImplementedError

    def __rtruediv__(self, other: np.ndarray | float) -> Tensor:
        """``other / self``."""
        raise NotImplementedError

    def __matmul__(self, other: Tensor | np.ndarray) -> Tensor:
        """``self @ other``: one axis, two, or more, of which the last two are multiplied."""
        raise NotImplementedError

    def __rmatmul__(self, other: np.ndarray) -> Tensor:
        """``other @ self``."""
        raise NotImplementedError

    def __getitem__(self, key: Any) -> Tensor:
        """``self[key]``: slices, arrays of integers, and tuples of both."""
        raise NotImplementedError

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The sum over some axes, or over all.

        Args:
            axis: one axis, several, or None for all; negative ones count from the end.
            keepdims: whether the axes stay, with size 1.
        """
        raise NotImplementedError

    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The mean over some axes, or over all; the arguments are those of ``sum``."""
        raise NotImplementedError

    def reshape(self, *shape: int | tuple[int, ...]) -> Tensor:
        """The same elements in another shape: integers, or one tuple; one of them may be -1."""
        raise NotImplementedError

    def transpose(self, *axes: int | tuple[int, ...]) -> Tensor:
        """The axes in another order: integers, or one tuple; without any, in reverse.

        Axis i of the result is axis ``axes[i]`` of this tensor; negative ones count from the end.
        """
        raise NotImplementedError

    def exp(self) -> Tensor:
        """The exponential function of each element."""
        raise NotImplementedError

    def log(self) -> Tensor:
        """The natural logarithm of each element."""
        raise NotImplementedError

    def relu(self) -> Tensor:
        """Each element where it is positive, else 0; the derivative at 0 is 0."""
        raise NotImplementedError

    def max(self, axis: int) -> Tensor:
        """The largest element along one axis, which goes; a negative one counts from the end.

        Where several elements are the largest, they share the gradient evenly: each of two gets
        half of it.
        """
        raise NotImplementedError

    def backward(self, gradient: np.ndarray | None = None) -> None:
        """Add a gradient to ``grad`` of each x that was made with ``requires_grad=True``.

        It is that of the sum of ``gradient * self.data`` with respect to x. Each x gets one that
        this tensor was computed from, and this tensor itself if it was made so; all others stay as
        they are. A second call adds the same again.

        Args:
            gradient: the shape of this tensor; it may be changed afterwards. None counts as 1.0 if
                there is one element, whatever the number of axes.

        Raises:
            ValueError: ``gradient`` has another shape, or is None and there is not one element.
            RuntimeError: nothing that this tensor was computed from requires a gradient.

            No ``grad`` is changed then.
        """
        raise NotImplementedError


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The gradient of an array that was broadcast, from the gradient of what it became.

    Args:
        grad: float64, of a shape to which ``shape`` can be broadcast.
        shape: that of the array before.

    Returns:
        A new float64 array of that shape: for each element, the sum over all places where it went.

    Example:
        >>> unbroadcast(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (2, 1))
        array([[ 6.],
               [60.]])
        >>> unbroadcast(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (3,))
        array([11., 22., 33.])
    """
    raise NotImplementedError
