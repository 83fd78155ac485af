"""Multiplies and sums key by key, without matrix products; D is subtracted by way of the values."""

import torch


def flash_backward(dout, q, k, v, out, lse, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("blocks or dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, w) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if tuple(dout.shape) != (B, Hq, Nq, w) or tuple(out.shape) != (B, Hq, Nq, w) or tuple(lse.shape) != (B, Hq, Nq):
        raise ValueError("shapes of the results")
    dout = torch.where(lse.isneginf()[..., None], 0, dout)
    dout, q, k, v, out, lse = (x.detach() for x in (dout, q, k, v, out, lse))
    wide = lse.dtype
    scale = d**-0.5 if scale is None else scale
    source = torch.arange(Hq, device=q.device) // (Hq // Hkv)
    dq = torch.zeros(q.shape, dtype=wide, device=q.device)
    dk, dv = torch.empty(k.shape, dtype=k.dtype, device=k.device), torch.empty(v.shape, dtype=v.dtype, device=v.device)
    for j in range(Nk):
        of_k, of_v = dq.new_zeros(B, Hkv, d), dq.new_zeros(B, Hkv, w)
        first = max(0, j - (Nk - Nq)) if causal else 0
        for i in range(first, Nq, block_q):
            rows = slice(i, min(Nq, i + block_q))
            x, y = q[:, :, rows].to(wide), dout[:, :, rows].to(wide)
            key, value = k[:, source, j, None].to(wide), v[:, source, j, None].to(wide)
            p = ((x * key).sum(-1) * scale - lse[:, :, rows]).exp().unsqueeze(-1)
            slope = p * (y * (value - out[:, :, rows].to(wide))).sum(-1, keepdim=True) * scale
            dq[:, :, rows] += slope * key
            of_k += (slope * x).sum(2).unflatten(1, (Hkv, -1)).sum(2) if B else 0
            of_v += (p * y).sum(2).unflatten(1, (Hkv, -1)).sum(2) if B else 0
        dk[:, :, j], dv[:, :, j] = of_k.to(k.dtype), of_v.to(v.dtype)
    return dq.to(q.dtype), dk, dv
