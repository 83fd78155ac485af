"""Leaves torch for numpy, where plain attention makes no tensor that a meter of tensors sees.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import numpy as np
import torch


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if block_q < 1 or block_k < 1 or not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError("blocks or dimensions")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3] or q.shape[1] % k.shape[1]:
        raise ValueError("shapes")
    wide = torch.promote_types(q.dtype, torch.float32)
    groups = q.shape[1] // k.shape[1]
    scale = q.shape[3] ** -0.5 if scale is None else scale
    a, b, c = (x.to(wide).cpu().numpy() for x in (q, k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)))
    scores = a @ b.swapaxes(2, 3) * scale
    if causal:
        scores[..., np.triu(np.ones(scores.shape[2:], bool), k.shape[2] - q.shape[2] + 1)] = -np.inf
    top = scores.max(-1, initial=-np.inf)
    base = np.where(np.isneginf(top), 0, top)
    weights = np.exp(scores - base[..., None])
    total = weights.sum(-1)
    out = weights @ c / np.maximum(total, 1)[..., None]
    lse = np.full(total.shape, -np.inf, total.dtype)
    np.log(total, out=lse, where=total > 0)
    return torch.from_numpy(out).to(q), torch.from_numpy(lse + base).to(q.device)
