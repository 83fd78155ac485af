"""The first FlashAttention's order: key blocks outside, query blocks inside, out kept normalised, padded key tiles."""

import math

import torch


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    for name, size in {"block_q": block_q, "block_k": block_k}.items():
        if size < 1:
            raise ValueError(f"{name}={size}")
    for name, x in {"q": q, "k": k, "v": v}.items():
        if x.ndim != 4:
            raise ValueError(f"{name} has shape {x.shape}")
    B, Hq, Nq, d = q.shape
    Hkv, Nk, dv = v.shape[1:]
    if k.shape != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv == 0 or Hq % Hkv:
        raise ValueError(f"{q.shape} {k.shape} {v.shape}")
    acc_type = torch.float64 if q.dtype == torch.float64 else torch.float32
    G, off = Hq // Hkv, Nk - Nq
    out = torch.zeros(B, Hkv, G, Nq, dv, dtype=acc_type, device=q.device)
    lse = torch.full((B, Hkv, G, Nq), -torch.inf, dtype=acc_type, device=q.device)
    q = q.unflatten(1, (Hkv, G))
    factor = 1 / math.sqrt(d) if scale is None else scale
    lowest = torch.finfo(acc_type).min
    for j in range(0, Nk, block_k):
        size = min(block_k, Nk - j)
        keys = torch.zeros(B, Hkv, 1, block_k, d, dtype=acc_type, device=q.device)
        values = torch.zeros(B, Hkv, 1, block_k, dv, dtype=acc_type, device=q.device)
        keys[..., 0, :size, :] = k[:, :, j : j + size]
        values[..., 0, :size, :] = v[:, :, j : j + size]
        cols = torch.arange(j, j + block_k, device=q.device)
        # The first query that sees key j, rounded down to a border of blocks.
        first = max(0, j - off) // block_q * block_q if causal else 0
        for i in range(first, Nq, block_q):
            rows = torch.arange(i, min(i + block_q, Nq), device=q.device)
            s = torch.matmul(q[:, :, :, i : i + block_q].to(acc_type), keys.transpose(-1, -2)).mul_(factor)
            hidden = (cols >= Nk).expand(len(rows), -1)
            if causal:
                hidden = hidden | (cols > rows[:, None] + off)
            s = s.masked_fill_(hidden, -torch.inf)
            top = s.amax(-1)
            p = torch.exp(s - top.clamp(min=lowest)[..., None])
            block_lse = top + p.sum(-1).log()
            old = lse[..., i : i + block_q]
            new = torch.logaddexp(old, block_lse)
            base = new.nan_to_num(neginf=0.0)
            share = torch.exp(top.clamp(min=lowest) - base)
            kept = out[..., i : i + block_q, :] * torch.exp(old - base)[..., None]
            out[..., i : i + block_q, :] = kept + share[..., None] * (p @ values)
            lse[..., i : i + block_q] = new
    return out.flatten(1, 2).to(q.dtype), lse.flatten(1, 2)
