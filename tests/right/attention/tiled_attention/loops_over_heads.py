"""Loops over batch and heads, two-dimensional tiles, keys from the last block to the first, -inf handled by where."""

import math

import torch


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q <= 0 or block_k <= 0:
        raise ValueError(f"block sizes {block_q}, {block_k}")
    if q.dim() != 4 or k.dim() != 4 or v.dim() != 4:
        raise ValueError("four dimensions are needed")
    batch, heads, n_q, width = q.shape
    if k.shape[0] != batch or v.shape[0] != batch or k.shape[3] != width:
        raise ValueError("batch or width")
    if k.shape[1] != v.shape[1] or k.shape[2] != v.shape[2] or k.shape[1] == 0 or heads % k.shape[1] != 0:
        raise ValueError("heads or keys")
    n_k = k.shape[2]
    share = heads // k.shape[1]
    acc = torch.float64 if q.dtype == torch.float64 else torch.float32
    if scale is None:
        scale = 1.0 / math.sqrt(width)
    out = torch.zeros(batch, heads, n_q, v.shape[3], dtype=q.dtype, device=q.device)
    lse = torch.full((batch, heads, n_q), float("-inf"), dtype=acc, device=q.device)
    starts = list(range(0, n_k, block_k))[::-1]
    for b in range(batch):
        for h in range(heads):
            keys, values = k[b, h // share], v[b, h // share]
            for i in range(0, n_q, block_q):
                queries = q[b, h, i : i + block_q].to(acc)
                rows = torch.arange(i, i + len(queries), device=q.device)
                m = torch.full((len(queries),), float("-inf"), dtype=acc, device=q.device)
                l = torch.zeros_like(m)
                o = torch.zeros(len(queries), v.shape[3], dtype=acc, device=q.device)
                for j in starts:
                    if causal and j > i + len(queries) - 1 + n_k - n_q:
                        continue
                    s = queries @ keys[j : j + block_k].to(acc).T * scale
                    if causal:
                        cols = torch.arange(j, j + s.shape[1], device=q.device)
                        s = torch.where(cols[None, :] <= rows[:, None] + (n_k - n_q), s, float("-inf"))
                    new = torch.maximum(m, s.max(dim=1).values)
                    safe = torch.where(new == float("-inf"), torch.zeros_like(new), new)
                    p = torch.exp(s - safe[:, None])
                    alpha = torch.exp(m - safe)
                    l = alpha * l + p.sum(dim=1)
                    o = alpha[:, None] * o + p @ values[j : j + block_k].to(acc)
                    m = new
                seen = l > 0
                out[b, h, i : i + block_q][seen] = (o[seen] / l[seen, None]).to(q.dtype)
                lse[b, h, i : i + block_q][seen] = m[seen] + torch.log(l[seen])
    return out, lse
