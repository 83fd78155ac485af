"""Each value holds two operands and two slopes in plain fields; passes are told apart by a number that nodes are marked with."""

import math


class Value:
    passes = 0

    def __init__(self, data, left=None, left_slope=0.0, right=None, right_slope=0.0):
        if isinstance(data, str) or not hasattr(data, "__float__"):
            raise TypeError(f"{data!r} can't be the data of a Value")
        self.data = float(data)
        self.grad = 0.0
        self.left, self.left_slope = left, left_slope
        self.right, self.right_slope = right, right_slope
        self.mark, self.waiting, self.share = 0, 0, 0.0

    def __repr__(self):
        return f"Value({self.data}, grad={self.grad})"

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, self, 1.0, other, 1.0)
        return Value(self.data + other, self, 1.0) if _is_number(other) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, Value):
            return Value(self.data - other.data, self, 1.0, other, -1.0)
        return Value(self.data - other, self, 1.0) if _is_number(other) else NotImplemented

    def __rsub__(self, other):
        return Value(other - self.data, self, -1.0) if _is_number(other) else NotImplemented

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, self, other.data, other, self.data)
        return Value(self.data * other, self, float(other)) if _is_number(other) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, Value):
            q = self.data / other.data
            return Value(q, self, 1 / other.data, other, -q / other.data)
        return Value(self.data / other, self, 1 / other) if _is_number(other) else NotImplemented

    def __rtruediv__(self, other):
        return Value(other, None) / self if _is_number(other) else NotImplemented

    def __neg__(self):
        return 0.0 - self

    def __pow__(self, n):
        if not _is_number(n):
            return NotImplemented
        if n == 0:
            return Value(1.0, self, 0.0)
        smaller = self.data ** (n - 1) if n != 1 else 1.0
        return Value(smaller * self.data, self, n * smaller)

    def exp(self):
        y = math.exp(self.data)
        return Value(y, self, y)

    def log(self):
        return Value(math.log(self.data), self, 1 / self.data)

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, self, (1 - t) * (1 + t))

    def relu(self):
        return self * 1.0 if self.data > 0 else self * 0.0

    def operands(self):
        return [each for each in ((self.left, self.left_slope), (self.right, self.right_slope)) if each[0] is not None]

    def backward(self):
        Value.passes += 1
        self.mark, self.waiting, self.share = Value.passes, 0, 0.0
        found = [self]
        for value in found:
            for operand, _ in value.operands():
                if operand.mark != Value.passes:
                    operand.mark, operand.waiting, operand.share = Value.passes, 0, 0.0
                    found.append(operand)
                operand.waiting += 1
        self.share = 1.0
        ready = [self]
        while ready:
            value = ready.pop()
            operands = value.operands()
            if not operands:
                value.grad += value.share
            for operand, slope in operands:
                operand.share += slope * value.share
                operand.waiting -= 1
                if operand.waiting == 0:
                    ready.append(operand)


def _is_number(x):
    return isinstance(x, (int, float))
