"""A view asks the tensor that it was taken from for its version; the newest result hands its gradient on first."""

import heapq
import itertools

import numpy as np

COUNTER = itertools.count()


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data, self.requires_grad, self.grad = np.array(data, np.float64), requires_grad, None
        self.base, self.changes, self.number = None, 0, next(COUNTER)
        self.sources = ()  # triples of a tensor, a factor (array, number, or "spread"), and a saved version or None

    @property
    def version(self):
        return self.changes if self.base is None else self.base.version

    def __getitem__(self, key):
        view = Tensor(self.data[key], self.requires_grad)
        view.data, view.base = self.data[key], self
        if self.requires_grad:
            view.sources = ((self, key, None, None),)
        return view

    def numbers(self, other):
        if isinstance(other, Tensor):
            if np.shape(other.data) != np.shape(self.data):
                raise ValueError(f"{other.data.shape} is not {self.data.shape}")
            return other.data
        return other

    def made(self, data, *sources):
        result = Tensor(data)
        result.sources = tuple(each for each in sources if isinstance(each[0], Tensor) and each[0].requires_grad)
        result.requires_grad = len(result.sources) > 0
        return result

    def mul(self, other):
        product = self.data * self.numbers(other)
        version = other.version if isinstance(other, Tensor) else None
        return self.made(product, (self, None, other, version), (other, None, self, self.version))

    def add(self, other):
        return self.made(self.data + self.numbers(other), (self, None, 1.0, None), (other, None, 1.0, None))

    def exp(self):
        result = np.exp(self.data)
        return self.made(result, (self, None, result, None))

    def in_place(self, other, numbers):
        if self.requires_grad or (isinstance(other, Tensor) and other.requires_grad):
            raise RuntimeError("not in place")
        np.copyto(self.data, numbers)
        tensor = self
        while tensor.base is not None:
            tensor = tensor.base
        tensor.changes += 1
        return self

    def mul_(self, other):
        return self.in_place(other, self.data * self.numbers(other))

    def add_(self, other):
        return self.in_place(other, self.data + self.numbers(other))

    def backward(self, gradient=None):
        if not self.requires_grad:
            raise RuntimeError("nothing to differentiate")
        if gradient is None and self.data.size == 1:
            gradient = np.ones(self.data.shape)
        if gradient is None or np.asarray(gradient).shape != self.data.shape:
            raise ValueError("the gradient does not fit")
        waiting = {self: np.asarray(gradient, np.float64)}
        heap, arrived = [(-self.number, self)], []
        while heap:
            _, tensor = heapq.heappop(heap)
            grad = waiting.pop(tensor)
            if not tensor.sources:
                arrived.append((tensor, grad))
            for source, key, factor, version in tensor.sources:
                if version is not None and factor.version != version:
                    raise RuntimeError(f"version {factor.version} instead of {version}")
                if source not in waiting:
                    waiting[source] = np.zeros(source.data.shape)
                    heapq.heappush(heap, (-source.number, source))
                if key is None:
                    waiting[source] += grad * (factor.data if isinstance(factor, Tensor) else factor)
                else:
                    waiting[source][key] += grad
        for leaf, grad in arrived:
            leaf.grad = grad + (0.0 if leaf.grad is None else leaf.grad)
