"""Pads the keys to splits of one length and computes all splits as a dimension, as a GPU would; weights by softmax."""

import torch


def decode(q, k, v, *, splits, scale=None):
    if splits <= 0:
        raise ValueError("splits")
    if {q.dim(), k.dim(), v.dim()} != {4} or q.size(2) != 1:
        raise ValueError("dimensions")
    (B, Hq, _, d), (Bk, Hkv, N, dk), dv = q.shape, k.shape, v.size(3)
    if (Bk, dk) != (B, d) or v.shape[:3] != k.shape[:3] or not Hkv or Hq % Hkv:
        raise ValueError("sizes")
    t = torch.promote_types(q.dtype, torch.float32)
    length = max(1, -(-N // splits))
    with torch.no_grad():
        pad = (0, 0, 0, splits * length - N)
        keys = torch.nn.functional.pad(k.to(t), pad).view(B, Hkv, splits, length, d)
        values = torch.nn.functional.pad(v.to(t), pad).view(B, Hkv, splits, length, dv)
        query = q.to(t).reshape(B, Hkv, 1, Hq // Hkv, d)
        scores = query @ keys.transpose(-1, -2) * (d**-0.5 if scale is None else scale)
        unused = torch.arange(splits * length, device=q.device).view(splits, 1, length) >= N
        scores = scores.masked_fill(unused, float("-inf"))
        outs = scores.softmax(-1) @ values  # NaN in empty splits
        lses = scores.logsumexp(-1)
        out, _ = combine(outs.movedim(2, 0), lses.movedim(2, 0))
        return out.reshape(B, Hq, 1, dv).to(q.dtype)


def combine(outs, lses):
    if lses.dim() == 0 or outs.dim() == 0 or outs.shape[:-1] != lses.shape:
        raise ValueError("shapes")
    empty = torch.isneginf(lses)
    weights = torch.softmax(lses.detach(), dim=0)
    weights = torch.where(empty, torch.zeros_like(weights), weights)
    clean = torch.where(empty[..., None], torch.zeros_like(outs), outs).detach().to(lses.dtype)
    return (weights[..., None] * clean).sum(0).to(outs.dtype), torch.logsumexp(lses.detach(), 0)
