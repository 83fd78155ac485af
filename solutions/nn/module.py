"""Build the module: a function with state, found by assigning.

The functions of the other katas keep nothing. A model keeps a lot: the weights of a hundred
layers. The optimiser wants all of them, the switch from training to evaluation must reach every
layer, and a file must hold the whole state and give it back. A module does this, and it looks like
a plain object:

    class Block(Module):
        def __init__(self):
            super().__init__()
            self.layer = Linear(2, 3)             # a child
            self.gain = Parameter(np.ones(3))     # a parameter
            self.register_buffer("seen", np.zeros(1))
            self.label = "first"                  # an attribute, no more
        def forward(self, x):
            return self.layer(x) * self.gain.data

Assigning is all that it takes. A Parameter or a Module that is assigned to an attribute is
registered under that name, and from then on the module finds it. A buffer is an array that is
saved and not trained.

    named_parameters     gain, layer.weight, layer.bias
    state_dict           gain, seen, layer.weight, layer.bias

The order: first what the module holds itself (parameters, and in a state the buffers after them),
then one child after the other, in the same way. Inside each kind it is the order of registration.
What is replaced by its own kind keeps its place. What is deleted, or replaced by another kind, is
forgotten, and its successor comes last.

The same Parameter under two names is tied: one set of weights with two uses. ``parameters`` gives
it once, under its first name; a state holds it under each name. The same goes for a module that is
assigned twice. What lies in a list or a dictionary is not found.

The trap: most of this works by accident until something is replaced, shared, deleted or loaded. A
register that belongs to the class is shared by all modules. A value left behind in ``__dict__``
hides the new one. A load that fails halfway leaves half of two models.

Level: 4
Needs: nn/functional_layers
Source: PyTorch, torch.nn.Module
Time: O(number of arrays) to walk through a module
Space: O(number of arrays)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_REGISTERS = ("_parameters", "_buffers", "_children")


class Parameter:
    """An array that is to be trained.

    Args:
        data: the array; the parameter holds this very array, not a copy.

    Attributes:
        data: the same.

    Example:
        >>> Parameter(np.ones(2)).data
        array([1., 1.])
    """

    def __init__(self, data: np.ndarray) -> None:
        """Hold the array."""
        self.data = data


class Module:
    """What layers and models are made of.

    A subclass calls ``super().__init__()`` before it registers anything, and writes ``forward``.

    Reading an attribute gives what was assigned to it, the very object. Deleting one forgets it.
    None in place of a parameter or a buffer: the attribute is None and nothing is found there, but
    the name stays registered and keeps its place for a later one. An array in place of a buffer is
    the buffer from then on, persistent as before. ``copy.deepcopy`` gives a module of its own, with
    copies of all arrays, tied as they were.

    Attributes:
        training: whether the model is being trained; True at first.

    Raises:
        AttributeError: a Parameter, a Module or a buffer is to be registered before
            ``super().__init__()`` was called; an attribute is read or deleted that is not there.
        TypeError: what is assigned can't take the place of what is registered. A parameter gives
            way to a Parameter or None, a child to a Module or a Parameter, a buffer to an array, a
            Parameter, a Module or None.

    Example:
        >>> net = Sequential(Linear(2, 3), Dropout(), Linear(3, 1, bias=False))
        >>> [name for name, _ in net.named_parameters()]
        ['0.weight', '0.bias', '2.weight']
        >>> setattr(net, "0", Dropout())
        >>> list(net.state_dict())
        ['2.weight']

    Limits: modules that contain themselves, None in place of a child, buffers that are registered
    with something else than an array, ``train`` overridden in a child, a second ``__init__``, class
    attributes of the same name, and names that are empty or contain a dot are left open.
    """

    def __init__(self) -> None:
        """Begin with nothing registered."""
        # hint: Registers belong to the instance. They can't be assigned in the usual way, since assigning looks into
        # the registers; object.__setattr__ goes past that.
        for register in _REGISTERS:
            object.__setattr__(self, register, {})
        object.__setattr__(self, "_transient", set())
        object.__setattr__(self, "training", True)

    def __setattr__(self, name: str, value: Any) -> None:
        """Register what is a Parameter or a Module; everything else is a plain attribute."""
        # hint: A plain value may meet a registered name. If it were simply set, the old parameter would still be found
        # under this name, and trained, and saved.
        held = next((register for register in _REGISTERS if name in self.__dict__.get(register, ())), None)
        if isinstance(value, Parameter):
            self._register("_parameters", name, value)
        elif isinstance(value, Module) and held != "_parameters":
            self._register("_children", name, value)
        elif held is None:
            object.__setattr__(self, name, value)
        elif value is None or (held == "_buffers" and isinstance(value, np.ndarray)):
            self.__dict__[held][name] = value
        else:
            raise TypeError(f"{name} is registered, {value!r} can't take its place; delete it first")

    def __getattr__(self, name: str) -> Any:
        """What is registered under the name; Python asks here when there is no plain attribute."""
        # hint: Python asks here also for the registers themselves, before __init__ has made them and while an object
        # is copied. Look them up in __dict__, or this function calls itself for ever.
        for register in _REGISTERS:
            found = self.__dict__.get(register, {})
            if name in found:
                return found[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        """Forget what is registered under the name, or delete the plain attribute."""
        for register in _REGISTERS:
            if name in self.__dict__.get(register, ()):
                del self.__dict__[register][name]
                self._transient.discard(name)
                return
        object.__delattr__(self, name)

    def register_buffer(self, name: str, array: np.ndarray, persistent: bool = True) -> None:
        """Register an array that belongs to the state and is not trained.

        Args:
            name: of the attribute; a buffer of that name is replaced.
            array: the module holds this very array.
            persistent: whether it is part of ``state_dict``.

        Raises:
            AttributeError: ``super().__init__()`` was not called yet.
            KeyError: the name is that of an attribute which is not a buffer.
        """
        if hasattr(self, name) and name not in self.__dict__.get("_buffers", ()):
            raise KeyError(f"{name} is an attribute already, and not a buffer")
        self._register("_buffers", name, array)
        if not persistent:
            self._transient.add(name)

    def forward(self, *arguments: Any, **keywords: Any) -> Any:
        """Compute the result; a subclass says how.

        Raises:
            NotImplementedError: always, here.
        """
        raise NotImplementedError

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What ``forward`` gives for the same arguments."""
        return self.forward(*arguments, **keywords)

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Each parameter once, under its first name.

        Returns:
            An iterator over pairs, such as ``("layer.weight", parameter)``: the name of the
            attribute after the names of the children that lead to it.
        """
        found = self._present("_parameters")
        for prefix, child in self._present("_children"):
            found += [(f"{prefix}.{name}", parameter) for name, parameter in child.named_parameters()]
        seen = set()
        for name, parameter in found:
            if parameter not in seen:
                seen.add(parameter)
                yield name, parameter

    def parameters(self) -> Iterator[Parameter]:
        """An iterator over the parameters in the order of ``named_parameters``."""
        return (parameter for _, parameter in self.named_parameters())

    def children(self) -> Iterator[Module]:
        """An iterator over the modules that are assigned here, each once, without those inside them."""
        return iter(dict.fromkeys(child for _, child in self._present("_children")))

    def train(self, mode: bool = True) -> Module:
        """Set ``training`` to ``mode`` here and in all modules inside, and return this module."""
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Module:
        """The same as ``train(False)``."""
        return self.train(False)

    def state_dict(self) -> dict[str, np.ndarray]:
        """The arrays of all parameters and persistent buffers, tied ones under each of their names.

        Returns:
            A new dictionary from names to the live arrays: who changes one changes the module.
        """
        state = {name: parameter.data for name, parameter in self._present("_parameters")}
        state |= {name: array for name, array in self._present("_buffers") if name not in self._transient}
        for prefix, child in self._present("_children"):
            state |= {f"{prefix}.{name}": array for name, array in child.state_dict().items()}
        return state

    def load_state_dict(
        self,
        state: Mapping[str, np.ndarray],
        strict: bool = True,
    ) -> tuple[list[str], list[str]]:
        """Copy arrays into those of the module.

        They are copied in the order of ``state_dict``, so of tied ones the last stays.

        Args:
            state: from names to arrays; they are copied, and may be changed later.
            strict: whether the names must be exactly those of ``state_dict``. If not, what has no
                counterpart is left out.

        Returns:
            The names that are missing in ``state``, and those that are there and unexpected.

        Raises:
            ValueError: an array has another shape than the one that it is copied to, also where it
                could be broadcast and where ``strict`` is False; or ``strict`` is True and a name
                is missing or unexpected. (KeyError and RuntimeError will do as well.) Nothing is
                copied then.
        """
        # hint: Two passes: first find out all that is wrong, then copy.
        own = self.state_dict()
        missing = [name for name in own if name not in state]
        unexpected = [name for name in state if name not in own]
        sizes = [name for name in own if name in state and state[name].shape != own[name].shape]
        if sizes or (strict and (missing or unexpected)):
            raise ValueError(f"missing {missing}, unexpected {unexpected}, of another shape {sizes}")
        for name, array in own.items():
            if name in state:
                array[...] = state[name]
        return missing, unexpected

    def _register(self, register: str, name: str, value: Any) -> None:
        """Keep a value in one register, and take its name out of the others."""
        if register not in self.__dict__:
            raise AttributeError(f"{name} can't be registered before super().__init__() is called")
        for other in _REGISTERS:
            if other != register:
                self.__dict__[other].pop(name, None)
        self.__dict__.pop(name, None)
        self._transient.discard(name)
        self.__dict__[register][name] = value

    def _present(self, register: str) -> list[tuple[str, Any]]:
        """Names and values of one register, without those that are None."""
        return [(name, value) for name, value in self.__dict__[register].items() if value is not None]


class Linear(Module):
    """A layer that multiplies with a weight and adds a bias.

    Args:
        inputs: how many features come in, 1 or more.
        outputs: how many go out, 1 or more.
        bias: whether there is a bias; if not, ``bias`` is None.
        rng: where the first values come from; None for a fresh generator.

    Attributes:
        weight: a Parameter (outputs, inputs), float64, each value drawn evenly from -b to b, where
            b is 1 / sqrt(inputs).
        bias: a Parameter (outputs,), drawn likewise, or None.

    Raises:
        ValueError: ``inputs`` or ``outputs`` is below 1.

    Example:
        >>> layer = Linear(2, 1)
        >>> layer.weight.data[...], layer.bias.data[...] = 3.0, 1.0
        >>> layer(np.array([[1.0, 2.0]]))
        array([[10.]])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        bias: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw the first weights."""
        super().__init__()
        if inputs < 1 or outputs < 1:
            raise ValueError(f"inputs and outputs must be 1 or more, got {inputs} and {outputs}")
        rng = np.random.default_rng() if rng is None else rng
        bound = 1 / math.sqrt(inputs)
        self.weight = Parameter(rng.uniform(-bound, bound, (outputs, inputs)))
        self.bias = Parameter(rng.uniform(-bound, bound, outputs)) if bias else None

    def forward(self, x: np.ndarray) -> np.ndarray:
        """(..., outputs), of the dtype of x, for x (..., inputs)."""
        out = x @ self.weight.data.T
        if self.bias is not None:
            out = out + self.bias.data
        return out.astype(x.dtype, copy=False)


class Dropout(Module):
    """A layer that drops values while the model is trained.

    Args:
        p: the probability to drop a value, from 0 to 1.
        rng: where the randomness comes from; None for a fresh generator.

    Raises:
        ValueError: p is not from 0 to 1.

    Example:
        >>> layer = Dropout(1.0)
        >>> layer(np.ones(2)), layer.eval()(np.ones(2))
        (array([0., 0.]), array([1., 1.]))
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | None = None) -> None:
        """Keep the probability."""
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p is a probability, from 0 to 1, got {p}")
        self.p = p
        self.rng = np.random.default_rng() if rng is None else rng

    def forward(self, x: np.ndarray) -> np.ndarray:
        """A new array: x, and in training each value is 0 with probability p, else divided by 1 - p."""
        if not self.training:
            return x.copy()
        if self.p == 1:
            return np.zeros_like(x)
        keep = self.rng.random(x.shape) >= self.p
        return np.where(keep, x / (1 - self.p), 0).astype(x.dtype, copy=False)


class Sequential(Module):
    """Modules one after the other: the result of each goes into the next.

    Args:
        modules: any number of them; they become the children ``0``, ``1`` and so on. The same
            module may stand there several times.

    Raises:
        TypeError: one of them is not a Module.

    Example:
        >>> net = Sequential(Linear(2, 3), Linear(3, 1))
        >>> net(np.ones((4, 2))).shape
        (4, 1)
    """

    def __init__(self, *modules: Module) -> None:
        """Assign each to its number."""
        super().__init__()
        for index, module in enumerate(modules):
            if not isinstance(module, Module):
                raise TypeError(f"Sequential takes modules, got {module!r}")
            setattr(self, str(index), module)

    def forward(self, x: Any) -> Any:
        """What comes out of the last child; x itself if there is none. A replaced child counts."""
        for _, child in self._present("_children"):
            x = child(x)
        return x
