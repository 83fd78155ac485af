"""The registers are three lists of pairs in one private object; every walk is a loop over a stack of modules."""

import numpy as np


class Parameter:
    def __init__(self, data: np.ndarray) -> None:
        self.data = data


class Registry:
    def __init__(self):
        self.parameters, self.buffers, self.children, self.saved = [], [], [], {}

    def lists(self):
        return (self.parameters, self.buffers, self.children)

    def place(self, name):
        for pairs in self.lists():
            for index, (other, _) in enumerate(pairs):
                if other == name:
                    return pairs, index
        return None, None

    def put(self, pairs, name, value):
        old, index = self.place(name)
        if old is pairs:
            pairs[index] = (name, value)
            return
        if old is not None:
            del old[index]
        pairs.append((name, value))


class Module:
    def __init__(self):
        self.__dict__.update(registry=Registry(), training=True)

    @property
    def _registry(self):
        if "registry" not in self.__dict__:
            raise AttributeError("super().__init__() was not called")
        return self.__dict__["registry"]

    def __setattr__(self, name, value):
        if isinstance(value, (Parameter, Module)):
            registry = self._registry
            pairs, _ = registry.place(name)
            if isinstance(value, Module) and pairs is registry.parameters and pairs is not None:
                raise TypeError(f"{name} is a parameter")
            self.__dict__.pop(name, None)
            registry.put(registry.parameters if isinstance(value, Parameter) else registry.children, name, value)
            return
        registry = self.__dict__.get("registry")
        pairs, index = registry.place(name) if registry else (None, None)
        if pairs is None:
            self.__dict__[name] = value
        elif value is None or (pairs is registry.buffers and isinstance(value, np.ndarray)):
            pairs[index] = (name, value)
        else:
            raise TypeError(f"{name} is registered")

    def __getattr__(self, name):
        registry = self.__dict__.get("registry")
        pairs, index = registry.place(name) if registry else (None, None)
        if pairs is None:
            raise AttributeError(f"no attribute {name}")
        return pairs[index][1]

    def __delattr__(self, name):
        pairs, index = self._registry.place(name)
        if pairs is not None:
            del pairs[index]
        elif self.__dict__.pop(name, self) is self:
            raise AttributeError(name)

    def register_buffer(self, name, array, persistent=True):
        registry = self._registry
        pairs, _ = registry.place(name)
        if pairs is not registry.buffers and (pairs is not None or hasattr(self, name)):
            raise KeyError(name)
        registry.put(registry.buffers, name, array)
        registry.saved[name] = persistent

    def forward(self, *arguments, **keywords):
        raise NotImplementedError

    def __call__(self, *arguments, **keywords):
        return self.forward(*arguments, **keywords)

    def _walk(self):
        stack = [("", self)]
        while stack:
            prefix, module = stack.pop()
            yield prefix, module._registry
            inner = [(f"{prefix}{name}.", child) for name, child in module._registry.children if child is not None]
            stack += reversed(inner)

    def named_parameters(self):
        found = {}
        for prefix, registry in self._walk():
            for name, parameter in registry.parameters:
                if parameter is not None:
                    found.setdefault(id(parameter), (prefix + name, parameter))
        return iter(found.values())

    def parameters(self):
        return (pair[1] for pair in self.named_parameters())

    def children(self):
        return iter({id(child): child for _, child in self._registry.children if child is not None}.values())

    def train(self, mode=True):
        self.__dict__["training"] = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        state = {}
        for prefix, registry in self._walk():
            for name, parameter in registry.parameters:
                if parameter is not None:
                    state[prefix + name] = parameter.data
            for name, array in registry.buffers:
                if array is not None and registry.saved[name]:
                    state[prefix + name] = array
        return state

    def load_state_dict(self, state, strict=True):
        own, loaded = self.state_dict(), dict(state)
        pairs = [(array, loaded.pop(name)) for name, array in own.items() if name in loaded]
        missing = [name for name in own if name not in state]
        if any(old.shape != new.shape for old, new in pairs):
            raise ValueError("shapes")
        if strict and (missing or loaded):
            raise ValueError(f"missing {missing}, unexpected {list(loaded)}")
        for old, new in pairs:
            old[...] = new
        return missing, list(loaded)


class Linear(Module):
    def __init__(self, inputs, outputs, bias=True, rng=None):
        super().__init__()
        if inputs < 1 or outputs < 1:
            raise ValueError("sizes")
        rng = rng if rng is not None else np.random.default_rng()
        values = rng.uniform(-1, 1, (outputs, inputs + 1)) / np.sqrt(inputs)
        self.weight = Parameter(values[:, :-1].copy())
        self.bias = Parameter(values[:, -1].copy()) if bias else None

    def forward(self, x):
        shift = 0 if self.bias is None else self.bias.data
        return (np.tensordot(x, self.weight.data, (-1, 1)) + shift).astype(x.dtype)


class Dropout(Module):
    def __init__(self, p=0.5, rng=None):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p")
        self.p = p
        self.rng = rng if rng is not None else np.random.default_rng()

    def forward(self, x):
        out = x.copy()
        if not self.training:
            return out
        for index in np.ndindex(x.shape):
            out[index] = 0 if self.p == 1 or self.rng.random() < self.p else out[index] / (1 - self.p)
        return out


class Sequential(Module):
    def __init__(self, *modules):
        super().__init__()
        for index, module in enumerate(modules):
            if not isinstance(module, Module):
                raise ValueError(f"{module!r} is no module")
            setattr(self, str(index), module)

    def forward(self, x):
        for _, child in self._registry.children:
            x = child(x)
        return x
