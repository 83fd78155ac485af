"""The five products on whole matrices, one head at a time: many heads hide the size of one.

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
    dout, q, k, v, out, lse = (x.detach() for x in (dout, q, k, v, out, lse))
    wide = torch.promote_types(q.dtype, torch.float32)
    scale = d**-0.5 if scale is None else scale
    G = Hq // Hkv
    hidden = torch.zeros(Nq, Nk, dtype=torch.bool, device=q.device)
    if causal:
        hidden = torch.ones_like(hidden).triu(Nk - Nq + 1)
    dq, dk, dv = (torch.zeros(x.shape, dtype=wide, device=q.device) for x in (q, k, v))
    lse = lse.masked_fill(lse.isneginf(), torch.inf)[..., None]
    for h in range(Hq):
        keys, values = k[:, h // G].to(wide), v[:, h // G].to(wide)
        p = ((q[:, h].to(wide) @ keys.mT * scale).masked_fill(hidden, -torch.inf) - lse[:, h]).exp()
        slope = dout[:, h].to(wide)
        ds = p * (slope @ values.mT - (slope * out[:, h]).sum(-1, keepdim=True)) * scale
        dq[:, h] = ds @ keys
        dk[:, h // G] += ds.mT @ q[:, h].to(wide)
        dv[:, h // G] += p.mT @ slope
    return dq.to(q.dtype), dk.to(q.dtype), dv.to(q.dtype)
