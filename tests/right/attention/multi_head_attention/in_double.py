"""Computes everything in float64, head by head of the keys, with the queries of a group as more rows of one matrix."""

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
    group = Hq // Hkv
    factor = scale if scale is not None else d**-0.5
    place = torch.arange(Nq, device=q.device).add(Nk - Nq).repeat(group)[:, None]
    key = torch.arange(Nk, device=q.device)
    seen = torch.ones(group * Nq, Nk, dtype=torch.bool, device=q.device)
    if causal:
        seen = seen & (key <= place)
    if window is not None:
        seen = seen & (place - window[0] <= key) & (key <= place + window[1])
    parts = []
    for h in range(Hkv):
        queries = q[:, h * group : (h + 1) * group].double().reshape(B, group * Nq, d)
        scores = torch.baddbmm(queries.new_zeros(()), queries, k[:, h].double().mT, beta=0, alpha=factor)
        shifted = torch.where(seen, scores, -torch.inf)
        top = shifted.detach().amax(-1, keepdim=True) if Nk else scores.new_zeros(B, group * Nq, 1)
        weights = torch.where(seen, scores - top.clamp(min=-1e300), -torch.inf).exp()
        total = weights.sum(-1, keepdim=True)
        part = weights @ v[:, h].double() / torch.where(total > 0, total, 1)
        parts.append(part.reshape(B, group, Nq, dv))
    return torch.cat(parts, 1).to(q.dtype)
