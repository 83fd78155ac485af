"""Plain attention for one head at a time: smaller, but still Nq x Nk scores.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import torch


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("blocks or dimensions")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3] or q.shape[1] % k.shape[1]:
        raise ValueError("shapes")
    wide = torch.promote_types(q.dtype, torch.float32)
    groups = q.shape[1] // k.shape[1]
    scale = q.shape[3] ** -0.5 if scale is None else scale
    out = torch.zeros(*q.shape[:3], v.shape[3], dtype=q.dtype, device=q.device)
    lse = torch.zeros(q.shape[:3], dtype=wide, device=q.device)
    for b in range(q.shape[0]):
        for h in range(q.shape[1]):
            scores = q[b, h].to(wide) @ k[b, h // groups].to(wide).mT * scale
            if causal:
                scores = scores + torch.full_like(scores, -torch.inf).triu(k.shape[2] - q.shape[2] + 1)
            lse[b, h] = scores.logsumexp(-1)
            weights = torch.exp(scores - lse[b, h].nan_to_num(neginf=0.0)[:, None])
            out[b, h] = (weights @ v[b, h // groups].to(wide)).to(q.dtype)
    return out, lse
