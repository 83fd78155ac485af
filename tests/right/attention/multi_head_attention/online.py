"""Walks over the keys and merges each into a running average by its weight; autograd follows."""

import torch


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
    kind = torch.float64 if q.dtype == torch.float64 else torch.float32
    scale = d**-0.5 if scale is None else scale
    heads = torch.arange(Hq, device=q.device) * Hkv // Hq
    place = torch.arange(Nq, device=q.device) + (Nk - Nq)
    low = torch.finfo(kind).min
    m = torch.full((B, Hq, Nq, 1), low, dtype=kind, device=q.device)
    total = torch.zeros_like(m)
    acc = total.expand(-1, -1, -1, dv)
    for j in range(Nk):
        seen = torch.ones(Nq, dtype=torch.bool, device=q.device)
        if causal:
            seen = seen & (place >= j)
        if window is not None:
            seen = seen & (j >= place - window[0]) & (j <= place + window[1])
        seen = seen[:, None]
        s = (q.to(kind) * k[:, heads, j, None].to(kind)).sum(-1, keepdim=True) * scale
        s = torch.where(seen, s, low)
        new = torch.maximum(m, s.detach())
        weight = torch.where(seen, (s - new).exp(), 0)
        keep = (m - new).exp()
        total = total * keep + weight
        acc = acc * keep + weight * v[:, heads, j, None].to(kind)
        m = new
    return (acc / total.clamp(min=torch.finfo(kind).tiny)).to(q.dtype)
