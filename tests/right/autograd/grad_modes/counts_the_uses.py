"""Counts how often each result is used, then pushes what is ready; objects keep the modes that they found, by thread."""

import functools
import threading


class Mode(threading.local):
    enabled = True


MODE = Mode()


class no_grad:
    def __init__(self):
        self.mine = threading.local()

    def __enter__(self):
        self.mine.__dict__.setdefault("before", []).append(MODE.enabled)
        MODE.enabled = False

    def __exit__(self, *error):
        MODE.enabled = self.mine.before.pop()

    def __call__(self, function):
        @functools.wraps(function)
        def inner(*a, **k):
            with no_grad():
                return function(*a, **k)

        return inner


def grad_enabled():
    return MODE.enabled


class Variable:
    def __init__(self, data, requires_grad=False):
        self.data = float(data)
        self.requires_grad = requires_grad
        self.is_leaf = True
        self.grad = None
        self.operands = []

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b, lambda a, b: (1.0, 1.0))

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b, lambda a, b: (b, a))

    def __radd__(self, other):
        return self.__add__(other)

    def __rmul__(self, other):
        return self.__mul__(other)

    def _with(self, other, value, slopes):
        b = other.data if isinstance(other, Variable) else float(other)
        result = Variable(value(self.data, b))
        if not MODE.enabled:
            return result
        for operand, slope in zip((self, other), slopes(self.data, b)):
            if isinstance(operand, Variable) and operand.requires_grad:
                result.operands.append((operand, slope))
                result.requires_grad, result.is_leaf = True, False
        return result

    def detach(self):
        copy = Variable(0.0)
        copy.data = self.data
        return copy

    def backward(self):
        if not self.requires_grad:
            raise RuntimeError("a variable that requires no gradient")
        uses, found = {self: 0}, [self]
        for variable in found:  # grows while it is walked
            for operand, _ in variable.operands:
                if operand not in uses:
                    uses[operand] = 0
                    found.append(operand)
                uses[operand] += 1
        shares, ready = {self: 1.0}, [self]
        while ready:
            variable = ready.pop()
            share = shares[variable]
            if variable.is_leaf:
                variable.grad = share + (variable.grad if variable.grad is not None else 0.0)
            for operand, slope in variable.operands:
                shares[operand] = shares.get(operand, 0.0) + share * slope
                uses[operand] -= 1
                if uses[operand] == 0:
                    ready.append(operand)
