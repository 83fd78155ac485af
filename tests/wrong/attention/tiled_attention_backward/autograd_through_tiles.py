"""A tiled forward pass, and autograd through it, which keeps every tile until the end.

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
    low = torch.finfo(wide).min
    leaves = [x.detach().to(wide).requires_grad_() for x in (q, k, v)]
    with torch.enable_grad():
        blocks = []
        for i in range(0, Nq, block_q):
            e = min(i + block_q, Nq)
            queries = leaves[0][:, :, i:e].unflatten(1, (Hkv, G)) * scale
            m = torch.full((B, Hkv, G, e - i, 1), low, dtype=wide, device=q.device)
            total, acc = torch.zeros_like(m), torch.zeros(B, Hkv, G, e - i, w, dtype=wide, device=q.device)
            acc = acc + 0 * queries.sum()
            for j in range(0, Nk, block_k):
                f = min(j + block_k, Nk)
                if causal and j > e - 1 + Nk - Nq:
                    break
                s = queries @ leaves[1][:, :, None, j:f].mT
                if causal:
                    s = (
                        s.masked_fill(
                            torch.ones_like(s[0, 0, 0], dtype=torch.bool).triu(i + Nk - Nq - j + 1), -torch.inf
                        )
                        if B
                        else s
                    )
                new = torch.maximum(m, s.detach().amax(-1, keepdim=True))
                p, keep = (s - new).exp(), (m - new).exp()
                total, acc, m = total * keep + p.sum(-1, keepdim=True), acc * keep + p @ leaves[2][:, :, None, j:f], new
            blocks.append((acc / total.clamp(min=torch.finfo(wide).tiny)).flatten(1, 2))
        if not blocks:
            return tuple(torch.zeros_like(x) for x in leaves)
        result = torch.cat(blocks, 2)
    found = torch.autograd.grad(result, leaves, dout.detach().to(wide), allow_unused=True, materialize_grads=True)
    return tuple(x.to(q.dtype) for x in found)
