"""Indices and shapes are choices of elements by their numbers, which bincount undoes; numpy asks through __array_ufunc__."""

import heapq
import itertools

import numpy as np

NUMBERS = itertools.count()


def unbroadcast(grad, shape):
    where = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), grad.shape)
    return counted(where, grad, shape)


def counted(where, grad, shape):
    size = int(np.prod(shape))
    sums = np.bincount(where.ravel(), weights=np.asarray(grad, dtype=float).ravel(), minlength=size)
    return sums[:size].reshape(shape).astype(float)


class Tensor:
    __array_priority__ = 1000

    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=float)
        self.grad, self.asked, self.number = None, requires_grad, next(NUMBERS)
        self.sources = []

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        functions = {np.add: add, np.subtract: subtract, np.multiply: multiply, np.divide: divide, np.matmul: matmul}
        return functions[ufunc](*inputs)

    def __add__(self, other):
        return add(self, other)

    def __radd__(self, other):
        return add(other, self)

    def __sub__(self, other):
        return subtract(self, other)

    def __rsub__(self, other):
        return subtract(other, self)

    def __mul__(self, other):
        return multiply(self, other)

    def __rmul__(self, other):
        return multiply(other, self)

    def __truediv__(self, other):
        return divide(self, other)

    def __rtruediv__(self, other):
        return divide(other, self)

    def __matmul__(self, other):
        return matmul(self, other)

    def __rmatmul__(self, other):
        return matmul(other, self)

    def __getitem__(self, key):
        return self.chosen(lambda numbers: numbers[key])

    def chosen(self, function):
        """What a function that moves elements makes of this tensor."""
        where = np.array(function(np.arange(self.data.size).reshape(self.data.shape)), dtype=np.intp)
        shape = self.data.shape
        result = self.data.reshape(-1)[where]
        return made(result, (self, lambda grad: counted(where, grad, shape)))

    def reshape(self, *shape):
        return self.chosen(lambda numbers: numbers.reshape(*shape))

    def transpose(self, *axes):
        return self.chosen(lambda numbers: numbers.transpose(*axes))

    def sum(self, axis=None, keepdims=False):
        kept = self.data.sum(axis=axis, keepdims=True).shape
        total = self.data.sum(axis=axis, keepdims=keepdims)
        shape = self.data.shape
        return made(total, (self, lambda grad: np.zeros(shape) + grad.reshape(kept)))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total / (self.data.size // max(total.data.size, 1))

    def exp(self):
        power = np.exp(self.data)
        return made(power, (self, lambda grad: power * grad))

    def log(self):
        inverse = 1.0 / self.data
        return made(np.log(self.data), (self, lambda grad: inverse * grad))

    def relu(self):
        return made(np.maximum(self.data, 0.0), (self, lambda grad: np.where(np.sign(self.data) > 0, grad, 0.0)))

    def max(self, axis):
        top = np.max(self.data, axis=axis, keepdims=True)
        ties = np.equal(self.data, top)
        count = np.count_nonzero(ties, axis=axis, keepdims=True)
        return made(np.max(self.data, axis=axis), (self, lambda grad: ties * (grad.reshape(top.shape) / count)))

    def backward(self, gradient=None):
        if not (self.asked or self.sources):
            raise RuntimeError("nothing to differentiate")
        if gradient is None and self.data.size == 1:
            gradient = np.ones(self.data.shape)
        if gradient is None or np.asarray(gradient).shape != self.data.shape:
            raise ValueError("the gradient must have the shape of the tensor")
        waiting, heap = {self: np.array(gradient, dtype=float)}, [(-self.number, self)]
        while heap:
            tensor = heapq.heappop(heap)[1]
            grad = waiting.pop(tensor)
            if tensor.asked:
                tensor.grad = np.array(grad) if tensor.grad is None else np.array(tensor.grad + grad)
            for source, share in tensor.sources:
                if source not in waiting:
                    waiting[source] = np.zeros(source.data.shape)
                    heapq.heappush(heap, (-source.number, source))
                waiting[source] = waiting[source] + share(grad)


def made(data, *sources):
    result = Tensor(data)
    result.sources = [(x, share) for x, share in sources if isinstance(x, Tensor) and (x.asked or x.sources)]
    return result


def number(x):
    return x.data if isinstance(x, Tensor) else np.array(x, dtype=float)


def elementwise(x, y, result, to_x, to_y):
    a, b = number(x), number(y)
    return made(
        result(a, b),
        (x, lambda grad: unbroadcast(to_x(grad, a, b), a.shape)),
        (y, lambda grad: unbroadcast(to_y(grad, a, b), b.shape)),
    )


def add(x, y):
    return elementwise(x, y, np.add, lambda g, a, b: g, lambda g, a, b: g)


def subtract(x, y):
    return elementwise(x, y, np.subtract, lambda g, a, b: g, lambda g, a, b: -g)


def multiply(x, y):
    return elementwise(x, y, np.multiply, lambda g, a, b: g * b, lambda g, a, b: g * a)


def divide(x, y):
    return elementwise(x, y, np.divide, lambda g, a, b: g / b, lambda g, a, b: -(g * (a / b)) / b)


def matmul(x, y):
    a, b = number(x), number(y)
    rows = a.reshape(1, -1) if a.ndim == 1 else a
    columns = b.reshape(-1, 1) if b.ndim == 1 else b

    def whole(grad):
        return grad.reshape(np.matmul(rows, columns).shape)

    def to_x(grad):
        share = np.einsum("...nm,...km->...nk", whole(grad), columns)
        return unbroadcast(share, rows.shape).reshape(a.shape)

    def to_y(grad):
        share = np.einsum("...nk,...nm->...km", rows, whole(grad))
        return unbroadcast(share, columns.shape).reshape(b.shape)

    return made(np.matmul(a, b), (x, to_x), (y, to_y))
