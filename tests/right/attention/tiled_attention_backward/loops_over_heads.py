"""Loops over batch and heads on matrices, from the last block to the first; rows that see no key are left out."""

import torch


def flash_backward(dout, q, k, v, out, lse, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("blocks or dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, w) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if tuple(dout.shape) != (B, Hq, Nq, w) or tuple(out.shape) != (B, Hq, Nq, w) or tuple(lse.shape) != (B, Hq, Nq):
        raise ValueError("shapes of the results")
    dout, q, k, v, out, lse = [x.detach() for x in (dout, q, k, v, out, lse)]
    kind = lse.dtype
    factor = float(d) ** -0.5 if scale is None else scale
    results = [torch.zeros(x.shape, dtype=kind, device=q.device) for x in (q, k, v)]
    for b in range(B):
        for h in range(Hq):
            g = h * Hkv // Hq
            for i in reversed(range(0, Nq, block_q)):
                alive = [n for n in range(i, min(i + block_q, Nq)) if Nk and (not causal or n + Nk - Nq >= 0)]
                if not alive:
                    continue
                rows = slice(alive[0], alive[-1] + 1)
                x, y = q[b, h, rows].to(kind), dout[b, h, rows].to(kind)
                at = torch.arange(rows.start, rows.stop, device=q.device)[:, None] + Nk - Nq
                mean = (y * out[b, h, rows].to(kind)).sum(1, keepdim=True)
                for j in reversed(range(0, Nk, block_k)):
                    cols = slice(j, min(j + block_k, Nk))
                    if causal and j > rows.stop - 1 + Nk - Nq:
                        continue
                    keys, values = k[b, g, cols].to(kind), v[b, g, cols].to(kind)
                    weights = torch.exp(factor * (x @ keys.T) - lse[b, h, rows, None])
                    if causal:
                        seen = torch.arange(cols.start, cols.stop, device=q.device) <= at
                        weights = torch.where(seen, weights, 0.0)
                    slope = weights * (y @ values.T - mean)
                    results[0][b, h, rows] += factor * (slope @ keys)
                    results[1][b, g, cols] += factor * (slope.T @ x)
                    results[2][b, g, cols] += weights.T @ y
    return tuple(x.to(q.dtype) for x in results)
