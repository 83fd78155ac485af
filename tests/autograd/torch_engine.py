"""Tensors of torch in the words of autograd/tensor_engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


class Tensor:
    """One tensor of torch."""

    __array_ufunc__ = None

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.tensor = torch.tensor(np.array(data, dtype=np.float64), requires_grad=requires_grad)

    @staticmethod
    def made(tensor: torch.Tensor) -> Tensor:
        result = Tensor.__new__(Tensor)
        result.tensor = tensor
        return result

    def __add__(self, other: Any) -> Tensor:
        return self.made(self.tensor + tensor_of(other))

    def __radd__(self, other: Any) -> Tensor:
        return self.made(tensor_of(other) + self.tensor)

    def __sub__(self, other: Any) -> Tensor:
        return self.made(self.tensor - tensor_of(other))

    def __rsub__(self, other: Any) -> Tensor:
        return self.made(tensor_of(other) - self.tensor)

    def __mul__(self, other: Any) -> Tensor:
        return self.made(self.tensor * tensor_of(other))

    def __rmul__(self, other: Any) -> Tensor:
        return self.made(tensor_of(other) * self.tensor)

    def __truediv__(self, other: Any) -> Tensor:
        return self.made(self.tensor / tensor_of(other))

    def __rtruediv__(self, other: Any) -> Tensor:
        return self.made(tensor_of(other) / self.tensor)

    def __matmul__(self, other: Any) -> Tensor:
        return self.made(self.tensor @ tensor_of(other))

    def __rmatmul__(self, other: Any) -> Tensor:
        return self.made(tensor_of(other) @ self.tensor)

    def __getitem__(self, key: Any) -> Tensor:
        parts = key if isinstance(key, tuple) else (key,)
        return self.made(self.tensor[tuple(p if isinstance(p, slice) else torch.tensor(p).long() for p in parts)])

    def sum(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return self.made(self.tensor.sum(dim=self.dimensions(axis), keepdim=keepdims))

    def mean(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return self.made(self.tensor.mean(dim=self.dimensions(axis), keepdim=keepdims))

    def dimensions(self, axis: Any) -> Any:
        return tuple(range(self.tensor.ndim)) if axis is None else axis

    def reshape(self, *shape: Any) -> Tensor:
        return self.made(self.tensor.reshape(*shape))

    def transpose(self, *axes: Any) -> Tensor:
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple) else axes
        return self.made(self.tensor.permute(order or tuple(range(self.tensor.ndim))[::-1]))

    def exp(self) -> Tensor:
        return self.made(self.tensor.exp())

    def log(self) -> Tensor:
        return self.made(self.tensor.log())

    def relu(self) -> Tensor:
        return self.made(self.tensor.relu())

    def max(self, axis: int) -> Tensor:
        return self.made(self.tensor.amax(axis))

    def backward(self, gradient: Any = None) -> None:
        self.tensor.backward(None if gradient is None else tensor_of(gradient), retain_graph=True)

    data = property(lambda self: self.tensor.detach().numpy())

    @property
    def grad(self) -> Any:
        return None if self.tensor.grad is None else self.tensor.grad.numpy()

    @grad.setter
    def grad(self, _none: None) -> None:
        self.tensor.grad = None


def tensor_of(operand: Any) -> torch.Tensor:
    """The tensor of an operand."""
    if isinstance(operand, Tensor):
        return operand.tensor
    return torch.tensor(np.array(operand, dtype=np.float64))
