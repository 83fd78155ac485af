"""Plain attention in another thread, where a meter of this one does not look.

caught_by: test_no_more_than_a_few_tiles_are_there_at_once
"""

import threading

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
    result = []

    def work():
        keys, values = (x.to(wide).repeat_interleave(groups, 1) for x in (k, v))
        scores = q.to(wide) @ keys.mT * scale
        if causal:
            scores = scores.masked_fill(torch.ones(n, m, dtype=torch.bool, device=q.device).triu(m - n + 1), -torch.inf)
        lse = scores.logsumexp(-1)
        weights = torch.exp(scores - lse.nan_to_num(neginf=0.0)[..., None])
        result.extend([(weights @ values).to(q.dtype), lse])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return tuple(result)
