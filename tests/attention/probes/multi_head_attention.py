"""Probes of attention/multi_head_attention: they run beside an answer and hand back plain data."""

from __future__ import annotations

from typing import Any

import torch

from dojo import meters


def gradients(kata: Any, dout: Any, q: Any, k: Any, v: Any, of: str, options: dict[str, Any]) -> dict[str, Any]:
    """The gradients of sum(dout * result) in those of q, k and v that are named in ``of``; no other needs one."""
    tensors = {"q": q.detach(), "k": k.detach(), "v": v.detach()}
    leaves = [tensors[name].requires_grad_() for name in of]
    out = kata.attention(*tensors.values(), **options)
    if not out.requires_grad:  # a constant, where no query sees a key
        return {name: torch.zeros_like(tensors[name]) for name in of}
    found = torch.autograd.grad(out, leaves, dout, allow_unused=True, materialize_grads=True)
    return dict(zip(of, found, strict=True))


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
