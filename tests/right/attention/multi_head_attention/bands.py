"""Gathers for each query the keys of its band, by their distance from its place: scores are (Nq, width of the band)."""

import torch


def attention(q, k, v, *, causal=False, window=None, scale=None):
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, dv) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    left, right = (Nq + Nk, Nq + Nk) if window is None else window
    if left < 0 or right < 0:
        raise ValueError("window")
    kind = torch.float64 if q.dtype == torch.float64 else torch.float32
    lowest, highest = -min(left, Nk), 0 if causal else min(right, Nq)
    keys = torch.arange(Nk - Nq, Nk, device=q.device)[:, None] + torch.arange(lowest, highest + 1, device=q.device)
    there = (keys >= 0) & (keys < Nk)
    heads = torch.arange(Hq, device=q.device) // (Hq // Hkv)
    # One key of zeros more, for all the places where there is none.
    at = torch.where(there, keys, Nk)
    near_k, near_v = (
        torch.nn.functional.pad(x.to(kind), (0, 0, 0, 1))[:, heads][:, :, at] for x in (k, v)
    )  # (B, Hq, Nq, width, d or dv)
    scores = torch.einsum("bhid,bhijd->bhij", q.to(kind), near_k) * (d**-0.5 if scale is None else scale)
    top = scores.detach().masked_fill(~there, -torch.inf).amax(-1, keepdim=True)
    e = torch.where(there, torch.exp(torch.where(there, scores - top.nan_to_num(neginf=0.0), 0)), 0)
    return torch.einsum("bhij,bhijd->bhid", e / e.sum(-1, keepdim=True).clamp(min=1), near_v).to(q.dtype)
