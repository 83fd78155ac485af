"""Each operation sums up its own broadcasting in a closure, backward is recursive, and indices are spread in a loop."""

import numpy as np


def unbroadcast(grad, shape):
    grad = np.array(grad, dtype=np.float64)
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return np.array(grad)


def constant(operand):
    return operand if isinstance(operand, Tensor) else Tensor(operand)


def operation(data, *edges):
    result = Tensor(data)
    result.edges = [(operand, pull) for operand, pull in edges if operand.requires_grad]
    result.requires_grad = len(result.edges) > 0
    return result


class Tensor:
    __array_priority__ = 1000
    __array_ufunc__ = None

    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self.edges = []

    def __add__(self, other):
        other = constant(other)
        return operation(
            self.data + other.data,
            (self, lambda grad: unbroadcast(grad, self.data.shape)),
            (other, lambda grad: unbroadcast(grad, other.data.shape)),
        )

    __radd__ = __add__

    def __mul__(self, other):
        other = constant(other)
        return operation(
            self.data * other.data,
            (self, lambda grad: unbroadcast(grad * other.data, self.data.shape)),
            (other, lambda grad: unbroadcast(grad * self.data, other.data.shape)),
        )

    __rmul__ = __mul__

    def __sub__(self, other):
        return self + constant(other) * -1.0

    def __rsub__(self, other):
        return self * -1.0 + other

    def inverse(self):
        return operation(1 / self.data, (self, lambda grad: -grad / self.data / self.data))

    def __truediv__(self, other):
        return self * constant(other).inverse()

    def __rtruediv__(self, other):
        return self.inverse() * other

    def __matmul__(self, other):
        other = constant(other)
        left, right = self, other
        if self.data.ndim == 1:
            left = self.reshape(1, self.data.size)
        if other.data.ndim == 1:
            right = other.reshape(other.data.size, 1)
        product = left.product(right)
        shape = list(product.data.shape)
        if other.data.ndim == 1:
            del shape[-1]
        if self.data.ndim == 1:
            del shape[-1 if other.data.ndim == 1 else -2]
        return product.reshape(tuple(shape))

    def product(self, other):
        a, b = self.data, other.data
        return operation(
            np.matmul(a, b),
            (self, lambda grad: unbroadcast(np.einsum("...nm,...km->...nk", grad, b), a.shape)),
            (other, lambda grad: unbroadcast(np.einsum("...nk,...nm->...km", a, grad), b.shape)),
        )

    def __rmatmul__(self, other):
        return constant(other) @ self

    def __getitem__(self, key):
        numbers = np.arange(self.data.size).reshape(self.data.shape)[key]

        def pull(grad):
            flat = np.zeros(self.data.size)
            for number, part in zip(numbers.reshape(-1).tolist(), np.asarray(grad).reshape(-1).tolist()):
                flat[number] += part
            return flat.reshape(self.data.shape)

        return operation(self.data[key], (self, pull))

    def sum(self, axis=None, keepdims=False):
        kept = self.data.sum(axis=axis, keepdims=True)
        shape = kept.shape if keepdims else self.data.sum(axis=axis).shape
        return operation(kept.reshape(shape), (self, lambda grad: grad.reshape(kept.shape) * np.ones(self.data.shape)))

    def mean(self, axis=None, keepdims=False):
        count = np.ones(self.data.shape).sum(axis=axis).reshape(-1)[0]
        return self.sum(axis, keepdims) / count

    def reshape(self, *shape):
        return operation(np.reshape(self.data, shape[0] if isinstance(shape[0], tuple) else shape), (self, self.back))

    def back(self, grad):
        return grad.reshape(self.data.shape)

    def transpose(self, *axes):
        if axes and isinstance(axes[0], tuple):
            axes = axes[0]
        if not axes:
            axes = range(self.data.ndim)[::-1]
        axes = [axis + self.data.ndim if axis < 0 else axis for axis in axes]
        return operation(np.transpose(self.data, axes), (self, lambda grad: np.moveaxis(grad, range(len(axes)), axes)))

    def exp(self):
        return operation(np.exp(self.data), (self, lambda grad: grad * np.exp(self.data)))

    def log(self):
        return operation(np.log(self.data), (self, lambda grad: grad / self.data))

    def relu(self):
        return operation(np.maximum(self.data, 0), (self, lambda grad: np.where(self.data > 0, grad, 0.0)))

    def max(self, axis):
        top = self.data.max(axis=axis, keepdims=True)
        ties = (self.data == top).astype(float)
        return operation(
            np.squeeze(top, axis),
            (self, lambda grad: ties * (np.expand_dims(grad, axis) / ties.sum(axis=axis, keepdims=True))),
        )

    def backward(self, gradient=None):
        if not self.requires_grad:
            raise RuntimeError("no gradient is required")
        if gradient is None:
            if self.data.size != 1:
                raise ValueError("which gradient?")
            gradient = np.ones_like(self.data)
        gradient = np.array(gradient, dtype=float)
        if gradient.shape != self.data.shape:
            raise ValueError(f"{gradient.shape} is not {self.data.shape}")
        order, seen = [], set()

        def visit(tensor):
            if tensor not in seen:
                seen.add(tensor)
                for each, _ in tensor.edges:
                    visit(each)
                order.append(tensor)

        visit(self)
        grads = {tensor: np.zeros_like(tensor.data) for tensor in order}
        grads[self] += gradient
        for tensor in order[::-1]:
            if not tensor.edges:
                if tensor.grad is None:
                    tensor.grad = np.zeros_like(tensor.data)
                tensor.grad += grads[tensor]
            for each, pull in tensor.edges:
                grads[each] += pull(grads[tensor])
