"""Probes of vision_language/moe_layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Seen = list[Any]


def affine(matrix: Any, bias: Any, seen: Seen) -> Callable[[Any], Any]:
    """A network that computes matrix x + bias for each token x, and notes what it sees."""

    def network(tokens: Any) -> Any:
        seen.append(tokens.detach().clone())
        return tokens @ matrix.T + bias

    return network


def identity(seen: Seen) -> Callable[[Any], Any]:
    """A network that gives back the very tensor that it sees, and notes it."""

    def network(tokens: Any) -> Any:
        seen.append(tokens.detach().clone())
        return tokens

    return network


def run(kata: Any, x: Any, indices: Any, weights: Any, parameters: list[Any], shared: list[Any]) -> dict[str, Any]:
    """One call, with an affine network for each pair of a matrix and a bias, or one that changes nothing for None.

    ``shared`` holds the same for the shared network, or nothing.

    Returns:
        ``result``; ``seen``: for each expert, the tensors that it was called with.
    """
    seen: list[Seen] = [[] for _ in parameters]
    experts = [affine(*each, mine) if each else identity(mine) for each, mine in zip(parameters, seen, strict=True)]
    for_all = [affine(*each, []) if each else identity([]) for each in shared]
    return {"result": kata.moe(x, indices, weights, experts, *for_all), "seen": seen}


def gradients(
    kata: Any, x: Any, indices: Any, weights: Any, parameters: list[Any], shared: list[Any], price: Any
) -> dict[str, Any]:
    """The gradients of the sum of result * price.

    Returns:
        Those of ``x``, ``weights``, ``parameters`` and ``shared``, in the form of the arguments; None where nothing
        flows.
    """

    def leaf(tensor: Any) -> Any:
        return tensor.detach().clone().requires_grad_()

    x, weights = leaf(x), leaf(weights)
    parameters, shared = ([tuple(map(leaf, pair)) for pair in pairs] for pairs in (parameters, shared))
    experts, for_all = ([affine(*pair, []) for pair in pairs] for pairs in (parameters, shared))
    result = kata.moe(x, indices, weights, experts, *for_all)
    if result.requires_grad:
        (result * price).sum().backward()
    found = {
        name: [tuple(each.grad for each in pair) for pair in pairs]
        for name, pairs in (("parameters", parameters), ("shared", shared))
    }
    return {"x": x.grad, "weights": weights.grad, **found}
