"""Numbers values in the order of their making and takes the highest number first from a heap; no walk beforehand."""

import heapq
import itertools
import math

COUNTER = itertools.count()


def operation(inputs_and_slopes):
    """Turn a function that gives a result and its slopes into a method that takes values and numbers."""

    def method(self, *others):
        if not all(isinstance(each, (int, float, Value)) for each in others):
            return NotImplemented
        result, slopes = inputs_and_slopes(self.data, *(getattr(each, "data", each) for each in others))
        new = Value(result)
        new.edges = [
            (each, slope) for each, slope in zip((self, *others), slopes, strict=True) if isinstance(each, Value)
        ]
        return new

    return method


def power(x, n):
    return x**n, (n * x ** (n - 1) if n != 0 else 0.0, None)


class Value:
    def __init__(self, data):
        if not isinstance(data, (int, float)):
            raise TypeError(f"expected a number, got {type(data).__name__}")
        self.data, self.grad, self.edges = float(data), 0.0, []
        self.number = next(COUNTER)

    __add__ = __radd__ = operation(lambda a, b: (a + b, (1.0, 1.0)))
    __sub__ = operation(lambda a, b: (a - b, (1.0, -1.0)))
    __rsub__ = operation(lambda a, b: (b - a, (-1.0, 1.0)))
    __mul__ = __rmul__ = operation(lambda a, b: (a * b, (b, a)))
    __truediv__ = operation(lambda a, b: (a / b, (1 / b, -a / b / b)))
    __rtruediv__ = operation(lambda a, b: (b / a, (-b / a / a, 1 / a)))
    __neg__ = operation(lambda a: (-a, (-1.0,)))
    exp = operation(lambda a: (math.exp(a), (math.exp(a),)))
    log = operation(lambda a: (math.log(a), (1 / a,)))
    tanh = operation(lambda a: (math.tanh(a), (1 / math.cosh(min(abs(a), 300)) ** 2,)))
    relu = operation(lambda a: (a if a > 0 else 0.0, (1.0 if a > 0 else 0.0,)))

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            return NotImplemented
        return operation(power)(self, exponent)

    def backward(self):
        grads, heap = {self.number: 1.0}, [(-self.number, self)]
        while heap:
            number, value = heapq.heappop(heap)
            grad = grads.pop(-number)
            if not value.edges:
                value.grad += grad
            for operand, slope in value.edges:
                if operand.number not in grads:
                    heapq.heappush(heap, (-operand.number, operand))
                    grads[operand.number] = 0.0
                grads[operand.number] += slope * grad
