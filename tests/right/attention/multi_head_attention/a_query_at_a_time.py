"""Loops over heads and queries, and multiplies and sums without matrix products, over the keys that are seen."""

import torch


def attention(q, k, v, *, causal=False, window=None, scale=None):
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, dv) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if window is not None and (window[0] < 0 or window[1] < 0):
        raise ValueError("window")
    kind = torch.float64 if q.dtype == torch.float64 else torch.float32
    factor = 1 / d**0.5 if scale is None else scale
    zeros = torch.zeros(B, 1, dv, dtype=kind, device=q.device)
    heads = []
    for h in range(Hq):
        keys, values = (x[:, h * Hkv // Hq].to(kind) for x in (k, v))
        rows = [zeros[:, :0]]
        for i in range(Nq):
            place = i + Nk - Nq
            first, last = 0, Nk
            if causal:
                last = min(last, place + 1)
            if window is not None:
                first, last = max(first, place - window[0]), min(last, place + window[1] + 1)
            if first >= last:
                rows.append(zeros)
                continue
            s = (q[:, h, i, None].to(kind) * keys[:, first:last]).sum(-1, keepdim=True) * factor
            e = (s - s.detach().amax(1, keepdim=True)).exp()
            rows.append((e * values[:, first:last]).sum(1, keepdim=True) / e.sum(1, keepdim=True))
        heads.append(torch.cat(rows, 1))
    return torch.stack(heads, 1).to(q.dtype)
