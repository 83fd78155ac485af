"""No graph at all: a variable carries its derivatives with respect to the leaves, and threads are told apart by number."""

import threading
from functools import wraps

BLOCKS = {}


def grad_enabled():
    return threading.get_ident() not in BLOCKS


class no_grad:
    def __enter__(self):
        thread = threading.get_ident()
        BLOCKS[thread] = BLOCKS.get(thread, 0) + 1

    def __exit__(self, *_error):
        thread = threading.get_ident()
        BLOCKS[thread] -= 1
        if not BLOCKS[thread]:
            del BLOCKS[thread]

    def __call__(self, function):
        @wraps(function)
        def run(*args, **kwargs):
            with no_grad():
                return function(*args, **kwargs)

        return run


class Variable:
    def __init__(self, data, requires_grad=False):
        self.data, self.requires_grad, self.grad, self.is_leaf = float(data), requires_grad, None, True
        self.slopes = {}  # of a result: leaf to derivative

    def __add__(self, other):
        return combined(self, other, lambda a, b: (a + b, 1.0, 1.0))

    def __radd__(self, other):
        return combined(other, self, lambda a, b: (a + b, 1.0, 1.0))

    def __mul__(self, other):
        return combined(self, other, lambda a, b: (a * b, b, a))

    def __rmul__(self, other):
        return combined(other, self, lambda a, b: (a * b, b, a))

    def detach(self):
        return Variable(data=self.data, requires_grad=False)

    def backward(self):
        if not self.requires_grad:
            raise RuntimeError("there is nothing to differentiate")
        for leaf, slope in derivatives(self).items():
            leaf.grad = slope if leaf.grad is None else leaf.grad + slope


def derivatives(x):
    if not isinstance(x, Variable) or not x.requires_grad:
        return {}
    return {x: 1.0} if x.is_leaf else x.slopes


def combined(x, y, function):
    a, b = (each.data if isinstance(each, Variable) else each for each in (x, y))
    value, to_x, to_y = function(a, b)
    result = Variable(value)
    if grad_enabled():
        slopes = {leaf: to_x * slope for leaf, slope in derivatives(x).items()}
        for leaf, slope in derivatives(y).items():
            slopes[leaf] = slopes.get(leaf, 0.0) + to_y * slope
        if slopes:
            result.requires_grad, result.is_leaf, result.slopes = True, False, slopes
    return result
