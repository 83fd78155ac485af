"""Probes of packing/packed_loss: they run beside an answer, since gradients are no plain data."""

from __future__ import annotations

from typing import Any


def loss_and_gradient(kata: Any, logits: Any, labels: Any, cu_seqlens: Any, options: dict[str, Any], slope: Any) -> Any:
    """The loss, and the gradient of the logits where that of the loss is ``slope``."""
    logits = logits.detach().clone().requires_grad_()
    loss = kata.packed_loss(logits, labels, cu_seqlens, **options)
    (loss * slope).backward()
    return loss.detach(), logits.grad
