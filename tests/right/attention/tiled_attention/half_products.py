"""Prescales all of q at once, weights rounded to the dtype of v for the second product, as for tensor cores; no gradients."""

import torch


@torch.inference_mode()
def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if not (block_q > 0 and block_k > 0):
        raise ValueError("block sizes must be positive")
    if not (q.ndim == k.ndim == v.ndim == 4):
        raise ValueError("expected 4 dimensions")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3]:
        raise ValueError("sizes")
    if k.shape[1] == 0:
        raise ValueError("no key heads")
    g, rest = divmod(q.shape[1], k.shape[1])
    if rest:
        raise ValueError("heads")
    B, H, N, d = q.shape
    M, dv = v.shape[2:]
    t = torch.float64 if q.dtype is torch.float64 else torch.float32
    qs = q.to(t) * (d**-0.5 if scale is None else scale)
    outs = torch.empty(B, H, N, dv, dtype=q.dtype, device=q.device)
    lses = torch.empty(B, H, N, dtype=t, device=q.device)
    i = 0
    while i < N:
        e = min(i + block_q, N)
        m = torch.full((B, H, e - i, 1), -torch.inf, dtype=t, device=q.device)
        l = torch.zeros_like(m)
        o = torch.zeros(B, H, e - i, dv, dtype=t, device=q.device)
        end = min(M, e + M - N) if causal else M
        j = 0
        while j < end:
            f = min(j + block_k, M)
            s = torch.empty(B, H, e - i, f - j, dtype=t, device=q.device)
            for h in range(H):
                torch.matmul(qs[:, h, i:e], k[:, h // g, j:f].to(t).transpose(1, 2), out=s[:, h])
            if causal:
                s += torch.full((e - i, f - j), -torch.inf, dtype=t, device=q.device).triu(i + M - N - j + 1)
            m2 = torch.maximum(m, s.max(-1, keepdim=True)[0])
            ref = torch.where(m2.isinf(), torch.zeros_like(m2), m2)
            p = (s - ref).exp()
            alpha = (m - ref).exp()
            l = l * alpha + p.sum(-1, keepdim=True)
            o *= alpha
            for h in range(H):
                o[:, h] += p[:, h].to(v.dtype).to(t) @ v[:, h // g, j:f].to(t)
            m = m2
            j = f
        outs[:, :, i:e] = torch.where(l > 0, o / l, torch.zeros_like(o))
        lses[:, :, i:e] = (m + l.log()).squeeze(-1)
        i = e
    return outs, lses
