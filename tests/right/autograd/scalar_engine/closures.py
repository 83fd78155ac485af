"""Every operation leaves a closure that hands its gradient on; gradients of a pass live in a dictionary of that pass."""

import math


class Value:
    def __init__(self, data):
        if type(data) not in (int, float):
            raise TypeError(f"not a number: {data!r}")
        self.data = float(data)
        self.grad = 0.0
        self.inputs = ()
        self.pull = None

    @staticmethod
    def made(data, inputs, pull):
        value = Value(data)
        value.inputs, value.pull = inputs, pull
        return value

    def __add__(self, other):
        other = wrapped(other)
        return NotImplemented if other is None else Value.made(self.data + other.data, (self, other), lambda g: (g, g))

    __radd__ = __add__

    def __mul__(self, other):
        other = wrapped(other)
        if other is None:
            return NotImplemented
        a, b = self.data, other.data
        return Value.made(a * b, (self, other), lambda g: (g * b, g * a))

    __rmul__ = __mul__

    def __neg__(self):
        return Value.made(-self.data, (self,), lambda g: (-g,))

    def __sub__(self, other):
        other = wrapped(other)
        return NotImplemented if other is None else Value.made(self.data - other.data, (self, other), lambda g: (g, -g))

    def __rsub__(self, other):
        other = wrapped(other)
        return NotImplemented if other is None else other - self

    def __truediv__(self, other):
        other = wrapped(other)
        if other is None:
            return NotImplemented
        a, b = self.data, other.data
        return Value.made(a / b, (self, other), lambda g: (g / b, -g * a / (b * b)))

    def __rtruediv__(self, other):
        other = wrapped(other)
        return NotImplemented if other is None else other / self

    def __pow__(self, n):
        if type(n) not in (int, float):
            return NotImplemented
        x = self.data
        return Value.made(x**n, (self,), lambda g: (g * n * x ** (n - 1) if n else 0.0,))

    def exp(self):
        result = math.exp(self.data)
        return Value.made(result, (self,), lambda g: (g * result,))

    def log(self):
        x = self.data
        return Value.made(math.log(x), (self,), lambda g: (g / x,))

    def tanh(self):
        t = math.tanh(self.data)
        return Value.made(t, (self,), lambda g: (g * (1 - t) * (1 + t),))

    def relu(self):
        on = self.data > 0
        return Value.made(self.data if on else 0, (self,), lambda g: (g if on else 0.0,))

    def backward(self):
        order, seen = [], {id(self)}
        stack = [(self, iter(self.inputs))]
        while stack:
            value, rest = stack[-1]
            for each in rest:
                if id(each) not in seen:
                    seen.add(id(each))
                    stack.append((each, iter(each.inputs)))
                    break
            else:
                order.append(value)
                stack.pop()
        grads = {id(self): 1.0}
        for value in reversed(order):
            grad = grads[id(value)]
            if value.pull is None:
                value.grad += grad
            else:
                for each, part in zip(value.inputs, value.pull(grad)):
                    grads[id(each)] = grads.get(id(each), 0.0) + part


def wrapped(operand):
    if isinstance(operand, Value):
        return operand
    return Value(operand) if type(operand) in (int, float) else None
