"""Probes of checkpointing/checkpoint_chain: they build layers from a plain list, and run them in segments.

A layer is (name,), or (name, number of its parameter), or ("again", place of an earlier layer, which stands twice).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef

LAYERS: dict[str, Callable[..., Any]] = {
    "tanh": torch.tanh,
    "sin": torch.sin,
    "dropout": lambda x: torch.nn.functional.dropout(x, 0.5),
    "noise": lambda x: x * torch.rand_like(x),
    "same": lambda x: x,
    "view": lambda x: x.view(x.shape),
    "scale": torch.mul,
    "add": torch.add,
    "linear": torch.matmul,
    "embed": lambda x, table: table[x],
}


class Outputs:
    """The outputs of all layers, and how many of them were in memory at the same time."""

    def __init__(self) -> None:
        self.made: dict[StorageWeakRef, int] = {}
        self.most = 0
        self.live: list[list[int]] = []

    def add(self, output: Any, place: int) -> None:
        self.made.setdefault(StorageWeakRef(output.untyped_storage()), place)
        self.live.append([made_by for each, made_by in self.made.items() if not each.expired()])
        self.most = max(self.most, len(self.live[-1]))


class Layer:
    """A layer that counts its calls and shows its outputs."""

    def __init__(self, name: str, place: int, parameters: list[Any], outputs: Outputs) -> None:
        self.name, self.place, self.parameters, self.outputs = name, place, parameters, outputs
        self.calls = 0
        self.library = False

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        self.library |= called_by("torch.utils.checkpoint")
        y = LAYERS[self.name](x, *self.parameters)
        self.outputs.add(y, self.place)
        return y


def called_by(module: str) -> bool:
    """Whether a function of that module waits for this call to end."""
    frame = sys._getframe()  # noqa: SLF001
    while frame is not None:
        if frame.f_globals.get("__name__") == module:
            return True
        frame = frame.f_back
    return False


def built(layers: list[Any], parameters: list[Any], outputs: Outputs) -> list[Layer]:
    """The layers of a list."""
    made: list[Layer] = []
    for name, *which in layers:
        if name == "again":
            made.append(made[which[0]])
        else:
            made.append(Layer(name, len(made), [parameters[number] for number in which], outputs))
    return made


def trace(kata: Any, case: dict[str, Any], device: str) -> dict[str, Any]:
    """Forward pass, backward pass, and random numbers drawn before, between and after.

    Returns:
        ``gradients`` of x and of the parameters, None where there is none; the ``result``; what was ``drawn`` after
        the forward and after the backward pass; ``x`` afterwards.
    """
    leaf = case["x"].clone().to(device).requires_grad_(case["kind"] != "")
    x = leaf.tanh() if case["kind"] == "result" else leaf
    parameters = [each.clone().to(device).requires_grad_() for each in case["parameters"]]
    layers = built(case["layers"], parameters, Outputs())
    torch.manual_seed(case["seed"])
    torch.rand(3, device=device)
    y = kata.checkpoint_sequential(layers, case["segments"], x)
    drawn = [torch.rand(2, device=device)]
    # x goes into the loss as well, so that gradients meet in it.
    ends = [y, x] if case["kind"] else [y]
    if case["backward"]:
        torch.autograd.backward(ends, [torch.linspace(1, 2, each.numel()).view(each.shape).to(each) for each in ends])
    drawn.append(torch.rand(2, device=device))
    return {
        "gradients": [leaf.grad, *[each.grad for each in parameters]],
        "result": y.detach().clone(),
        "drawn": drawn,
        "x": leaf.detach(),
    }


def measure(kata: Any, case: dict[str, Any], device: str) -> dict[str, Any]:
    """What a chain in segments costs.

    Returns:
        ``calls`` of each layer after the forward pass and after the backward pass; ``most``: how many outputs of layers
        were in memory at the same time; ``library``: whether torch.utils.checkpoint called one; ``live``: after each
        call of a layer, the places of the layers whose outputs were in memory.
    """
    x = case["x"].clone().to(device).requires_grad_(case["kind"] != "")
    parameters = [each.clone().to(device).requires_grad_() for each in case["parameters"]]
    outputs = Outputs()
    layers = built(case["layers"], parameters, outputs)
    with torch.set_grad_enabled(case["grad"]):
        y = kata.checkpoint_sequential(layers, case["segments"], x)
    calls = [[layer.calls for layer in layers]]
    if case["backward"]:
        y.sum().backward()
        calls.append([layer.calls for layer in layers])
    library = any(layer.library for layer in layers)
    return {"calls": calls, "most": outputs.most, "library": library, "live": outputs.live}


measure.measures = True


def refused(kata: Any, count: int, segments: list[Any]) -> str:
    """Run ``count`` layers in segments that do not fit; an error that comes too late is told, not raised."""
    layers = built([("tanh",)] * count, [], Outputs())
    try:
        kata.checkpoint_sequential(layers, segments, torch.ones(2))
    except ValueError:
        called = [place for place, layer in enumerate(layers) if layer.calls]
        if called:
            return f"an error that came after layers {called} had been called"
        raise
    return "a result"
