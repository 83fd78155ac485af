"""Tensors of torch in the words of autograd/version_counters; in place, they are as strict as the kata."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

LEAVES: list[torch.Tensor] = []


class Tensor:
    """One tensor of torch; backward that fails leaves all gradients as they were."""

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.tensor = torch.tensor(np.array(data, dtype=np.float64), requires_grad=requires_grad)
        LEAVES.append(self.tensor)

    @staticmethod
    def made(tensor: torch.Tensor) -> Tensor:
        result = Tensor.__new__(Tensor)
        result.tensor = tensor
        return result

    def __getitem__(self, key: slice) -> Tensor:
        return self.made(self.tensor[key])

    def mul(self, other: Any) -> Tensor:
        return self.made(self.tensor * getattr(other, "tensor", other))

    def add(self, other: Any) -> Tensor:
        return self.made(self.tensor + getattr(other, "tensor", other))

    def exp(self) -> Tensor:
        return self.made(self.tensor.exp())

    def mul_(self, other: Any) -> Tensor:
        self.tensor.mul_(self.constant(other))
        return self

    def add_(self, other: Any) -> Tensor:
        self.tensor.add_(self.constant(other))
        return self

    def constant(self, other: Any) -> Any:
        """What may change this tensor, as it is before the change; torch refuses memory that overlaps."""
        other = getattr(other, "tensor", other)
        if self.tensor.requires_grad or getattr(other, "requires_grad", False):
            raise RuntimeError
        return other.clone() if isinstance(other, torch.Tensor) else other

    def backward(self, gradient: Any = None) -> None:
        before = [None if leaf.grad is None else leaf.grad.clone() for leaf in LEAVES]
        try:
            gradient = None if gradient is None else torch.tensor(gradient, dtype=torch.float64)
            self.tensor.backward(gradient, retain_graph=True)
        except RuntimeError:
            for leaf, grad in zip(LEAVES, before, strict=True):
                leaf.grad = grad
            raise

    data = property(lambda self: self.tensor.detach().numpy())
    version = property(lambda self: self.tensor._version)  # noqa: SLF001  # it has no public name
    requires_grad = property(lambda self: self.tensor.requires_grad)

    @property
    def grad(self) -> Any:
        grad = self.tensor.grad if self.tensor.is_leaf else None
        return None if grad is None else grad.numpy()
