"""torch.nn with the names of the kata nn/module, on numpy arrays: the oracle for programs."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
import torch


def tensor(value: Any) -> Any:
    """An array as a tensor on the same memory; everything else as it is."""
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


class Parameter(torch.nn.Parameter):
    """A parameter that is made from an array."""

    def __new__(cls, data: Any, requires_grad: bool = True) -> Self:
        return super().__new__(cls, tensor(data), requires_grad)


class Module(torch.nn.Module):
    """A module that takes and gives arrays."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, tensor(value))

    def register_buffer(self, name: str, array: np.ndarray, persistent: bool = True) -> None:
        super().register_buffer(name, tensor(array), persistent)

    def state_dict(self, *arguments: Any, **keywords: Any) -> Any:
        state = super().state_dict(*arguments, **keywords)
        # torch calls this for children with a destination; only the outermost call is the program's.
        return state if keywords else {name: each.detach().numpy() for name, each in state.items()}

    def load_state_dict(self, state: Any, strict: bool = True) -> tuple[list[str], list[str]]:
        tensors = {name: tensor(array) for name, array in state.items()}
        # torch copies what fits and raises then; the kata raises first. So the load is tried on a copy.
        torch.nn.Module.load_state_dict(copy.deepcopy(self), tensors, strict)
        missing, unexpected = super().load_state_dict(tensors, strict)
        return missing, unexpected
