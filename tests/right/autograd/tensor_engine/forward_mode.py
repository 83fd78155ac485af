"""No graph: a tensor carries its derivatives with respect to every leaf, in one more axis in front for each of them."""

import numpy as np


def unbroadcast(grad, shape):
    out = np.zeros(shape)
    source = np.broadcast_to(np.arange(out.size).reshape(shape), grad.shape)
    np.add.at(out.reshape(-1), source.reshape(-1), np.asarray(grad, dtype=np.float64).reshape(-1))
    return out


class Tensor:
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=np.float64)
        self.grad = None
        self.slopes = {}  # leaf: (elements of the leaf, *shape)
        if requires_grad:
            self.slopes[self] = np.eye(self.data.size).reshape(self.data.size, *self.data.shape)

    def __add__(self, other):
        return both(self, other, np.add, lambda dx, dy: (dx, dy))

    def __radd__(self, other):
        return both(other, self, np.add, lambda dx, dy: (dx, dy))

    def __sub__(self, other):
        return both(self, other, np.subtract, lambda dx, dy: (dx, -dy))

    def __rsub__(self, other):
        return tensor(other) - self

    def __mul__(self, other):
        x, y = self, tensor(other)
        return both(x, y, np.multiply, lambda dx, dy: (dx * y.data, x.data * dy))

    def __rmul__(self, other):
        return tensor(other) * self

    def __truediv__(self, other):
        x, y = self, tensor(other)
        return both(x, y, np.divide, lambda dx, dy: (dx / y.data, -(x.data / y.data) * dy / y.data))

    def __rtruediv__(self, other):
        return tensor(other) / self

    def __matmul__(self, other):
        x, y = self, tensor(other)
        result = Tensor(x.data @ y.data)
        for leaf in {**x.slopes, **y.slopes}:
            parts = []
            for seed in range(leaf.data.size):
                part = np.zeros(result.data.shape)
                if leaf in x.slopes:
                    part = part + x.slopes[leaf][seed] @ y.data
                if leaf in y.slopes:
                    part = part + x.data @ y.slopes[leaf][seed]
                parts.append(part)
            result.slopes[leaf] = np.array(parts).reshape(leaf.data.size, *result.data.shape)
        return result

    def __rmatmul__(self, other):
        return tensor(other) @ self

    def each(self, function):
        result = Tensor(function(self.data))
        for leaf, slope in self.slopes.items():
            parts = [function(part) for part in slope]
            result.slopes[leaf] = np.array(parts, dtype=np.float64).reshape(len(parts), *result.data.shape)
        return result

    def __getitem__(self, key):
        return self.each(lambda array: array[key])

    def sum(self, axis=None, keepdims=False):
        return self.each(lambda array: np.sum(array, axis=axis, keepdims=keepdims))

    def mean(self, axis=None, keepdims=False):
        return self.each(lambda array: np.mean(array, axis=axis, keepdims=keepdims))

    def reshape(self, *shape):
        return self.each(lambda array: array.reshape(*shape))

    def transpose(self, *axes):
        return self.each(lambda array: array.transpose(*axes))

    def times(self, data, factor):
        result = Tensor(data)
        result.slopes = {leaf: slope * factor for leaf, slope in self.slopes.items()}
        return result

    def exp(self):
        return self.times(np.exp(self.data), np.exp(self.data))

    def log(self):
        return self.times(np.log(self.data), 1 / self.data)

    def relu(self):
        return self.times(np.maximum(self.data, 0.0), (self.data > 0).astype(float))

    def max(self, axis):
        top = self.data == self.data.max(axis=axis, keepdims=True)
        share = top / top.sum(axis=axis, keepdims=True)
        result = self.times(self.data, share).sum(axis)
        result.data = np.array(self.data.max(axis=axis))
        return result

    def backward(self, gradient=None):
        if not self.slopes:
            raise RuntimeError("there is nothing to differentiate")
        if gradient is None and self.data.size == 1:
            gradient = np.ones(self.data.shape)
        if gradient is None or np.asarray(gradient).shape != self.data.shape:
            raise ValueError("the gradient must have the shape of the tensor")
        for leaf, slope in self.slopes.items():
            share = np.array([np.sum(part * gradient) for part in slope]).reshape(leaf.data.shape)
            leaf.grad = share if leaf.grad is None else leaf.grad + share


def tensor(operand):
    return operand if isinstance(operand, Tensor) else Tensor(operand)


def both(x, y, function, slopes):
    x, y = tensor(x), tensor(y)
    result = Tensor(function(x.data, y.data))
    for leaf in {**x.slopes, **y.slopes}:
        total = np.zeros((leaf.data.size, *result.data.shape))
        for seed in range(leaf.data.size):
            dx = x.slopes[leaf][seed] if leaf in x.slopes else 0.0
            dy = y.slopes[leaf][seed] if leaf in y.slopes else np.zeros(())
            for part in slopes(dx, dy):
                total[seed] += part
        result.slopes[leaf] = total
    return result
