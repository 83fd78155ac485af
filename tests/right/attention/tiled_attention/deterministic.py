"""Asks torch for deterministic algorithms; each tile is a softmax of its own, and results are joined by their lse."""

import torch

torch.use_deterministic_algorithms(True)


def joined(one, other):
    """Two results (out, lse) over different keys as one over both."""
    lse = torch.logaddexp(one[1], other[1])
    shares = ((part[1] - lse.nan_to_num(neginf=0.0)).exp().unsqueeze(-1) * part[0] for part in (one, other))
    return sum(shares), lse


def of_a_tile(q, k, v, hidden):
    """The result over the keys of one tile; all scores are there, scaled."""
    s = torch.einsum("bgrd,bkd->bgrk", q, k).masked_fill(hidden, -torch.inf)
    lse = s.logsumexp(-1)
    weights = (s - lse.nan_to_num(neginf=0.0).unsqueeze(-1)).exp()
    return torch.einsum("bgrk,bkd->bgrd", weights, v), lse


def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    if min(block_q, block_k) <= 0:
        raise ValueError("a block holds something")
    if not (q.dim() == k.dim() == v.dim() == 4):
        raise ValueError("dimensions")
    (B, Hq, Nq, d), (_, Hkv, Nk, dv) = q.shape, v.shape
    if tuple(k.shape) != (B, Hkv, Nk, d) or v.shape[0] != B or Hkv == 0 or Hq % Hkv != 0:
        raise ValueError("sizes")
    exact = torch.float64 if q.dtype is torch.float64 else torch.float32
    factor = d**-0.5 if scale is None else scale
    with torch.no_grad():
        blocks = []
        for i in range(0, Nq, block_q):
            rows = torch.arange(i, min(i + block_q, Nq), device=q.device)
            queries = q[:, :, i : i + block_q].to(exact) * factor
            queries = queries.reshape(B * Hkv, Hq // Hkv, len(rows), d)
            result = queries.new_zeros(*queries.shape[:3], dv), queries.new_full(queries.shape[:3], -torch.inf)
            for j in range(0, Nk, block_k):
                keys = torch.arange(j, min(j + block_k, Nk), device=q.device)
                hidden = keys > rows[:, None] + Nk - Nq if causal else torch.zeros_like(rows, dtype=torch.bool)[:, None]
                if not hidden.all():
                    tile = (x[:, :, j : j + block_k].to(exact).flatten(0, 1) for x in (k, v))
                    result = joined(result, of_a_tile(queries, *tile, hidden))
            blocks.append((result[0].reshape(B, Hq, len(rows), dv).to(q.dtype), result[1].reshape(B, Hq, len(rows))))
        if not blocks:
            return q.new_zeros(B, Hq, 0, dv), q.new_zeros(B, Hq, 0, dtype=exact)
        return torch.cat([out for out, _ in blocks], 2), torch.cat([lse for _, lse in blocks], 2)
