"""Combines number by number with Python's floats; float64 for every dtype; the first splits are one key longer."""

import math

import torch


def decode(q, k, v, *, splits, scale=None):
    if splits < 1 or any(x.ndim != 4 for x in (q, k, v)):
        raise ValueError("splits or dimensions")
    B, Hq, Nq, d = q.shape
    Hkv, Nk, dv = v.shape[1:]
    if Nq != 1 or tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv == 0 or Hq % Hkv != 0:
        raise ValueError("sizes")
    factor = 1 / math.sqrt(d) if scale is None else scale
    dtype = q.dtype
    q, k, v = (x.detach().double() for x in (q, k, v))  # for all: more than is asked for
    sizes = [Nk // splits + (s < Nk % splits) for s in range(splits)]
    heads = torch.arange(Hq, device=q.device) // (Hq // Hkv)
    outs, lses = [], []
    for key, value in zip(k.split(sizes, 2), v.split(sizes, 2)):
        scores = torch.einsum("bhd,bhnd->bhn", q[:, :, 0], key[:, heads]) * factor
        lse = scores.logsumexp(-1)
        weights = (scores - lse.nan_to_num(neginf=0.0)[..., None]).exp()
        outs.append(torch.einsum("bhn,bhnd->bhd", weights, value[:, heads]))
        lses.append(lse)
    return combine(torch.stack(outs), torch.stack(lses))[0].unsqueeze(2).to(dtype)


def combine(outs, lses):
    if len(lses.shape) < 1 or len(outs.shape) - 1 != len(lses.shape) or outs.shape[:-1] != lses.shape:
        raise ValueError("parts")
    rows, width = math.prod(lses.shape[1:]), outs.shape[-1]
    logs = lses.detach().reshape(len(lses), rows).tolist()
    numbers = outs.detach().reshape(len(outs), rows, width).tolist()
    out, lse = [], []
    for row in range(rows):
        seen = [s for s in range(len(logs)) if logs[s][row] != -math.inf]
        top = max((logs[s][row] for s in seen), default=-math.inf)
        weights = {s: math.exp(logs[s][row] - top) for s in seen}
        total = math.fsum(weights.values())
        lse.append(top + math.log(total) if seen else -math.inf)
        out.append([math.fsum(weights[s] * numbers[s][row][c] for s in seen) / (total or 1.0) for c in range(width)])
    made = torch.tensor(out, dtype=torch.float64).to(outs).detach().reshape(outs.shape[1:])
    return made, torch.tensor(lse, dtype=torch.float64).to(lses).detach().reshape(lses.shape[1:])
