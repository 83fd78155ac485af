"""Lets autograd differentiate a single tile, whose graph is gone before the next one is made."""

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
    wide = torch.float64 if q.dtype == torch.float64 else torch.float32
    scale = d**-0.5 if scale is None else scale
    dout, out, lse = dout.detach(), out.detach(), lse.detach()
    mean = (dout.to(wide) * out.to(wide)).sum(-1)
    lse = torch.where(lse.isneginf(), torch.inf, lse)
    sums = [torch.zeros(x.shape, dtype=wide, device=x.device) for x in (q, k, v)]
    for i in range(0, Nq, block_q):
        e = min(i + block_q, Nq)
        for j in range(0, Nk, block_k):
            f = min(j + block_k, Nk)
            if causal and j > e - 1 + Nk - Nq:
                continue
            parts = [q[:, :, i:e], k[:, :, j:f], v[:, :, j:f]]
            leaves = [x.detach().to(wide).requires_grad_() for x in parts]
            with torch.enable_grad():
                of_q = leaves[0].unflatten(1, (Hkv, Hq // Hkv))
                s = of_q @ leaves[1].unsqueeze(2).mT * scale
                if causal:
                    future = torch.ones(e - i, f - j, dtype=torch.bool, device=q.device).triu(i + Nk - Nq - j + 1)
                    s = s.masked_fill(future, -torch.inf)
                p = torch.exp(s - lse[:, :, i:e].unflatten(1, (Hkv, Hq // Hkv)).unsqueeze(-1))
                share = (p @ leaves[2].unsqueeze(2)).flatten(1, 2)
                loss = (share * dout[:, :, i:e]).sum() - (p.sum(-1).flatten(1, 2) * mean[:, :, i:e]).sum()
            for total, found, (a, b) in zip(sums, torch.autograd.grad(loss, leaves), ((i, e), (j, f), (j, f))):
                total[:, :, a:b] += found
            del s, p, share, loss, leaves, of_q
    return tuple(x.to(q.dtype) for x in sums)
