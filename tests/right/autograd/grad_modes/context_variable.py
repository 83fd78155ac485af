"""The mode is a context variable, which each thread has for itself; gradients are pulled from the newest number first."""

import contextlib
import contextvars
import heapq
import itertools

ENABLED = contextvars.ContextVar("enabled", default=True)
NUMBERS = itertools.count()


class no_grad(contextlib.ContextDecorator):
    def __init__(self):
        self.tokens = contextvars.ContextVar("tokens", default=())

    def __enter__(self):
        self.tokens.set((*self.tokens.get(), ENABLED.set(False)))

    def __exit__(self, *_):
        *rest, token = self.tokens.get()
        self.tokens.set(tuple(rest))
        ENABLED.reset(token)


def grad_enabled():
    return ENABLED.get()


class Variable:
    def __init__(self, data, requires_grad=False):
        self.data, self.grad, self.requires_grad = float(data), None, bool(requires_grad)
        self.parents, self.number = None, next(NUMBERS)

    is_leaf = property(lambda self: self.parents is None)

    def __add__(self, other):
        if not isinstance(other, Variable):
            other = Variable(other)
        return recorded(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        if not isinstance(other, Variable):
            other = Variable(other)
        return recorded(self.data * other.data, [(self, other.data), (other, self.data)])

    __radd__, __rmul__ = __add__, __mul__

    def detach(self):
        return Variable(self.data)

    def backward(self):
        if not self.requires_grad:
            raise RuntimeError("no gradient is required here")
        waiting, heap = {self: 1.0}, [(-self.number, self)]
        while heap:
            _, variable = heapq.heappop(heap)
            share = waiting.pop(variable)
            if variable.is_leaf:
                variable.grad = share + (0.0 if variable.grad is None else variable.grad)
                continue
            for parent, slope in variable.parents:
                if parent not in waiting:
                    waiting[parent] = 0.0
                    heapq.heappush(heap, (-parent.number, parent))
                waiting[parent] += slope * share


def recorded(data, parents):
    result = Variable(data)
    if ENABLED.get() and (needed := [pair for pair in parents if pair[0].requires_grad]):
        result.parents, result.requires_grad = needed, True
    return result
