"""Probes of packing/unpad_input: they run beside an answer, since gradients are no plain data."""

from __future__ import annotations

from typing import Any


def gradient_of_unpad(kata: Any, x: Any, mask: Any, slopes: Any) -> Any:
    """The gradient of x where those of the tokens are ``slopes``; None where none flows, as without tokens."""
    x = x.detach().clone().requires_grad_()
    tokens = kata.unpad(x, mask)[0]
    if tokens.requires_grad:
        tokens.backward(slopes)
    return x.grad


def gradient_of_pad(kata: Any, tokens: Any, indices: Any, slopes: Any) -> Any:
    """The gradient of the tokens where those of the padded batch are ``slopes``; None where none flows."""
    tokens = tokens.detach().clone().requires_grad_()
    padded = kata.pad(tokens, indices, *slopes.shape[:2])
    if padded.requires_grad:
        padded.backward(slopes)
    return tokens.grad


def there_and_back(kata: Any, x: Any, mask: Any) -> Any:
    """The batch without padding and padded again, and the positions of its tokens."""
    tokens, indices, cu_seqlens, _ = kata.unpad(x, mask)
    return kata.pad(tokens, indices, *x.shape[:2]), kata.positions(cu_seqlens)
