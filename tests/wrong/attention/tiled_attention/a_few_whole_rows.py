"""Takes the softmax of as many whole rows as fit a tile: no tile of scores is cut along the keys.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import torch


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("blocks or dimensions")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3]:
        raise ValueError("shapes")
    if k.shape[1] == 0 or q.shape[1] % k.shape[1]:
        raise ValueError("heads")
    q, k, v = q.detach(), k.detach(), v.detach()
    wide = torch.promote_types(q.dtype, torch.float32)
    groups = q.shape[1] // k.shape[1]
    scale = q.shape[3] ** -0.5 if scale is None else scale
    n, m = q.shape[2], k.shape[2]
    keys, values = (x.to(wide) for x in (k, v))
    out = torch.zeros(*q.shape[:3], v.shape[3], dtype=q.dtype, device=q.device)
    lse = torch.full(q.shape[:3], -torch.inf, dtype=wide, device=q.device)
    rows = max(1, block_q * block_k // max(1, m))
    for i in range(0, n, rows):
        last = min(n, i + rows)
        seen = max(0, min(m, last + m - n)) if causal else m
        if seen == 0:
            continue
        for h in range(q.shape[1]):
            s = q[:, h, i:last].to(wide) @ keys[:, h // groups, :seen].mT * scale
            if causal:
                s = (
                    s.masked_fill(torch.ones_like(s[0], dtype=torch.bool).triu(i + m - n + 1), -torch.inf)
                    if len(s)
                    else s
                )
            lse[:, h, i:last] = s.logsumexp(-1)
            weights = torch.exp(s - lse[:, h, i:last, None].nan_to_num(neginf=0.0))
            out[:, h, i:last] = (weights @ values[:, h // groups, :seen]).to(q.dtype)
    return out, lse
