"""Blocks of queries outside, dq kept in sums of its own; dk and dv spread over wide buffers; keys repeated a tile at a time."""

import torch


@torch.no_grad()
def flash_backward(dout, q, k, v, out, lse, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("blocks or dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, w) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if tuple(dout.shape) != (B, Hq, Nq, w) or tuple(out.shape) != (B, Hq, Nq, w) or tuple(lse.shape) != (B, Hq, Nq):
        raise ValueError("shapes of the results")
    dout = torch.where(lse.isneginf()[..., None], 0, dout)
    wide = torch.float64 if q.dtype == torch.float64 else torch.float32
    scale = d**-0.5 if scale is None else scale
    G = Hq // Hkv
    dq = torch.empty(q.shape, dtype=q.dtype, device=q.device)
    dk = torch.zeros(k.shape, dtype=wide, device=q.device)
    dv = torch.zeros(v.shape, dtype=wide, device=q.device)
    for i in range(0, Nq, block_q):
        rows = slice(i, min(i + block_q, Nq))
        queries, slopes = q[:, :, rows].to(wide), dout[:, :, rows].to(wide)
        mean = torch.einsum("bhnw,bhnw->bhn", slopes, out[:, :, rows].to(wide))[..., None]
        norm = lse[:, :, rows, None]
        dead = norm.isneginf()
        norm = torch.where(dead, 0.0, norm)
        total = torch.zeros_like(queries)
        for j in range(0, Nk, block_k):
            if causal and j > rows.stop - 1 + Nk - Nq:
                break
            cols = slice(j, min(j + block_k, Nk))
            keys = k[:, :, cols].to(wide).repeat_interleave(G, 1)
            values = v[:, :, cols].to(wide).repeat_interleave(G, 1)
            p = torch.matmul(queries, keys.transpose(2, 3)) * scale - norm
            hidden = dead
            if causal:
                a = torch.arange(rows.start, rows.stop, device=q.device)[:, None] + Nk - Nq
                hidden = dead | (torch.arange(cols.start, cols.stop, device=q.device) > a)
            p = p.masked_fill(hidden, -torch.inf).exp()
            dv[:, :, cols] += torch.matmul(p.transpose(2, 3), slopes).unflatten(1, (Hkv, G)).sum(2)
            ds = p * (torch.matmul(slopes, values.transpose(2, 3)) - mean) * scale
            total += torch.matmul(ds, keys)
            dk[:, :, cols] += torch.matmul(ds.transpose(2, 3), queries).unflatten(1, (Hkv, G)).sum(2)
        dq[:, :, rows] = total.to(q.dtype)
    return dq, dk.to(q.dtype), dv.to(q.dtype)
