"""What the gradients of attention are, by autograd, and how large the terms are that they sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from tests.attention.oracle import plain_attention
from tests.strategies.attention import Case
from tests.tolerance import as_array


def upstream(case: Case, like: Any) -> Any:
    """The gradient in out for a case, of the dtype and on the device of a tensor; never 0, and 1 in the prompts."""
    shape = (case.B, case.Hq, case.Nq, case.dv)
    if case.kind == "logarithms":
        return like.new_ones(shape)
    rng = np.random.default_rng(case.seed + 1)
    dout = (
        rng.standard_normal(shape) if case.kind in ("normal", "rising") else rng.choice([-2.0, -1.0, 1.0, 2.0], shape)
    )
    return torch.from_numpy(dout).to(like)


def plain_gradients(dout: Any, q: Any, k: Any, v: Any, *, causal: bool, scale: float | None) -> list[Any]:
    """dq, dk and dv of sum(dout * out) in float64, by autograd through plain attention."""
    leaves = [each.detach().double().requires_grad_() for each in (q, k, v)]
    out = plain_attention(*leaves, causal=causal, scale=scale).out
    if not out.requires_grad:  # it is a constant where no query sees a key
        return [torch.zeros_like(each) for each in leaves]
    found = torch.autograd.grad(out, leaves, dout.detach().double(), allow_unused=True, materialize_grads=True)
    return list(found)


def visible(case: Case, window: tuple[int, int] | None = None) -> np.ndarray:
    """(Nq, Nk): which query sees which key."""
    left, right = (case.Nq + case.Nk,) * 2 if window is None else window
    places = range(case.offset, case.offset + case.Nq)
    seen = [
        [p - left <= j <= (min(p, p + right) if case.causal else p + right) for j in range(case.Nk)] for p in places
    ]
    return np.array(seen, dtype=bool).reshape(case.Nq, case.Nk)


def gradient_terms(
    dout: Any, q: Any, k: Any, v: Any, case: Case, window: tuple[int, int] | None = None
) -> dict[str, Any]:
    """The sizes of what is summed for each gradient; columns of q and k may be of different sizes.

    A row of dq is an average, by the weights of a query, of (dP - D) k. For dk and dv it is the largest single term.
    """
    dout, q, k, v = map(as_array, (dout, q, k, v))
    heads = np.arange(case.Hq) // (case.Hq // case.Hkv)
    scale = case.d**-0.5 if case.scale is None else case.scale
    seen = visible(case, window)
    scores = np.where(seen, scale * (q @ k[:, heads].swapaxes(2, 3)), -np.inf)
    top = scores.max(-1, keepdims=True, initial=-1e300)
    weights = np.exp(scores - top)
    weights /= np.maximum(weights.sum(-1, keepdims=True), 1)
    slopes = dout @ v[:, heads].swapaxes(2, 3)
    sizes = np.abs(slopes) + np.abs((weights * slopes).sum(-1, keepdims=True))
    averaged = (weights * sizes) @ np.abs(k[:, heads])
    largest = np.max(sizes, where=seen, initial=0.0)
    return {
        "q": scale * averaged.max(2, keepdims=True, initial=0.0),
        "k": scale * largest * np.abs(q).max((1, 2), initial=0.0, keepdims=True),
        "v": float(np.abs(dout).max(initial=0.0)),
    }
