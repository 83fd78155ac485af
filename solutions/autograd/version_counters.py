"""Notice when a number that backward needs was overwritten: version counters.

An operation that is recorded saves what its derivative needs. For a product, these are the factors.
Saving means keeping a reference: a copy would cost the memory that training does not have. So what
if a factor is changed in place before ``backward`` reads it? The gradient would be wrong, and
nothing would say so.

    c = Tensor(np.array([3.0]))                 version 0
    x = Tensor(np.array([2.0]), True)
    y = x.mul(c)                                saves c at version 0
    c.mul_(10.0)                                c is 30.0, version 1
    y.backward()                                dy/dx is 3, but c says 30: RuntimeError

The remedy is a counter. It belongs to the storage, the memory that holds the numbers. A new tensor
has a storage of its own, at version 0. A view shares the storage of its tensor, and so the version.
Every operation in place, on a tensor or on any view of it, raises the version by 1. An operation
that saves a tensor notes its version, and ``backward`` compares.

What is saved, by operations that are recorded:

    x.mul(y)    y, if x requires a gradient; x, if y requires one; a number is not saved
    x.add(y)    nothing: its derivatives are 1
    x.exp()     its result, which is also its derivative
    x[1:3]      nothing

An operation is recorded if an operand requires a gradient; then its result requires one, too. What
requires a gradient is never changed in place here, nor may it change others. This is stricter than
torch, and it keeps the kata short: all that can change is what requires no gradient.

The traps: one change can reach many tensors. And who is too careful stops programs that are right:
what was changed, but not saved, does no harm.

Level: 3
Needs: autograd/grad_modes
Source: PyTorch, "Autograd mechanics", in-place correctness checks
Time: O(size) an operation, O(graph) for backward
Space: O(1) for each saved tensor, beyond the tensor itself
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

import numpy as np


class Tensor:
    """An array that can be differentiated and, where no gradient is required, changed in place.

    ``other`` is a tensor of the same shape or a number; nothing is broadcast.

    ``tensor[slice]``, with one slice of the first axis and any step, is a view: it shares memory
    and version with its tensor. It requires a gradient if its tensor does. Views of views are
    views.

    Args:
        data: at least one axis; it is copied, as float64.
        requires_grad: whether gradients with respect to this tensor may be asked for.

    Attributes:
        data: the numbers, an array of float64.
        requires_grad: True or False.
        version: how many times the storage was changed in place.
        grad: None at first. Of a tensor that was made with ``requires_grad=True``, the sum of what
            all calls of ``backward`` gave it: an array of the shape of ``data``. Of all other
            tensors it stays None.

    Raises:
        ValueError: ``other`` is a tensor of another shape, in any operation. Nothing is changed.

    Example:
        >>> c = Tensor(np.array([1.0, 2.0, 3.0]))
        >>> view = c[1:]
        >>> view.mul_(10.0).data
        array([20., 30.])
        >>> c.data, c.version, view.version
        (array([ 1., 20., 30.]), 1, 1)

    Limits: other indices, ``data`` or ``grad`` changed by hand, other kinds of ``other``, and
    graphs that are more than 500 operations deep are left open.
    """

    def __init__(self, data: np.ndarray, requires_grad: bool = False) -> None:
        """A tensor with a storage of its own."""
        self.data = np.array(data, dtype=np.float64)
        self.requires_grad = requires_grad
        self.grad: np.ndarray | None = None
        self.version = 0
        # hint: One change must be seen by the tensor and by all of its views, whichever was changed. So they need
        # something in common: an object that all of them hold, or that knows all of them.
        self.sharing: weakref.WeakSet[Tensor] = weakref.WeakSet([self])
        # Of a recorded result: the operands that require a gradient, each with a function from the gradient of the
        # result to its share, and the saved tensors with their versions.
        self.edges: list[tuple[Tensor, Callable[[np.ndarray], np.ndarray]]] = []
        self.saved: list[tuple[Tensor, int]] = []

    def __getitem__(self, key: slice) -> Tensor:
        """The view of a slice of the first axis."""

        def spread(grad: np.ndarray) -> np.ndarray:
            whole = np.zeros(self.data.shape)
            whole[key] = grad
            return whole

        view = Tensor(())
        view.data, view.version, view.sharing = self.data[key], self.version, self.sharing
        view.sharing.add(view)
        view._record(self, spread)
        return view

    def mul(self, other: Tensor | float) -> Tensor:
        """A new tensor: the product, element by element.

        Example:
            >>> x = Tensor(np.array([2.0]), requires_grad=True)
            >>> y = x.mul(x).mul(5.0)
            >>> y.backward()
            >>> x.grad
            array([20.])
        """
        number = self._operand(other)
        result = Tensor(self.data * number)
        # hint: Which factor does the gradient of which operand need? Save that one, by reference, with its version.
        result._record(self, lambda grad: grad * number, other)
        result._record(other, lambda grad: grad * self.data, self)
        return result

    def add(self, other: Tensor | float) -> Tensor:
        """A new tensor: the sum, element by element."""
        result = Tensor(self.data + self._operand(other))
        result._record(self, lambda grad: grad)
        result._record(other, lambda grad: grad)
        return result

    def exp(self) -> Tensor:
        """A new tensor: the exponential function of each element."""
        result = Tensor(np.exp(self.data))
        power = result.data  # an array, not the tensor, which would hold itself
        result._record(self, lambda grad: grad * power)
        return result

    def mul_(self, other: Tensor | float) -> Tensor:
        """Multiply in place and return this very tensor.

        Where ``other`` shares memory with this tensor, its values before the change count.

        Raises:
            RuntimeError: this tensor or ``other`` requires a gradient. Nothing is changed.
        """
        return self._changed(np.multiply, other)

    def add_(self, other: Tensor | float) -> Tensor:
        """Add in place and return this very tensor; the rest is as for ``mul_``."""
        return self._changed(np.add, other)

    def backward(self, gradient: np.ndarray | None = None) -> None:
        """Add a gradient to ``grad`` of each x that was made with ``requires_grad=True``.

        It is that of the sum of ``gradient * self.data`` with respect to x. Each x gets one that
        this tensor was computed from by recorded operations, and this tensor itself if it was made
        so. The record stays: a second call adds the same again. No ``grad`` shares memory with
        another one, or with ``gradient``.

        Args:
            gradient: the shape of this tensor. None counts as 1.0 if there is one element.

        Raises:
            RuntimeError: this tensor requires no gradient. Or a tensor that was saved, for this one
                or for one that it was computed from, is not at the saved version any more: then the
                message holds both versions, as decimal numbers. No ``grad`` is changed.
            ValueError: ``gradient`` has another shape, or is None and there is not one element.
        """
        if not self.requires_grad:
            raise RuntimeError("nothing that this tensor was computed from requires a gradient")
        if gradient is None and self.data.size == 1:
            gradient = np.ones(self.data.shape)
        if gradient is None or np.shape(gradient) != self.data.shape:
            given = "None" if gradient is None else f"shape {np.shape(gradient)}"
            raise ValueError(f"a gradient of shape {self.data.shape} is needed, got {given}")
        order = self._graph()
        # hint: Look at all versions before the first gradient is added: an error halfway would leave half a pass.
        for tensor in order:
            for saved, expected in tensor.saved:
                if saved.version != expected:
                    raise RuntimeError(
                        f"a tensor that backward needs was changed in place: saved at version {expected}, "
                        f"it is at version {saved.version} now"
                    )
        grads = {self: np.array(gradient, dtype=np.float64)}
        for tensor in reversed(order):
            grad = grads.pop(tensor)
            if not tensor.edges:
                tensor.grad = grad.copy() if tensor.grad is None else tensor.grad + grad
            for operand, share in tensor.edges:
                grads[operand] = share(grad) + grads.get(operand, 0.0)

    def _graph(self) -> list[Tensor]:
        """This tensor and all that it was computed from, each after its operands."""
        order: list[Tensor] = []
        seen: set[Tensor] = set()
        stack = [(self, False)]
        while stack:
            tensor, operands_are_listed = stack.pop()
            if operands_are_listed:
                order.append(tensor)
            elif tensor not in seen:
                seen.add(tensor)
                stack.append((tensor, True))
                stack += [(operand, False) for operand, _ in tensor.edges]
        return order

    def _operand(self, other: Tensor | float) -> np.ndarray | float:
        """The numbers of an operand that fits."""
        if not isinstance(other, Tensor):
            return other
        if other.data.shape != self.data.shape:
            raise ValueError(f"shapes must be the same, got {self.data.shape} and {other.data.shape}")
        return other.data

    def _changed(self, function: np.ufunc, other: Tensor | float) -> Tensor:
        """This tensor after an operation in place."""
        number = self._operand(other)
        if self.requires_grad or (isinstance(other, Tensor) and other.requires_grad):
            raise RuntimeError("what requires a gradient can't be changed in place, nor change another tensor")
        function(self.data, number, out=self.data)
        for tensor in self.sharing:
            tensor.version += 1
        return self

    def _record(
        self,
        operand: Tensor | float,
        share: Callable[[np.ndarray], np.ndarray],
        saved: Tensor | float | None = None,
    ) -> None:
        """Note that this result was computed from an operand, if that requires a gradient."""
        if not isinstance(operand, Tensor) or not operand.requires_grad:
            return
        self.requires_grad = True
        self.edges.append((operand, share))
        if isinstance(saved, Tensor):
            self.saved.append((saved, saved.version))
