"""Two parts at a time, as a tree: the logistic function of the difference of the lses is the share of the second."""

import torch
from torch.nn.functional import softplus


@torch.no_grad()
def decode(q, k, v, *, splits, scale=None):
    if splits < 1:
        raise ValueError("splits")
    if not (q.ndim == k.ndim == v.ndim == 4 and q.shape[2] == 1):
        raise ValueError("dimensions")
    if q.shape[0] != k.shape[0] or k.shape[:3] != v.shape[:3] or q.shape[3] != k.shape[3]:
        raise ValueError("shapes")
    if not k.shape[1] or q.shape[1] % k.shape[1]:
        raise ValueError("heads")
    heads = torch.arange(q.shape[1], device=q.device) // (q.shape[1] // k.shape[1])
    factor = q.shape[3] ** -0.5 if scale is None else scale
    return tree(q, k[:, heads], v[:, heads], 0, splits, splits, factor)[0].to(q.dtype)


def tree(q, k, v, first, last, splits, factor):
    """The result of the splits from first to last, last excluded."""
    if last - first > 1:
        middle = (first + last) // 2
        return pair(tree(q, k, v, first, middle, splits, factor), tree(q, k, v, middle, last, splits, factor))
    Nk = k.shape[2]
    keys = slice(-(-first * Nk // splits), -(-last * Nk // splits))
    kind = torch.float64 if q.dtype == torch.float64 else torch.float32
    scores = torch.einsum("bhid,bhjd->bhij", q.to(kind), k[:, :, keys].to(kind)).mul(factor)
    return torch.einsum("bhij,bhjw->bhiw", scores.softmax(-1), v[:, :, keys].to(kind)), scores.logsumexp(-1)


def pair(one, other):
    (a, x), (b, y) = one, other
    a = torch.where((x == -torch.inf)[..., None], 0, a)
    b = torch.where((y == -torch.inf)[..., None], 0, b)
    ahead = torch.where(x == y, 0, y - x)
    share = torch.sigmoid(ahead)[..., None]
    return a * torch.sigmoid(-ahead)[..., None] + b * share, torch.maximum(x, y) + softplus(-ahead.abs())


@torch.no_grad()
def combine(outs, lses):
    if lses.ndim == 0 or outs.shape[:-1] != lses.shape or outs.ndim == 0:
        raise ValueError("shapes")
    parts = list(zip(outs.to(lses.dtype), lses))
    empty = torch.zeros(outs.shape[1:]).to(lses), torch.full_like(lses.sum(0), -torch.inf)
    while len(parts) > 1:
        parts = [pair(*parts[i : i + 2]) if i + 1 < len(parts) else parts[i] for i in range(0, len(parts), 2)]
    out, lse = pair(empty, parts[0]) if parts else empty
    return out.to(outs.dtype), lse
