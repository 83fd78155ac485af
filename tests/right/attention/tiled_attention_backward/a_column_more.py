"""lse and D are subtracted by the products themselves: q and dout have one column more, k and v one of ones."""

import torch


def flash_backward(dout, q, k, v, out, lse, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("blocks or dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, w) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if tuple(dout.shape) != (B, Hq, Nq, w) or tuple(out.shape) != (B, Hq, Nq, w) or tuple(lse.shape) != (B, Hq, Nq):
        raise ValueError("shapes of the results")
    dout, q, k, v, out, lse = (x.detach() for x in (dout, q, k, v, out, lse))
    kind, G = lse.dtype, Hq // Hkv
    scale = d**-0.5 if scale is None else scale
    dq, dk, dv = (torch.zeros(x.shape, dtype=kind, device=q.device) for x in (q, k, v))
    for i in range(0, Nq, block_q):
        e = min(i + block_q, Nq)
        norm = lse[:, :, i:e, None]
        deaf = norm.isneginf()
        y = dout[:, :, i:e].to(kind).masked_fill(deaf, 0)
        mean = (y * out[:, :, i:e]).sum(-1, keepdim=True)
        x = torch.cat([q[:, :, i:e].to(kind) * scale, -norm.masked_fill(deaf, torch.finfo(kind).max)], 3)
        y = torch.cat([y, -mean], 3)
        x, y = (each.unflatten(1, (Hkv, G)) for each in (x, y))
        for j in range(0, Nk, block_k):
            f = min(j + block_k, Nk)
            if causal and j >= e + Nk - Nq:
                break
            keys, values = (
                torch.cat([each[:, :, j:f].to(kind), lse.new_ones(B, Hkv, f - j, 1)], 3).unsqueeze(2) for each in (k, v)
            )
            p = (x @ keys.mT).exp_()
            if causal:
                p = p.tril(i - j + Nk - Nq)
            slope = p * (y @ values.mT)
            dv[:, :, j:f] += (p.mT @ y[..., :w]).sum(2)
            dk[:, :, j:f] += (slope.mT @ x[..., :d]).sum(2)
            dq[:, :, i:e] += (slope @ keys[..., :d]).flatten(1, 2) * scale
    return dq.to(q.dtype), dk.to(k.dtype), dv.to(v.dtype)
