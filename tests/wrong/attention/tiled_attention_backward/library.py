"""Calls the library, and autograd through it.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import torch
from torch.nn.functional import scaled_dot_product_attention


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
    if not (B and Nq and Nk):
        return tuple(torch.zeros_like(x) for x in (q, k, v))
    with torch.enable_grad():
        leaves = [x.detach().to(wide).requires_grad_() for x in (q, k, v)]
        keys, values = (x.repeat_interleave(G, 1) for x in leaves[1:])
        result = scaled_dot_product_attention(leaves[0], keys, values, attn_mask=~hidden, scale=scale)
        result = result.masked_fill(hidden.all(1)[:, None], 0)
    return tuple(x.to(q.dtype) for x in torch.autograd.grad(result, leaves, dout.detach().to(wide)))
