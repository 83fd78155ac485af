"""Arrays of objects: each element is a number that remembers its making, and numpy does the arithmetic with objects."""

import math

import numpy as np


class Number:
    """A value of a scalar engine: its operands with the local derivatives."""

    __slots__ = ("edges", "value")

    def __init__(self, value, *edges):
        self.value, self.edges = value, edges

    def __add__(self, other):
        return Number(self.value + other.value, (self, 1.0), (other, 1.0))

    def __sub__(self, other):
        return Number(self.value - other.value, (self, 1.0), (other, -1.0))

    def __mul__(self, other):
        return Number(self.value * other.value, (self, other.value), (other, self.value))

    def __truediv__(self, other):
        quotient = self.value / other.value
        return Number(quotient, (self, 1 / other.value), (other, -quotient / other.value))


def numbers(array):
    out = np.empty(np.shape(array), dtype=object)
    for index in np.ndindex(out.shape):
        out[index] = Number(float(array[index] if out.ndim else array))
    return out


def total(elements):
    """A sum in pairs, so that it is not deep."""
    elements = list(elements)
    while len(elements) > 1:
        elements = [a + b for a, b in zip(elements[::2], elements[1::2])] + elements[len(elements) // 2 * 2 :]
    return elements[0] if elements else Number(0.0)


def unbroadcast(grad, shape):
    out = np.zeros(shape)
    added = grad.ndim - len(shape)
    for index in np.ndindex(grad.shape):
        place = tuple(0 if size == 1 else each for size, each in zip(shape, index[added:]))
        out[place] += grad[index]
    return out


class Tensor:
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        self.numbers = numbers(np.array(data, dtype=np.float64))
        self.grad = None
        self.leaves = [self] if requires_grad else []

    @staticmethod
    def made(array, *operands):
        result = Tensor.__new__(Tensor)
        result.numbers, result.grad = np.empty(np.shape(array), dtype=object), None
        result.numbers[...] = array
        result.leaves = list(dict.fromkeys(leaf for operand in operands for leaf in operand.leaves))
        return result

    @property
    def data(self):
        out = np.empty(self.numbers.shape)
        for index in np.ndindex(out.shape):
            out[index] = self.numbers[index].value
        return out

    def __add__(self, other):
        other = tensor(other)
        return self.made(self.numbers + other.numbers, self, other)

    def __sub__(self, other):
        other = tensor(other)
        return self.made(self.numbers - other.numbers, self, other)

    def __mul__(self, other):
        other = tensor(other)
        return self.made(self.numbers * other.numbers, self, other)

    def __truediv__(self, other):
        other = tensor(other)
        return self.made(self.numbers / other.numbers, self, other)

    def __matmul__(self, other):
        other = tensor(other)
        a, b = self.numbers, other.numbers
        shape = np.matmul(np.zeros(a.shape), np.zeros(b.shape)).shape
        a = a[None] if a.ndim == 1 else a
        b = b[:, None] if b.ndim == 1 else b
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a, b = (np.broadcast_to(each, (*batch, *each.shape[-2:])) for each in (a, b))
        out = np.empty((*batch, a.shape[-2], b.shape[-1]), dtype=object)
        for index in np.ndindex(out.shape):
            *where, row, column = index
            out[index] = total(x * y for x, y in zip(a[(*where, row)], b[(*where, slice(None), column)]))
        return self.made(out.reshape(shape), self, other)

    def __radd__(self, other):
        return tensor(other) + self

    def __rsub__(self, other):
        return tensor(other) - self

    def __rmul__(self, other):
        return tensor(other) * self

    def __rtruediv__(self, other):
        return tensor(other) / self

    def __rmatmul__(self, other):
        return tensor(other) @ self

    def __getitem__(self, key):
        return self.made(self.numbers[key], self)

    def sum(self, axis=None, keepdims=False):
        kept = np.sum(np.zeros(self.numbers.shape), axis=axis, keepdims=True).shape
        groups = {index: [] for index in np.ndindex(kept)}
        for index in np.ndindex(self.numbers.shape):
            groups[tuple(min(i, size - 1) for i, size in zip(index, kept))].append(self.numbers[index])
        out = np.empty(kept, dtype=object)
        for index, group in groups.items():
            out[index] = total(group)
        return self.made(out if keepdims else out.reshape(np.sum(np.zeros(self.numbers.shape), axis=axis).shape), self)

    def mean(self, axis=None, keepdims=False):
        result = self.sum(axis, keepdims)
        return result * (result.numbers.size / self.numbers.size)

    def reshape(self, *shape):
        return self.made(self.numbers.reshape(*shape), self)

    def transpose(self, *axes):
        return self.made(self.numbers.transpose(*axes), self)

    def each(self, function):
        out = np.empty(self.numbers.shape, dtype=object)
        for index in np.ndindex(out.shape):
            out[index] = function(self.numbers[index])
        return self.made(out, self)

    def exp(self):
        return self.each(lambda x: Number(math.exp(x.value), (x, math.exp(x.value))))

    def log(self):
        return self.each(lambda x: Number(math.log(x.value), (x, 1 / x.value)))

    def relu(self):
        return self.each(lambda x: Number(x.value, (x, 1.0)) if x.value > 0 else Number(0.0, (x, 0.0)))

    def max(self, axis):
        rows = np.moveaxis(self.numbers, axis, -1)
        out = np.empty(rows.shape[:-1], dtype=object)
        for index in np.ndindex(out.shape):
            largest = max(x.value for x in rows[index])
            ties = [x for x in rows[index] if x.value == largest]
            out[index] = Number(largest, *((x, 1 / len(ties)) for x in ties))
        return self.made(out, self)

    def backward(self, gradient=None):
        if not self.leaves:
            raise RuntimeError("nothing requires a gradient")
        shape = self.numbers.shape
        if gradient is None and self.numbers.size == 1:
            gradient = np.ones(shape)
        if gradient is None or np.shape(gradient) != shape:
            raise ValueError(f"the gradient must have shape {shape}")
        gradient = np.array(gradient, dtype=np.float64)
        root = Number(0.0, *((self.numbers[index], float(gradient[index])) for index in np.ndindex(shape)))
        order, seen, stack = [], {root}, [(root, iter(root.edges))]
        while stack:
            number, rest = stack[-1]
            for operand, _ in rest:
                if operand not in seen:
                    seen.add(operand)
                    stack.append((operand, iter(operand.edges)))
                    break
            else:
                order.append(number)
                stack.pop()
        grads = dict.fromkeys(order, 0.0)
        grads[root] = 1.0
        for number in reversed(order):
            for operand, slope in number.edges:
                grads[operand] += slope * grads[number]
        for leaf in self.leaves:
            share = np.zeros(leaf.numbers.shape)
            for index in np.ndindex(share.shape):
                share[index] = grads.get(leaf.numbers[index], 0.0)
            leaf.grad = share if leaf.grad is None else leaf.grad + share


def tensor(operand):
    return operand if isinstance(operand, Tensor) else Tensor(operand)
