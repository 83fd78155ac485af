"""Whole matrices in another thread, where a meter of this one does not look.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import threading

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
    dout, q, k, v, out, lse = (x.detach() for x in (dout, q, k, v, out, lse))
    result = []

    def work():
        keys, values = (x.to(wide).repeat_interleave(G, 1) for x in (k, v))
        p = (q.to(wide) @ keys.mT * scale).masked_fill(hidden, -torch.inf)
        p = (p - lse.masked_fill(lse.isneginf(), torch.inf)[..., None]).exp()
        ds = p * (dout.to(wide) @ values.mT - (dout.to(wide) * out).sum(-1, keepdim=True)) * scale
        dk, dv = (x.unflatten(1, (Hkv, G)).sum(2) for x in (ds.mT @ q.to(wide), p.mT @ dout.to(wide)))
        result.extend(x.to(q.dtype) for x in (ds @ keys, dk, dv))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return tuple(result)
