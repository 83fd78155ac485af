"""A storage object holds the counter, version is a property, operations leave closures, and backward is recursive."""

import numpy as np


class Storage:
    version = 0


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self.storage = Storage()
        self.operands = []
        self.pull = None
        self.saved = []

    @property
    def version(self):
        return self.storage.version

    def recorded(self, data, operands, pull, saved=()):
        result = Tensor(data)
        if any(each.requires_grad for each in operands):
            result.requires_grad = True
            result.operands, result.pull = operands, pull
            result.saved = [(each.storage, each.version) for each in saved]
        return result

    def check(self, other):
        if isinstance(other, Tensor) and other.data.shape != self.data.shape:
            raise ValueError("shapes differ")

    def __getitem__(self, key):
        def pull(grad):
            whole = np.zeros_like(self.data)
            whole[key] += grad
            return [whole]

        view = self.recorded([], [self], pull)
        view.data = self.data[key]
        view.storage = self.storage
        return view

    def mul(self, other):
        self.check(other)
        if not isinstance(other, Tensor):
            return self.recorded(self.data * other, [self], lambda grad: [grad * other])
        saved = [b for a, b in ((self, other), (other, self)) if a.requires_grad]
        return self.recorded(
            self.data * other.data, [self, other], lambda grad: [grad * other.data, grad * self.data], saved
        )

    def add(self, other):
        self.check(other)
        if not isinstance(other, Tensor):
            return self.recorded(self.data + other, [self], lambda grad: [grad])
        return self.recorded(self.data + other.data, [self, other], lambda grad: [grad, grad])

    def exp(self):
        power = np.exp(self.data)
        return self.recorded(power, [self], lambda grad: [grad * power])

    def mul_(self, other):
        self.refuse(other)
        self.data[...] = self.data * (other.data if isinstance(other, Tensor) else other)
        self.storage.version += 1
        return self

    def add_(self, other):
        self.refuse(other)
        self.data[...] = self.data + (other.data if isinstance(other, Tensor) else other)
        self.storage.version += 1
        return self

    def refuse(self, other):
        self.check(other)
        if self.requires_grad or getattr(other, "requires_grad", False):
            raise RuntimeError("no operation in place where a gradient is required")

    def backward(self, gradient=None):
        if not self.requires_grad:
            raise RuntimeError("no gradient is required")
        if gradient is None:
            if self.data.size != 1:
                raise ValueError("there is more than one element, so a gradient is needed")
            gradient = np.ones_like(self.data)
        gradient = np.array(gradient, dtype=float)
        if gradient.shape != self.data.shape:
            raise ValueError(f"a gradient of shape {gradient.shape} for data of shape {self.data.shape}")
        order, seen = [], set()

        def visit(tensor):
            if not tensor.requires_grad or tensor in seen:
                return
            seen.add(tensor)
            for storage, version in tensor.saved:
                if storage.version != version:
                    raise RuntimeError(f"expected version {version}, found version {storage.version}")
            for each in tensor.operands:
                visit(each)
            order.append(tensor)

        visit(self)
        shares = {tensor: np.zeros_like(tensor.data) for tensor in order}
        shares[self] = gradient
        for tensor in reversed(order):
            if tensor.pull is None:
                if tensor.grad is None:
                    tensor.grad = np.zeros_like(tensor.data)
                tensor.grad = tensor.grad + shares[tensor]
                continue
            for each, share in zip(tensor.operands, tensor.pull(shares[tensor])):
                if each.requires_grad:
                    shares[each] = shares[each] + share
