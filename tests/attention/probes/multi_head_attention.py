"""Probes of attention/multi_head_attention: they run beside an answer and hand back plain data."""

from __future__ import annotations

from typing import Any

import torch

from dojo import meters


def gradients(kata: Any, dout: Any, q: Any, k: Any, v: Any, of: str, options: dict[str, Any]) -> list[dict[str, Any]]:
    """The gradients of sum(dout * result) in those of q, k and v that are named in ``of``; no other needs one.

    Twice from one graph, with another call of the answer before: autograd allows both.
    """
    tensors = {"q": q.detach(), "k": k.detach(), "v": v.detach()}
    leaves = [tensors[name].requires_grad_() for name in of]
    out = kata.attention(*tensors.values(), **options)
    if not out.requires_grad:  # a constant, where no query sees a key
        return [{name: torch.zeros_like(tensors[name]) for name in of}]
    kata.attention(*(each.detach().flip(2).requires_grad_() for each in tensors.values()), **options)
    rule = {"allow_unused": True, "materialize_grads": True, "retain_graph": True}
    return [dict(zip(of, torch.autograd.grad(out, leaves, dout, **rule), strict=True)) for _ in range(2)]


def library_calls(kata: Any, q: Any, k: Any, v: Any, options: dict[str, Any]) -> list[str]:
    """The functions of library attention that are called, forward or backward; each of these calls fails."""
    leaves = [each.detach().requires_grad_() for each in (q, k, v)]
    with meters.tensor_use(*leaves, refuse=meters.LIBRARY_ATTENTION) as use:
        try:
            kata.attention(*leaves, **options).sum().backward()
        except Exception:
            if not use.refused:
                raise
    return use.refused
