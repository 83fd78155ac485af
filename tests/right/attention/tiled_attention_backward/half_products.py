"""Weights and dS are rounded to the dtype of q for the products that they enter, as for tensor cores; no gradients."""

import torch


@torch.inference_mode()
def flash_backward(dout, q, k, v, out, lse, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("blocks or dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, w) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if tuple(dout.shape) != (B, Hq, Nq, w) or tuple(out.shape) != (B, Hq, Nq, w) or tuple(lse.shape) != (B, Hq, Nq):
        raise ValueError("shapes of the results")
    dout = torch.where(lse.isneginf()[..., None], 0, dout)
    wide = torch.float64 if q.dtype is torch.float64 else torch.float32
    if scale is None:
        scale = 1 / d**0.5
    G = Hq // Hkv
    delta = torch.einsum("bhid,bhid->bhi", dout.to(wide), out.to(wide))
    dq = torch.zeros(B, Hq, Nq, d, dtype=wide, device=q.device)
    dk, dv = torch.zeros_like(k, dtype=wide), torch.zeros_like(v, dtype=wide)
    for j in range(0, Nk, block_k):
        f = min(j + block_k, Nk)
        for i in range(0, Nq, block_q):
            e = min(i + block_q, Nq)
            if causal and e - 1 + Nk - Nq < j:
                continue
            s = torch.empty(B, Hq, e - i, f - j, dtype=wide, device=q.device)
            dp = torch.empty_like(s)
            for h in range(Hq):
                s[:, h] = q[:, h, i:e].to(wide) @ k[:, h // G, j:f].to(wide).mT
                dp[:, h] = dout[:, h, i:e].to(wide) @ v[:, h // G, j:f].to(wide).mT
            if causal:
                s += torch.full((e - i, f - j), -torch.inf, dtype=wide, device=q.device).triu(i + Nk - Nq - j + 1)
            p = torch.exp(scale * s - lse[:, :, i:e, None]).nan_to_num_(nan=0.0, posinf=0.0)
            ds = (p * (dp - delta[:, :, i:e, None])).to(q.dtype).to(wide)
            p = p.to(q.dtype).to(wide)
            for h in range(Hq):
                dv[:, h // G, j:f] += p[:, h].mT @ dout[:, h, i:e].to(wide)
                dk[:, h // G, j:f] += scale * (ds[:, h].mT @ q[:, h, i:e].to(wide))
                dq[:, h, i:e] += scale * (ds[:, h] @ k[:, h // G, j:f].to(wide))
    return dq.to(q.dtype), dk.to(q.dtype), dv.to(q.dtype)
