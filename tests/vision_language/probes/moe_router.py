"""Probes of vision_language/moe_router."""

from __future__ import annotations

from typing import Any


def gradient(kata: Any, logits: Any, bias: Any, options: dict[str, Any], price: Any) -> dict[str, Any]:
    """The gradient of the sum of weight * price over all tokens and their experts; ``price`` holds one number each.

    Returns:
        ``indices``; ``gradient``: that of ``logits``, None where nothing flows.
    """
    logits = logits.detach().clone().requires_grad_()
    indices, weights = kata.route(logits, bias, **options)
    if weights.requires_grad:
        (weights * price.gather(1, indices)).sum().backward()
    return {"indices": indices, "gradient": logits.grad}
