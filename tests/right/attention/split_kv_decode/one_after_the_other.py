"""Chunks by torch.chunk, heads one by one, and a running pair that takes in one split after the other by logaddexp."""

import torch


def decode(q, k, v, *, splits, scale=None):
    if splits < 1:
        raise ValueError(f"splits {splits}")
    if q.ndim != 4 or k.ndim != 4 or v.ndim != 4:
        raise ValueError("need four dimensions")
    if q.shape[2] != 1 or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3] or k.shape[:3] != v.shape[:3]:
        raise ValueError("shapes")
    if k.shape[1] < 1 or q.shape[1] % k.shape[1] != 0:
        raise ValueError("heads")
    acc = torch.float64 if q.dtype == torch.float64 else torch.float32
    factor = q.shape[3] ** -0.5 if scale is None else scale
    out = q.detach().new_empty(q.shape[0], q.shape[1], 1, v.shape[3])
    group = q.shape[1] // k.shape[1]
    for b in range(q.shape[0]):
        for h in range(q.shape[1]):
            query = q[b, h, 0].detach().to(acc)
            parts, logs = [], []
            keys, values = k[b, h // group].detach(), v[b, h // group].detach()
            for key, value in zip(keys.chunk(splits), values.chunk(splits)):
                s = (key.to(acc) * query).sum(-1) * factor
                if s.numel() == 0:
                    continue
                top = s.max()
                w = torch.exp(s - top)
                parts.append((w[:, None] * value.to(acc)).sum(0) / w.sum())
                logs.append(top + torch.log(w.sum()))
            if parts:
                out[b, h, 0] = combine(torch.stack(parts), torch.stack(logs))[0].to(q.dtype)
            else:
                out[b, h, 0] = 0
    return out


def combine(outs, lses):
    if not lses.ndim or outs.ndim != lses.ndim + 1 or outs.shape[: lses.ndim] != lses.shape:
        raise ValueError("outs and lses")
    outs, lses = outs.detach(), lses.detach()
    out = torch.zeros(outs.shape[1:], dtype=lses.dtype, device=outs.device)
    lse = torch.full(lses.shape[1:], float("-inf"), dtype=lses.dtype, device=lses.device)
    for part, log in zip(outs.to(lses.dtype), lses):
        seen = log > float("-inf")
        new = torch.logaddexp(lse, log)
        keep = torch.exp(torch.where(seen, lse - new, 0.0))[..., None]
        share = torch.exp(torch.where(seen, log - new, float("-inf")))[..., None]
        out = out * keep + torch.where(seen[..., None], part, 0.0) * share
        lse = torch.where(seen, new, lse)
    return out.to(outs.dtype), lse
