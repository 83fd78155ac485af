"""Goes through numpy in float64, token by token and head by head."""

import numpy as np
import torch


def paged_decode(q, k_pages, v_pages, page_table, lengths, *, scale=None):
    if (q.ndim, k_pages.ndim, v_pages.ndim, page_table.ndim, lengths.ndim) != (3, 4, 4, 2, 1):
        raise ValueError("ndim")
    B, Hq, d = q.shape
    P, page, Hkv, width = k_pages.shape
    if tuple(v_pages.shape) != (P, page, Hkv, width) or width != d:
        raise ValueError("pages")
    if {B, page_table.shape[0], lengths.shape[0]} != {B} or not Hkv or Hq % Hkv:
        raise ValueError("B or heads")
    query, keys, values = (x.detach().cpu().double().numpy() for x in (q, k_pages, v_pages))
    table, steps = page_table.tolist(), lengths.tolist()
    if not all(0 <= n <= page * page_table.shape[1] for n in steps):
        raise ValueError("lengths")
    out = np.zeros((B, Hq, d))
    factor = d**-0.5 if scale is None else scale
    for b, n in enumerate(steps):
        places = [(table[b][t // page], t % page) for t in range(n)]
        for h in range(Hq if n else 0):
            rows = [(*place, h * Hkv // Hq) for place in places]
            scores = np.array([keys[row] @ query[b, h] for row in rows]) * factor
            weights = np.exp(scores - scores.max())
            out[b, h] = weights @ np.array([values[row] for row in rows]) / weights.sum()
    return torch.from_numpy(out).to(dtype=q.dtype, device=q.device)
