"""Steps are objects that own what they saved, array and counter; a first walk counts the uses of each tensor."""

import numpy as np


class Version:
    def __init__(self):
        self.count = 0


class Saved:
    __slots__ = ("array", "counter", "at")

    def __init__(self, tensor):
        self.array, self.counter, self.at = tensor.data, tensor._counter, tensor._counter.count

    def check(self):
        if self.counter.count != self.at:
            raise RuntimeError(f"saved as version {self.at}; the storage has version {self.counter.count}")


class Step:
    saved = ()

    def back(self, grad):
        raise NotImplementedError


class Scaled(Step):
    def __init__(self, tensor, factor):
        self.tensor, self.factor = tensor, factor
        if isinstance(factor, Tensor):
            saved = Saved(factor)
            self.saved, self.factor = (saved,), saved.array

    def back(self, grad):
        return grad * self.factor


class Cut(Step):
    def __init__(self, tensor, key):
        self.tensor, self.key, self.shape = tensor, key, tensor.data.shape

    def back(self, grad):
        whole = np.zeros(self.shape)
        whole[self.key] = grad
        return whole


class Tensor:
    def __init__(self, data, requires_grad=False):
        self._set(np.array(data, dtype=np.float64), Version(), ())
        self.requires_grad = requires_grad

    def _set(self, data, counter, steps):
        self.data, self._counter, self.grad = data, counter, None
        self._steps = [step for step in steps if isinstance(step.tensor, Tensor) and step.tensor.requires_grad]
        self.requires_grad = bool(self._steps)
        return self

    @staticmethod
    def _new(data, counter, *steps):
        return Tensor.__new__(Tensor)._set(data, counter, steps)

    version = property(lambda self: self._counter.count)

    def __getitem__(self, key):
        return self._new(self.data[key], self._counter, Cut(self, key))

    def _fit(self, other):
        if not isinstance(other, Tensor):
            return other
        if self.data.shape != other.data.shape:
            raise ValueError("two shapes")
        return other.data

    def mul(self, other):
        product = self.data * self._fit(other)
        steps = [Scaled(self, other)] if self.requires_grad else []
        if isinstance(other, Tensor) and other.requires_grad:
            steps.append(Scaled(other, self))
        return self._new(product, Version(), *steps)

    def add(self, other):
        return self._new(self.data + self._fit(other), Version(), Scaled(self, 1.0), Scaled(other, 1.0))

    def exp(self):
        power = np.exp(self.data)
        return self._new(power, Version(), Scaled(self, power))

    def mul_(self, other):
        return self._replace(other, self.data * self._fit(other))

    def add_(self, other):
        return self._replace(other, self.data + self._fit(other))

    def _replace(self, other, data):
        if self.requires_grad or isinstance(other, Tensor) and other.requires_grad:
            raise RuntimeError("not with gradients")
        self.data[:] = data
        self._counter.count += 1
        return self

    def backward(self, gradient=None):
        if not self.requires_grad:
            raise RuntimeError("not without gradients")
        if gradient is None and self.data.size == 1:
            gradient = np.ones_like(self.data)
        if gradient is None or np.shape(gradient) != self.data.shape:
            raise ValueError("not a gradient of this tensor")
        uses, found = {self: 0}, [self]
        for tensor in found:
            for step in tensor._steps:
                for saved in step.saved:
                    saved.check()
                if step.tensor not in uses:
                    uses[step.tensor] = 0
                    found.append(step.tensor)
                uses[step.tensor] += 1
        shares, ready = {self: np.array(gradient, dtype=float)}, [self]
        while ready:
            tensor = ready.pop()
            share = shares.pop(tensor)
            if not tensor._steps:
                tensor.grad = share if tensor.grad is None else share + tensor.grad
            for step in tensor._steps:
                part = step.back(share)
                earlier = shares.get(step.tensor)
                shares[step.tensor] = np.array(part) if earlier is None else earlier + part
                uses[step.tensor] -= 1
                if not uses[step.tensor]:
                    ready.append(step.tensor)
