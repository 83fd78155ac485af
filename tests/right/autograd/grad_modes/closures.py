"""Every recorded operation leaves a closure, backward is recursive, and modes are a stack of flags for each thread."""

import functools
import threading


class Flags(threading.local):
    def __init__(self):
        self.stack = [True]


FLAGS = Flags()


def grad_enabled():
    return FLAGS.stack[-1]


class no_grad:
    def __enter__(self):
        FLAGS.stack.append(False)
        return self

    def __exit__(self, kind, error, trace):
        FLAGS.stack.pop()
        return False

    def __call__(self, function):
        def wrapper(*args, **kwargs):
            FLAGS.stack.append(False)
            try:
                return function(*args, **kwargs)
            finally:
                FLAGS.stack.pop()

        return functools.update_wrapper(wrapper, function)


class Variable:
    def __init__(self, data, requires_grad=False):
        self.data = float(data)
        self.requires_grad = requires_grad
        self.grad = None
        self.pull = None
        self.operands = ()

    @property
    def is_leaf(self):
        return self.pull is None

    def made(self, data, operands, pull):
        result = Variable(data)
        if grad_enabled() and any(each.requires_grad for each in operands):
            result.requires_grad, result.operands, result.pull = True, operands, pull
        return result

    def __add__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        return self.made(self.data + other.data, (self, other), lambda g: (g, g))

    __radd__ = __add__

    def __mul__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        a, b = self.data, other.data
        return self.made(a * b, (self, other), lambda g: (g * b, g * a))

    __rmul__ = __mul__

    def detach(self):
        return Variable(self.data, False)

    def backward(self):
        if not self.requires_grad:
            raise RuntimeError("this variable does not require a gradient")
        order, seen = [], set()

        def visit(variable):
            if variable.requires_grad and id(variable) not in seen:
                seen.add(id(variable))
                for each in variable.operands:
                    visit(each)
                order.append(variable)

        visit(self)
        grads = {id(self): 1.0}
        for variable in order[::-1]:
            grad = grads[id(variable)]
            if variable.is_leaf:
                variable.grad = grad if variable.grad is None else variable.grad + grad
            else:
                for each, part in zip(variable.operands, variable.pull(grad)):
                    grads[id(each)] = grads.get(id(each), 0.0) + part
