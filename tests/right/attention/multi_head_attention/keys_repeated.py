"""Repeats keys and values over the group, adds -inf, and takes log_softmax of the queries that see a key."""

import torch
import torch.nn.functional as F


def attention(q, k, v, *, causal=False, window=None, scale=None):
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, dv) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if window is not None and (window[0] < 0 or window[1] < 0):
        raise ValueError("window")
    out_dtype = q.dtype
    if q.dtype in (torch.float16, torch.bfloat16):
        q, k, v = q.float(), k.float(), v.float()
    k, v = k.repeat_interleave(Hq // Hkv, dim=1), v.repeat_interleave(Hq // Hkv, dim=1)
    seen = torch.ones(Nq, Nk, dtype=torch.bool, device=q.device)
    if causal:
        seen = seen.tril(Nk - Nq)
    if window is not None:
        left, right = (min(side, Nq + Nk) for side in window)
        seen = seen & torch.ones_like(seen).tril(Nk - Nq + right).triu(Nk - Nq - left)
    rows = seen.any(dim=1).nonzero().flatten()
    bias = torch.zeros(len(rows), Nk, dtype=q.dtype, device=q.device).masked_fill(~seen[rows], float("-inf"))
    scores = (q * d**-0.5 if scale is None else q * scale)[:, :, rows] @ k.transpose(2, 3) + bias
    found = F.log_softmax(scores, dim=3).exp() @ v
    return torch.zeros(B, Hq, Nq, dv, dtype=q.dtype, device=q.device).index_copy(2, rows, found).to(out_dtype)
