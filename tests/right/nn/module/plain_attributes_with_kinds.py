"""Everything lies in __dict__, as in any object; beside it a dictionary says which names are registered, and as what."""

import numpy as np


class Parameter:
    def __init__(self, data):
        self.data = data


def kind_of(value):
    if isinstance(value, Parameter):
        return "parameter"
    return "child" if isinstance(value, Module) else "plain"


class Module:
    def __init__(self):
        object.__setattr__(self, "kinds", {})
        object.__setattr__(self, "hidden", set())
        object.__setattr__(self, "training", True)

    def __setattr__(self, name, value):
        new = kind_of(value)
        if "kinds" not in self.__dict__:
            if new != "plain":
                raise AttributeError(f"no {new} before super().__init__()")
            object.__setattr__(self, name, value)
            return
        old = self.kinds.get(name)
        if new == "plain":
            if old and value is not None and not (old == "buffer" and isinstance(value, np.ndarray)):
                raise TypeError(name)
        elif new != old:
            if old == "parameter":
                raise TypeError(name)
            self.kinds.pop(name, None)
            self.hidden.discard(name)
            self.kinds[name] = new
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        object.__delattr__(self, name)
        self.kinds.pop(name, None)
        self.hidden.discard(name)

    def register_buffer(self, name, array, persistent=True):
        kinds = self.kinds
        if kinds.get(name) != "buffer" and hasattr(self, name):
            raise KeyError(name)
        kinds[name] = "buffer"
        (self.hidden.discard if persistent else self.hidden.add)(name)
        object.__setattr__(self, name, array)

    def forward(self, *arguments, **keywords):
        raise NotImplementedError

    def __call__(self, *arguments, **keywords):
        return self.forward(*arguments, **keywords)

    def _all(self, kind):
        for name, each in list(self.kinds.items()):
            if each == kind and self.__dict__[name] is not None:
                yield name, self.__dict__[name]

    def _modules_once(self, prefix="", seen=None):
        seen = set() if seen is None else seen
        if self not in seen:
            seen.add(self)
            yield prefix, self
            for name, child in self._all("child"):
                yield from child._modules_once(f"{prefix}{name}.", seen)

    def named_parameters(self):
        seen = set()
        for prefix, module in self._modules_once():
            for name, parameter in module._all("parameter"):
                if id(parameter) not in seen:
                    seen.add(id(parameter))
                    yield prefix + name, parameter

    def parameters(self):
        return iter([parameter for _, parameter in self.named_parameters()])

    def children(self):
        seen = []
        for _, child in self._all("child"):
            if not any(child is each for each in seen):
                seen.append(child)
        return iter(seen)

    def train(self, mode=True):
        for _, module in self._modules_once():
            object.__setattr__(module, "training", mode)
        return self

    def eval(self):
        return self.train(False)

    def _fill(self, state, prefix):
        for name, parameter in self._all("parameter"):
            state[prefix + name] = parameter.data
        for name, array in self._all("buffer"):
            if name not in self.hidden:
                state[prefix + name] = array
        for name, child in self._all("child"):
            child._fill(state, f"{prefix}{name}.")
        return state

    def state_dict(self):
        return self._fill({}, "")

    def load_state_dict(self, state, strict=True):
        own = self.state_dict()
        missing, unexpected = list(own.keys() - state.keys()), list(state.keys() - own.keys())
        errors = [name for name in own.keys() & state.keys() if own[name].shape != state[name].shape]
        if strict:
            errors += missing + unexpected
        if errors:
            raise RuntimeError(f"can't load {errors}")
        for name in own:
            if name in state:
                own[name][:] = state[name]
        return missing, unexpected


class Linear(Module):
    def __init__(self, inputs, outputs, bias=True, rng=None):
        super().__init__()
        if inputs <= 0 or outputs <= 0:
            raise ValueError((inputs, outputs))
        rng = np.random.default_rng(rng)
        b = inputs**-0.5
        self.bias = Parameter(rng.uniform(-b, b, outputs)) if bias else None
        weight = Parameter(rng.uniform(-b, b, (outputs, inputs)))
        self.weight = weight

    def forward(self, x):
        y = np.matmul(x, np.transpose(self.weight.data))
        return (y if self.bias is None else y + self.bias.data).astype(x.dtype)


class Dropout(Module):
    def __init__(self, p=0.5, rng=None):
        if p != p or p < 0 or p > 1:
            raise ValueError(p)
        super().__init__()
        self.p = p
        self.rng = np.random.default_rng(rng)

    def forward(self, x):
        if not self.training:
            return np.array(x, copy=True)
        factors = self.rng.choice(np.array([0, 1 / (1 - self.p) if self.p < 1 else 0]), x.shape, p=[self.p, 1 - self.p])
        return (x * factors).astype(x.dtype)


class Sequential(Module):
    def __init__(self, *modules):
        super().__init__()
        self.length = len(modules)
        for index, module in enumerate(modules):
            if kind_of(module) != "child":
                raise TypeError(module)
            setattr(self, str(index), module)

    def forward(self, x):
        for index in range(self.length):
            x = getattr(self, str(index))(x)
        return x
