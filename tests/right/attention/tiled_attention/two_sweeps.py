"""Two sweeps over the keys: the first finds lse by logaddexp, the second sums softmax weights that need no rescaling."""

import math

import torch
import torch.nn.functional as F


@torch.no_grad()
def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if min(block_q, block_k) < 1:
        raise ValueError("blocks")
    if {q.ndim, k.ndim, v.ndim} != {4}:
        raise ValueError("ndim")
    (B, Hq, Nq, d), (Bk, Hkv, Nk, dk), dv = q.shape, k.shape, v.shape[-1]
    if (B, d) != (Bk, dk) or v.shape[:-1] != k.shape[:-1] or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    dtype = torch.promote_types(q.dtype, torch.float32)
    scale = scale if scale is not None else d**-0.5
    G = Hq // Hkv
    out = torch.zeros((B, Hq, Nq, dv), dtype=q.dtype, device=q.device)
    lse = torch.full((B, Hq, Nq), -math.inf, dtype=dtype, device=q.device)

    def tile(i, j):
        """Scores of a tile, keys repeated over the group; None where nothing is seen."""
        queries = q[:, :, i : i + block_q].to(dtype)
        keys = k[:, :, j : j + block_k].to(dtype).repeat_interleave(G, dim=1)
        last = min(i + block_q, Nq) - 1 + Nk - Nq
        if causal and j > last:
            return None
        s = torch.einsum("bhqd,bhkd->bhqk", queries, keys) * scale
        if causal:
            a = torch.arange(i, i + s.shape[2], device=q.device).unsqueeze(1) + Nk - Nq
            b = torch.arange(j, j + s.shape[3], device=q.device).unsqueeze(0)
            s = s.masked_fill(a < b, -math.inf)
        return s

    for i in range(0, Nq, block_q):
        rows = slice(i, min(i + block_q, Nq))
        total = lse[:, :, rows]
        for j in range(0, Nk, block_k):
            s = tile(i, j)
            if s is not None:
                total = torch.logaddexp(total, torch.logsumexp(s, dim=-1))
        lse[:, :, rows] = total
        shift = torch.where(total.isneginf(), 0.0, total)
        acc = torch.zeros((B, Hq, rows.stop - i, dv), dtype=dtype, device=q.device)
        for j in range(0, Nk, block_k):
            s = tile(i, j)
            if s is not None:
                values = v[:, :, j : j + block_k].to(dtype).repeat_interleave(G, dim=1)
                acc += torch.exp(s - shift[..., None]) @ values
        out[:, :, rows] = acc.to(q.dtype)
    return out, lse
