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

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np


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
        raise NotImplementedError


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
        raise NotImplementedError

    def __setattr__(self, name: str, value: Any) -> None:
        """Register what is a Parameter or a Module; everything else is a plain attribute."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        """What is registered under the name; Python asks here when there is no plain attribute."""
        raise NotImplementedError

    def __delattr__(self, name: str) -> None:
        """Forget what is registered under the name, or delete the plain attribute."""
        raise NotImplementedError

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
        raise NotImplementedError

    def forward(self, *arguments: Any, **keywords: Any) -> Any:
        """Compute the result; a subclass says how.

        Raises:
            NotImplementedError: always, here.
        """
        raise NotImplementedError

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What ``forward`` gives for the same arguments."""
        raise NotImplementedError

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Each parameter once, under its first name.

        Returns:
            An iterator over pairs, such as ``("layer.weight", parameter)``: the name of the
            attribute after the names of the children that lead to it.
        """
        raise NotImplementedError

    def parameters(self) -> Iterator[Parameter]:
        """An iterator over the parameters in the order of ``named_parameters``."""
        raise NotImplementedError

    def children(self) -> Iterator[Module]:
        """An iterator over the modules that are assigned here, each once, without those inside them."""
        raise NotImplementedError

    def train(self, mode: bool = True) -> Module:
        """Set ``training`` to ``mode`` here and in all modules inside, and return this module."""
        raise NotImplementedError

    def eval(self) -> Module:
        """The same as ``train(False)``."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, np.ndarray]:
        """The arrays of all parameters and persistent buffers, tied ones under each of their names.

        Returns:
            A new dictionary from names to the live arrays: who changes one changes the module.
        """
        raise NotImplementedError

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
        raise NotImplementedError


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
        raise NotImplementedError

    def forward(self, x: np.ndarray) -> np.ndarray:
        """(..., outputs), of the dtype of x, for x (..., inputs)."""
        raise NotImplementedError


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
        raise NotImplementedError

    def forward(self, x: np.ndarray) -> np.ndarray:
        """A new array: x, and in training each value is 0 with probability p, else divided by 1 - p."""
        raise NotImplementedError


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
        raise NotImplementedError

    def forward(self, x: Any) -> Any:
        """What comes out of the last child; x itself if there is none. A replaced child counts."""
        raise NotImplementedError
