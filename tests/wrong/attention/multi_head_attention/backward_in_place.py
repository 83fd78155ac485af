"""A backward pass of its own overwrites the weights that it keeps: a second one from the same graph is wrong.

caught_by: test_gradients_are_those_of_the_library
"""

import torch
from torch import Tensor


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    causal: bool = False,
    window: tuple[int, int] | None = None,
    scale: float | None = None,
) -> Tensor:
    groups = _check(q, k, v, window)
    return Own.apply(q, k, v, groups, causal, window, q.shape[3] ** -0.5 if scale is None else scale)


class Own(torch.autograd.Function):
    """A backward pass of its own."""

    @staticmethod
    def forward(ctx, q, k, v, groups, causal, window, scale):
        (_, _, Nq, d), (_, Hkv, Nk, _) = q.shape, k.shape
        wide = torch.promote_types(q.dtype, torch.float32)
        of_q = q.to(wide).unflatten(1, (Hkv, groups))
        of_k, of_v = (x.to(wide).unsqueeze(2) for x in (k, v))
        scores = of_q @ of_k.mT * scale
        ahead = torch.arange(Nk, device=q.device) - torch.arange(Nk - Nq, Nk, device=q.device)[:, None]
        hidden = ahead > 0 if causal else torch.zeros_like(ahead, dtype=torch.bool)
        if window is not None:
            window = [min(side, Nq + Nk) for side in window]
            hidden = hidden | (ahead < -window[0]) | (ahead > window[1])
        p = scores.masked_fill(hidden, torch.finfo(wide).min).softmax(-1).masked_fill(hidden, 0)
        ctx.scale, ctx.dtype = scale, q.dtype
        ctx.kept = of_q, of_k, of_v, p
        return (p @ of_v).flatten(1, 2).to(q.dtype)

    @staticmethod
    def backward(ctx, dout):
        of_q, of_k, of_v, p = ctx.kept
        do = dout.to(p.dtype).unflatten(1, (p.shape[1], p.shape[2]))
        dv = (p.mT @ do).sum(2)
        dp = do @ of_v.mT
        ds = p.mul_(dp - (p * dp).sum(-1, keepdim=True)).mul_(ctx.scale)
        dq = (ds @ of_k).flatten(1, 2)
        dk = (ds.mT @ of_q).sum(2)
        return dq.to(ctx.dtype), dk.to(ctx.dtype), dv.to(ctx.dtype), None, None, None, None


def _check(q: Tensor, k: Tensor, v: Tensor, window: tuple[int, int] | None) -> int:
    """How many query heads share a key head; ValueError where the arguments do not fit."""
    if window is not None and min(window) < 0:
        raise ValueError(f"a window reaches 0 or more keys to each side, got {window}")
    shapes = f"q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}"
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError(f"q, k and v must have four dimensions (B, H, N, d): {shapes}")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q and k must agree in B and d, k and v in B, Hkv and Nk: {shapes}")
    if k.shape[1] == 0 or q.shape[1] % k.shape[1]:
        raise ValueError(f"Hq must be a multiple of Hkv: {shapes}")
    return q.shape[1] // k.shape[1]
