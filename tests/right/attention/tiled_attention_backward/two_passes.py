"""One pass for dk and dv, another for dq, as kernels do that must not write to one place from two; D from P dP, in a third."""

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
    dout, q, k, v, lse = (x.detach() for x in (dout, q, k, v, lse))
    wide = torch.promote_types(q.dtype, torch.float32)
    scale = d**-0.5 if scale is None else scale
    G, shift = Hq // Hkv, Nk - Nq
    norm = lse.clone()
    norm[norm.isneginf()] = torch.inf

    def stacked(x, i):
        x = x[:, :, i : i + block_q].to(wide)
        return x.unflatten(1, (Hkv, G))

    def tile(i, j):
        """P and dP of a tile, (B, Hkv, G, rows, columns); None where it is masked."""
        last = min(i + block_q, Nq) - 1 + shift
        if causal and last < j:
            return None
        keys, values = (x[:, :, None, j : j + block_k].to(wide) for x in (k, v))
        s = torch.einsum("bhgid,bhgjd->bhgij", stacked(q, i), keys.expand(-1, -1, G, -1, -1)) * scale
        if causal:
            a = torch.arange(s.shape[3], device=q.device)[:, None] + i + shift
            s = s.masked_fill(torch.arange(s.shape[4], device=q.device) + j > a, -torch.inf)
        p = torch.exp(s - stacked(norm[..., None], i))
        return p, torch.einsum("bhgid,bhgjd->bhgij", stacked(dout, i), values.expand(-1, -1, G, -1, -1))

    mean = torch.zeros(B, Hq, Nq, dtype=wide, device=q.device)
    for i in range(0, Nq, block_q):
        for j in range(0, Nk, block_k):
            found = tile(i, j)
            if found:
                mean[:, :, i : i + block_q] += (found[0] * found[1]).sum(-1).flatten(1, 2)
    dq, dk, dv = (torch.zeros(x.shape, dtype=x.dtype, device=x.device) for x in (q, k, v))
    for j in range(0, Nk, block_k):
        of_k = torch.zeros(k[:, :, j : j + block_k].shape, dtype=wide, device=q.device)
        of_v = torch.zeros(v[:, :, j : j + block_k].shape, dtype=wide, device=q.device)
        for i in range(0, Nq, block_q):
            found = tile(i, j)
            if found:
                p, dp = found
                of_v += torch.einsum("bhgij,bhgid->bhjd", p, stacked(dout, i))
                of_k += torch.einsum("bhgij,bhgid->bhjd", p * (dp - stacked(mean[..., None], i)), stacked(q, i))
        dk[:, :, j : j + block_k] = (of_k * scale).to(k.dtype)
        dv[:, :, j : j + block_k] = of_v.to(v.dtype)
    for i in range(0, Nq, block_q):
        of_q = torch.zeros(stacked(q, i).shape, dtype=wide, device=q.device)
        for j in range(0, Nk, block_k):
            found = tile(i, j)
            if found:
                ds = found[0] * (found[1] - stacked(mean[..., None], i))
                of_q += torch.einsum("bhgij,bhjd->bhgid", ds, k[:, :, j : j + block_k].to(wide))
        dq[:, :, i : i + block_q] = (of_q * scale).flatten(1, 2).to(q.dtype)
    return dq, dk, dv
