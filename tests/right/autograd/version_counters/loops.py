"""Numbers one by one in Python, a counter in a list that views share, and a pass that walks back along a tape."""

import itertools
import math

import numpy as np

NUMBERS = itertools.count()


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=np.float64)
        self.requires_grad, self.grad, self.counter = requires_grad, None, [0]
        self.tape = {}  # by number, in order: all steps that led to this result

    def __getattr__(self, name):
        if name == "version":
            return self.counter[0]
        raise AttributeError(name)

    def each(self, other, function):
        if isinstance(other, Tensor) and other.data.shape != self.data.shape:
            raise ValueError("not the same shape")
        out = np.empty(self.data.shape)
        for index in np.ndindex(self.data.shape):
            out[index] = function(self.data[index], other.data[index] if isinstance(other, Tensor) else other)
        return out

    def record(self, data, *entries):
        result = Tensor(data)
        new = [(result, *entry) for entry in entries if isinstance(entry[0], Tensor) and entry[0].requires_grad]
        result.requires_grad = bool(new)
        tape = {number: entry for _, operand, *_ in new for number, entry in operand.tape.items()}
        tape.update((next(NUMBERS), entry) for entry in new)
        result.tape = dict(sorted(tape.items()))
        return result

    def __getitem__(self, key):
        rows = tuple(range(self.data.shape[0])[key])
        view = self.record([], (self, "view", rows, None))
        view.data, view.counter = self.data[key], self.counter
        return view

    def mul(self, other):
        data = self.each(other, lambda a, b: a * b)
        version = other.version if isinstance(other, Tensor) else None
        return self.record(data, (self, "times", other, version), (other, "times", self, self.version))

    def add(self, other):
        data = self.each(other, lambda a, b: a + b)
        return self.record(data, (self, "times", 1.0, None), (other, "times", 1.0, None))

    def exp(self):
        return self.record(self.each(None, lambda a, _: math.exp(a)), (self, "exp", None, None))

    def change(self, other, data):
        if self.requires_grad or (isinstance(other, Tensor) and other.requires_grad):
            raise RuntimeError("a gradient is required")
        for index in np.ndindex(self.data.shape):
            self.data[index] = data[index]
        self.counter[0] += 1
        return self

    def mul_(self, other):
        return self.change(other, self.each(other, lambda a, b: a * b))

    def add_(self, other):
        return self.change(other, self.each(other, lambda a, b: a + b))

    def backward(self, gradient=None):
        if not self.requires_grad:
            raise RuntimeError("no gradient is required")
        if gradient is None and self.data.size == 1:
            gradient = np.ones(self.data.shape)
        if gradient is None or np.shape(gradient) != self.data.shape:
            raise ValueError("a gradient of the same shape is needed")
        for _, _, _, factor, version in self.tape.values():
            if version is not None and factor.version != version:
                raise RuntimeError(f"saved at {version}, changed since: {factor.version}")
        shares = {self: np.array(gradient, dtype=np.float64)}
        for result, operand, kind, factor, _ in reversed(self.tape.values()):
            if operand not in shares:
                shares[operand] = np.zeros(operand.data.shape)
            grad, share = shares[result], shares[operand]
            if kind == "view":
                for place, row in enumerate(factor):
                    share[row] += grad[place]
                continue
            for index in np.ndindex(grad.shape):
                if kind == "exp":
                    slope = result.data[index]
                else:
                    slope = factor.data[index] if isinstance(factor, Tensor) else factor
                share[index] += grad[index] * slope
        for tensor, share in shares.items():
            if not tensor.tape:
                tensor.grad = share if tensor.grad is None else tensor.grad + share
