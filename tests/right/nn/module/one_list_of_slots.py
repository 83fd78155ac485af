"""One ordered dictionary of slots for each module, each slot with its kind; nothing registered lies in __dict__."""

import math

import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = data


class Slot:
    def __init__(self, kind, value, saved=True):
        self.kind, self.value, self.saved = kind, value, saved


class Module:
    def __init__(self):
        vars(self)["slots"] = {}
        vars(self)["training"] = True

    def __setattr__(self, name, value):
        slots = vars(self).get("slots")
        kind = "parameter" if isinstance(value, Parameter) else "child" if isinstance(value, Module) else None
        if kind and slots is None:
            raise AttributeError("call super().__init__() first")
        old = slots.get(name) if slots is not None else None
        if old is not None and old.kind == kind:
            old.value = value
        elif old is not None and kind is None:
            if value is not None and (old.kind != "buffer" or type(value) is not np.ndarray):
                raise TypeError(f"{name} is a {old.kind}")
            old.value = value
        elif kind is None:
            vars(self)[name] = value
        elif old is not None and old.kind == "parameter":
            raise TypeError(f"{name} is a parameter")
        else:
            if old is not None:
                del slots[name]
            vars(self).pop(name, None)
            slots[name] = Slot(kind, value)

    def __getattr__(self, name):
        try:
            return vars(self)["slots"][name].value
        except KeyError:
            raise AttributeError(name) from None

    def __delattr__(self, name):
        if name in vars(self).get("slots", {}):
            del self.slots[name]
        elif name in vars(self):
            del vars(self)[name]
        else:
            raise AttributeError(name)

    def register_buffer(self, name, array, persistent=True):
        if "slots" not in vars(self):
            raise AttributeError("call super().__init__() first")
        old = self.slots.get(name)
        if old is not None and old.kind == "buffer":
            old.value, old.saved = array, persistent
        elif hasattr(self, name):
            raise ValueError(f"{name} is taken")
        else:
            self.slots[name] = Slot("buffer", array, persistent)

    def __call__(self, *arguments, **keywords):
        return self.forward(*arguments, **keywords)

    def filled(self, kind):
        return [(name, slot) for name, slot in self.slots.items() if slot.kind == kind and slot.value is not None]

    def named_parameters(self):
        names = {}
        for name, slot in self.filled("parameter"):
            names.setdefault(slot.value, name)
        for child, slot in self.filled("child"):
            for name, parameter in slot.value.named_parameters():
                names.setdefault(parameter, child + "." + name)
        return iter([(name, parameter) for parameter, name in names.items()])

    def parameters(self):
        for _, parameter in self.named_parameters():
            yield parameter

    def children(self):
        return iter(dict.fromkeys(slot.value for _, slot in self.filled("child")))

    def train(self, mode=True):
        waiting = [self]
        while waiting:
            module = waiting.pop()
            module.training = mode
            waiting.extend(module.children())
        return self

    def eval(self):
        self.train(mode=False)
        return self

    def state_dict(self):
        own = {name: slot.value.data for name, slot in self.filled("parameter")}
        own.update({name: slot.value for name, slot in self.filled("buffer") if slot.saved})
        for child, slot in self.filled("child"):
            for name, array in slot.value.state_dict().items():
                own[f"{child}.{name}"] = array
        return own

    def load_state_dict(self, state, strict=True):
        mine = self.state_dict()
        both = [name for name in mine if name in state]
        for name in both:
            if np.shape(state[name]) != np.shape(mine[name]):
                raise RuntimeError(f"size mismatch for {name}")
        result = sorted(set(mine).difference(state)), sorted(set(state).difference(mine))
        if strict and any(result):
            raise KeyError(f"{result}")
        for name in both:
            np.copyto(mine[name], state[name], casting="unsafe")
        return result


class Linear(Module):
    def __init__(self, inputs, outputs, bias=True, rng=None):
        if min(inputs, outputs) < 1:
            raise ValueError("inputs and outputs")
        super().__init__()
        draw = (rng or np.random.default_rng()).random
        self.weight = Parameter((2 * draw((outputs, inputs)) - 1) / math.sqrt(inputs))
        self.bias = None
        if bias:
            self.bias = Parameter((2 * draw(outputs) - 1) / math.sqrt(inputs))

    def forward(self, x):
        y = np.einsum("...i,oi->...o", x, self.weight.data)
        if self.bias is not None:
            y = y + self.bias.data
        return y.astype(x.dtype)


class Dropout(Module):
    def __init__(self, p=0.5, rng=None):
        super().__init__()
        if not (p >= 0 and p <= 1):
            raise ValueError("p")
        self.p, self.rng = p, rng or np.random.default_rng()

    def forward(self, x):
        out = np.array(x)
        if self.training:
            gone = self.rng.random(x.shape) < self.p
            out[~gone] /= 1 - self.p if self.p < 1 else 1
            out[gone] = 0
        return out


class Sequential(Module):
    def __init__(self, *modules):
        super().__init__()
        if not all(isinstance(module, Module) for module in modules):
            raise TypeError("modules")
        for number in range(len(modules)):
            self.__setattr__(f"{number}", modules[number])

    def forward(self, x):
        for _, slot in self.filled("child"):
            x = slot.value(x)
        return x
