"""Autograd through the formula for one query at a time: no tile is kept, but each row has all its keys, and block sizes count for nothing.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import torch


def flash_backward(dout, q, k, v, out, lse, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.dim() == k.dim() == v.dim() == 4:
        raise ValueError("blocks or dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, w) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv < 1 or Hq % Hkv:
        raise ValueError("shapes")
    if tuple(dout.shape) != (B, Hq, Nq, w) or tuple(out.shape) != (B, Hq, Nq, w) or tuple(lse.shape) != (B, Hq, Nq):
        raise ValueError("shapes of the results")
    wide = torch.promote_types(q.dtype, torch.float32)
    scale = d**-0.5 if scale is None else scale
    G = Hq // Hkv
    hidden = torch.zeros(Nq, Nk, dtype=torch.bool, device=q.device)
    if causal:
        hidden = torch.ones_like(hidden).triu(Nk - Nq + 1)

    def formula(q, k, v):
        s = q.unflatten(1, (Hkv, G)) @ k.unsqueeze(2).mT * scale
        weights = s.masked_fill(hidden, torch.finfo(wide).min).softmax(-1).masked_fill(hidden, 0)
        return (weights @ v.unsqueeze(2)).flatten(1, 2)

    whole = hidden
    dq, dk, dv = (torch.zeros(x.shape, dtype=wide, device=q.device) for x in (q, k, v))
    for i in range(0, Nq, 4 * block_q):
        rows = slice(i, min(Nq, i + 4 * block_q))
        hidden = whole[rows]
        leaves = [x.detach().to(wide).requires_grad_() for x in (q[:, :, rows], k, v)]
        with torch.enable_grad():
            result = formula(*leaves)
        found = torch.autograd.grad(result, leaves, dout.detach()[:, :, rows].to(wide))
        dq[:, :, rows] = found[0]
        dk += found[1]
        dv += found[2]
    return dq.to(q.dtype), dk.to(q.dtype), dv.to(q.dtype)
