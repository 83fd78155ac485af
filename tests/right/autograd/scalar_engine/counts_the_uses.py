"""Counts how often each value is used below the result, and lets one go when all its uses have reported: no order."""

import math
from numbers import Real


class Value:
    def __init__(self, data, *parents):
        if not isinstance(data, Real):
            raise TypeError(f"{data!r} is no number")
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents  # pairs of a value and the derivative with respect to it

    def __add__(self, other):
        if isinstance(other, Real):
            other = Value(other)
        if not isinstance(other, Value):
            return NotImplemented
        return Value(self.data + other.data, (self, 1), (other, 1))

    def __radd__(self, other):
        return self.__add__(other)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        if not isinstance(other, (Real, Value)):
            return NotImplemented
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        if isinstance(other, Real):
            other = Value(other)
        if not isinstance(other, Value):
            return NotImplemented
        return Value(self.data * other.data, (self, other.data), (other, self.data))

    def __rmul__(self, other):
        return self.__mul__(other)

    def __truediv__(self, other):
        if not isinstance(other, (Real, Value)):
            return NotImplemented
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def __pow__(self, exponent):
        if not isinstance(exponent, Real):
            return NotImplemented
        if exponent == 0:
            return Value(1, (self, 0))
        if exponent == 1:
            return Value(self.data, (self, 1))
        return Value(self.data**exponent, (self, exponent * self.data ** (exponent - 1)))

    def exp(self):
        y = math.e**self.data
        return Value(y, (self, y))

    def log(self):
        if not self.data > 0:
            raise ValueError("the logarithm needs a positive number")
        return Value(math.log(self.data), (self, self.data**-1))

    def tanh(self):
        e = math.expm1(-2 * abs(self.data))  # never overflows
        t = math.copysign(e / (e + 2), self.data)
        return Value(t, (self, 4 * (e + 1) / (e + 2) ** 2))

    def relu(self):
        return Value(max(self.data, 0.0), (self, float(self.data > 0)))

    def backward(self):
        uses, found = {}, [self]
        for value in found:  # grows while it is walked
            for parent, _ in value.parents:
                if parent not in uses:
                    uses[parent] = 0
                    found.append(parent)
                uses[parent] += 1
        waiting = dict.fromkeys(uses, 0.0)
        ready = [(self, 1.0)]
        while ready:
            value, grad = ready.pop()
            if not value.parents:
                value.grad += grad
            for parent, slope in value.parents:
                waiting[parent] += grad * slope
                uses[parent] -= 1
                if not uses[parent]:
                    ready.append((parent, waiting[parent]))
