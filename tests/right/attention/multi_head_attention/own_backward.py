"""A function of autograd with a backward pass of its own, which keeps the weights."""

import math

import torch


class Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, bias, scale):
        scores = torch.einsum("bgrid,bgjd->bgrij", q, k) * scale + bias
        top = scores.amax(-1, keepdim=True) if scores.shape[-1] else scores.sum(-1, keepdim=True)
        weights = torch.exp(scores - top.clamp(min=torch.finfo(q.dtype).min))
        weights = weights / weights.sum(-1, keepdim=True).clamp(min=1)
        ctx.save_for_backward(q, k, v, weights)
        ctx.scale = scale
        return torch.einsum("bgrij,bgjd->bgrid", weights, v)

    @staticmethod
    def backward(ctx, dout):
        q, k, v, weights = ctx.saved_tensors
        of_v = torch.einsum("bgrij,bgrid->bgjd", weights, dout)
        slope = torch.einsum("bgrid,bgjd->bgrij", dout, v)
        slope = weights * (slope - (weights * slope).sum(-1, keepdim=True)) * ctx.scale
        of_q = torch.einsum("bgrij,bgjd->bgrid", slope, k)
        of_k = torch.einsum("bgrij,bgrid->bgjd", slope, q)
        return of_q, of_k, of_v, None, None


def attention(q, k, v, *, causal=False, window=None, scale=None):
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, dv) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if window is not None and (window[0] < 0 or window[1] < 0):
        raise ValueError("window")
    if window is not None:
        window = [min(side, q.shape[2] + k.shape[2]) for side in window]
    kind = torch.promote_types(q.dtype, torch.float32)
    i = torch.arange(Nq, device=q.device).reshape(-1, 1) + Nk - Nq
    j = torch.arange(Nk, device=q.device).reshape(1, -1)
    bias = torch.zeros(Nq, Nk, dtype=kind, device=q.device)
    if causal:
        bias[j > i] = -math.inf
    if window:
        bias[j < i - window[0]] = -math.inf
        bias[j > i + window[1]] = -math.inf
    grouped = q.to(kind).reshape(B, Hkv, Hq // Hkv, Nq, d)
    out = Attention.apply(grouped, k.to(kind), v.to(kind), bias, d**-0.5 if scale is None else float(scale))
    return out.reshape(B, Hq, Nq, dv).to(q.dtype)
