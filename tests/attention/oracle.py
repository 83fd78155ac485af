"""Plain attention, slow and obvious: one head at a time, all scores at once, an explicit mask."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch

# Inputs are float32 where a property says so, not the ten bits of mantissa that tensor cores would leave.
torch.backends.cuda.matmul.allow_tf32 = False


class Plain(NamedTuple):
    """The result of plain attention, in the dtype that it was computed in.

    Attributes:
        out, lse: (B, Hq, Nq, dv) and (B, Hq, Nq).
        logit: the largest size of a score that is seen, at least 1.
    """

    out: Any
    lse: Any
    logit: float


def plain_attention(
    q: Any,
    k: Any,
    v: Any,
    *,
    causal: bool = False,
    window: tuple[int, int] | None = None,
    scale: float | None = None,
) -> Plain:
    """softmax(q k^T) v in the dtype of the arguments; rows that see nothing are 0, their lse is -inf."""
    (batch, heads, queries, width), keys = q.shape, k.shape[2]
    if scale is None:
        scale = 1 / math.sqrt(width)
    i, j = torch.arange(queries, device=q.device)[:, None], torch.arange(keys, device=q.device)
    visible = (j <= i + keys - queries) if causal else (i >= 0) & (j >= 0)
    if window is not None:
        left, right = (min(each, queries + keys) for each in window)  # no more than 64 bits hold
        visible &= (j >= i + keys - queries - left) & (j <= i + keys - queries + right)
    out = q.new_zeros(batch, heads, queries, v.shape[3])
    lse = q.new_full((batch, heads, queries), -math.inf)
    logit = 1.0
    sees_a_key = visible.any(1)
    if not sees_a_key.any():
        return Plain(out, lse, logit)
    for h in range(heads):
        of_key = h // (heads // k.shape[1])
        scores = (q[:, h] @ k[:, of_key].mT * scale)[:, sees_a_key]
        scores = scores.masked_fill(~visible[sees_a_key], -math.inf)
        largest = scores.amax(2, keepdim=True)
        weights = torch.exp(scores - largest)
        sums = weights.sum(2, keepdim=True)
        out[:, h, sees_a_key] = weights / sums @ v[:, of_key]
        lse[:, h, sees_a_key] = (largest + torch.log(sums))[:, :, 0]
        seen = scores.detach()[scores > -math.inf]
        logit = max(logit, float(seen.abs().max()) if seen.numel() else 0.0)
    return Plain(out, lse, logit)
