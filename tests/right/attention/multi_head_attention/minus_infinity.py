"""Masks with -inf and takes the NaN out of the weights: masked_fill stops it on the way back, too. Loops over heads."""

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
    kind = torch.promote_types(q.dtype, torch.float32)
    columns = torch.arange(Nk, device=q.device)
    hidden = torch.zeros(Nq, Nk, dtype=torch.bool, device=q.device)
    for i in range(Nq):
        if causal:
            hidden[i] |= columns > i + Nk - Nq
        if window is not None:
            hidden[i] |= (columns < i + Nk - Nq - window[0]) | (columns > i + Nk - Nq + window[1])
    out = []
    for h in range(Hq):
        keys, values = k[:, h // (Hq // Hkv)].to(kind), v[:, h // (Hq // Hkv)].to(kind)
        scores = torch.bmm(q[:, h].to(kind), keys.transpose(1, 2)) * (d**-0.5 if scale is None else scale)
        weights = torch.softmax(scores.masked_fill(hidden, -torch.inf), dim=2).masked_fill(hidden, 0.0)
        out.append(torch.bmm(weights, values))
    return torch.stack(out, dim=1).to(q.dtype)
