"""Probes of checkpointing/checkpoint_function: they build a function from a plain program and call it checkpointed.

A program is a list of steps. Each step reads values by their numbers and appends one; the first values are the
arguments. ``results`` is the number of the value that the function returns, or a list of numbers: then it is a tuple.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

STEPS: dict[str, Callable[..., Any]] = {
    "mul": torch.mul,
    "add": torch.add,
    "tanh": torch.tanh,
    "dropout": lambda x: torch.nn.functional.dropout(x, 0.5),
    "noise": lambda x: x * torch.rand_like(x),
    "roll": lambda x, places: x.roll(places, -1),
    "pick": lambda x, index: x.index_select(-1, index),
    "named": lambda x, name: x.sin() if name is None else getattr(x, name)(),
    "order": lambda x: x.argsort(-1),
    "same": lambda x: x,
}


class Program:
    """The function that a program describes; ``calls`` counts how often it was called."""

    def __init__(self, kata: Any, steps: list[Any], results: Any, parameters: list[Any]) -> None:
        self.kata, self.steps, self.results, self.parameters = kata, steps, results, parameters
        self.calls = 0
        self.library = False

    def __call__(self, *arguments: Any) -> Any:
        self.calls += 1
        self.library |= called_by("torch.utils.checkpoint")
        values = list(arguments)
        for name, *operands in self.steps:
            if name == "nested":
                steps, result, read = operands
                inner = Program(self.kata, steps, result, self.parameters)
                values.append(self.kata.checkpoint(inner, *[values[i] for i in read]))
            elif name == "weight":
                values.append(values[operands[0]] * self.parameters[operands[1]])
            elif name == "fail":
                raise KeyError("the function fails")
            else:
                values.append(STEPS[name](*[values[i] for i in operands]))
        if isinstance(self.results, int):
            return values[self.results]
        return tuple(values[i] for i in self.results)


def called_by(module: str) -> bool:
    """Whether a function of that module waits for this call to end."""
    frame = sys._getframe()  # noqa: SLF001
    while frame is not None:
        if frame.f_globals.get("__name__") == module:
            return True
        frame = frame.f_back
    return False


def prepared(case: dict[str, Any], device: str) -> tuple[list[Any], list[Any], list[Any]]:
    """The tensors of a case, the arguments made from them, and the parameters.

    ``tensors`` are pairs: values, and "leaf", "result" (of another computation; it needs a gradient) or "".
    ``arguments`` are pairs: ("tensor", its number) or ("plain", a value).
    """
    leaves = [tensor.clone().to(device).requires_grad_(kind != "") for tensor, kind in case["tensors"]]
    made = [leaf.tanh() if kind == "result" else leaf for leaf, (_, kind) in zip(leaves, case["tensors"], strict=True)]
    arguments = [made[value] if kind == "tensor" else value for kind, value in case["arguments"]]
    return leaves, arguments, [each.clone().to(device).requires_grad_() for each in case["parameters"]]


def trace(kata: Any, case: dict[str, Any], device: str) -> dict[str, Any]:
    """Forward pass, backward pass, and random numbers drawn before, between and after.

    Returns:
        ``gradients`` of tensors and of parameters, None where there is none; ``results`` of the function and their
        ``type``; what was ``drawn`` after the forward and after the backward pass; ``tensors`` afterwards; ``used``:
        the results and arguments, counted on, that went into the loss (as the case says, or that need a gradient).
    """
    leaves, arguments, parameters = prepared(case, device)
    function = Program(kata, case["steps"], case["results"], parameters)
    torch.manual_seed(case["seed"])
    torch.rand(3, device=device)
    got = kata.checkpoint(function, *arguments, **case["options"])
    results = list(got) if isinstance(got, tuple) else [got]
    drawn = [torch.rand(2, device=device)]
    # The arguments go into the loss as well, so that gradients meet in them.
    ends = [*results, *[each for each in arguments if isinstance(each, torch.Tensor)]]
    used = case.get("used")
    if used is None:
        used = [number for number, each in enumerate(ends) if each.requires_grad and number not in case["unused"]]
    if used:
        slopes = [torch.linspace(1, 2 + k, ends[k].numel()).view(ends[k].shape).to(ends[k]) for k in used]
        torch.autograd.backward([ends[k] for k in used], slopes)
    drawn.append(torch.rand(2, device=device))
    return {
        "gradients": [each.grad for each in leaves],
        "gradients of parameters": [each.grad for each in parameters],
        "results": [each.detach().clone() for each in results],
        "type": type(got).__name__,
        "drawn": drawn,
        "tensors": [leaf.detach() for leaf in leaves],
        "need a gradient": [leaf.requires_grad for leaf in leaves],
        "used": used,
    }


class Made(TorchDispatchMode):
    """The memory of every tensor that is made in a block, and how much of it is still in use."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # otherwise torch's compiler is imported

    def __init__(self) -> None:
        super().__init__()
        self.bytes: dict[StorageWeakRef, int] = {}

    def __torch_dispatch__(self, operator: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = operator(*args, **(kwargs or {}))
        for each in made if isinstance(made, list | tuple) else [made]:
            if isinstance(each, torch.Tensor):
                storage = each.untyped_storage()
                self.bytes.setdefault(StorageWeakRef(storage), storage.nbytes())
        return made

    def alive(self, *apart: Any) -> int:
        """Bytes in use, apart from those of some tensors."""
        known = [StorageWeakRef(each.untyped_storage()) for each in apart]
        return sum(size for each, size in self.bytes.items() if not each.expired() and each not in known)


def measure(kata: Any, case: dict[str, Any], device: str) -> dict[str, Any]:
    """What a checkpointed call costs.

    Returns:
        ``calls`` of the function after the forward pass and, unless it is left out, after the backward pass; ``kept``:
        bytes in use after the forward pass, beside arguments and results; ``left``: the same once the results are gone;
        ``library``: whether torch.utils.checkpoint made the call.
    """
    leaves, arguments, parameters = prepared(case, device)
    function = Program(kata, case["steps"], case["results"], parameters)
    tensors = [each for each in [*arguments, *parameters] if isinstance(each, torch.Tensor)]
    with torch.set_grad_enabled(case["grad"]), Made() as made:
        got = kata.checkpoint(function, *arguments, **case["options"])
    results = list(got) if isinstance(got, tuple) else [got]
    del got
    kept, calls = made.alive(*tensors, *results), [function.calls]
    if case.get("backward", True):
        with made:
            torch.autograd.backward([each.sum() for each in results if each.is_floating_point()])
        calls.append(function.calls)
    del results
    gradients = [each.grad for each in [*leaves, *parameters] if each.grad is not None]
    if made.alive(*tensors, *gradients):
        gc.collect()
    return {
        "calls": calls,
        "kept": kept,
        "left": made.alive(*tensors, *gradients),
        "library": function.library,
    }


measure.measures = True
