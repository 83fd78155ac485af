"""Compute attention tile by tile, without ever holding the score matrix.

Plain attention makes all scores, then all weights, then the sums:

    S = scale * q k^T     (B, Hq, Nq, Nk)
    P = softmax(S)        (B, Hq, Nq, Nk)
    out = P v             (B, Hq, Nq, dv)

For 32 heads and 16,384 tokens in float32, S alone takes 34 GB, while out takes 0.3 GB at dv = 128. On every processor
with caches, moving S and P costs more time than the arithmetic. FlashAttention cuts the queries into blocks of
``block_q`` and the keys into blocks of ``block_k``, and holds one tile of S at a time; the result is the same up to
rounding. Beside out it returns ``lse = log sum_j exp(S_ij)``, one number per row: all that a backward pass, or a
merge of partial results, needs.

    Nq = 3, Nk = 5, block_q = block_k = 2, causal (j <= i + Nk - Nq)

              keys  0 1   2 3   4
    query 0         x x   x .   .      tile (0, 2) is wholly masked:
    query 1         x x   x x   .      it is not computed
    query 2         x x   x x   x      the last tiles are smaller

No tensor (one of positions counts, too) may be larger than the largest of: out; lse; one tile of scores over all (B,
Hq); one tile of q, k or v, repeated over Hq. New tensors that are alive at the same time may hold, together, twice
out and lse and eight tiles, each with its blocks of q, k, v and out. Views of the arguments cost nothing. Every product
is made by torch, in the thread of the call, and memory outside of torch counts like that of tensors. Library attention
is refused.

The trap: each row of a tile knows only the keys that it has met so far. The largest logit may come last, a tile may
hide all its keys from some of its rows, and with Nq > Nk a causal row sees no key at all: its out is 0, its lse -inf.

Level: 4
Needs: attention/online_softmax
Source: Dao et al., FlashAttention, arXiv:2205.14135; Dao, FlashAttention-2, arXiv:2307.08691
Time: O(B Hq Nq Nk (d + dv)), about half of it when causal
Space: O(B Hq (block_q block_k + (block_q + block_k) (d + dv))) beside the results
"""

import math

import torch
from torch import Tensor


def flash_forward(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    block_q: int = 64,
    block_k: int = 64,
    causal: bool = False,
    scale: float | None = None,
) -> tuple[Tensor, Tensor]:
    """Attention of ``q`` to ``k`` and ``v``, exact up to rounding, one tile of scores at a time.

    Args:
        q: (B, Hq, Nq, d), float16, bfloat16, float32 or float64; unchanged, as are the others. B, Nq and Nk may be 0.
            All may lie in memory in any way, require a gradient, or be one and the same tensor.
        k: (B, Hkv, Nk, d), of the dtype of ``q``; query head h reads head h // (Hq / Hkv).
        v: (B, Hkv, Nk, dv), of the dtype of ``q``.
        block_q: queries per tile, 1 or more; need not divide Nq, and may be larger.
        block_k: keys per tile, likewise.
        causal: query i sees key j only when j <= i + Nk - Nq.
        scale: factor of the scores, above 0; 1 / sqrt(d) by default.

    Returns:
        ``out`` (B, Hq, Nq, dv) of the dtype of ``q``, 0 in rows that see no key; ``lse`` (B, Hq, Nq), the logarithm
        of each row's softmax denominator, -inf in such rows: float64 for float64, else float32. Scores and sums are
        kept in the dtype of ``lse``, and so are the weights that make up the denominator.

    Raises:
        ValueError: the shapes do not fit, Hkv is 0, or a block size is below 1.

    Example:
        >>> q, k = torch.ones(1, 1, 2, 1), torch.zeros(1, 1, 3, 1)
        >>> v = torch.tensor([3.0, 5.0, 10.0]).view(1, 1, 3, 1)
        >>> out, lse = flash_forward(q, k, v, block_k=2, causal=True)
        >>> out.flatten(), lse.exp().flatten()
        (tensor([4., 6.]), tensor([2., 3.]))

    Limits: not differentiable. Fastest where a tile fits the cache: try 256 on a CPU.
    """
    groups = _check(q, k, v, block_q, block_k)
    q, k, v = q.detach(), k.detach(), v.detach()
    (B, Hq, Nq, d), (Hkv, Nk, dv) = q.shape, v.shape[1:]
    wide = torch.promote_types(q.dtype, torch.float32)
    offset = Nk - Nq
    scale = d**-0.5 if scale is None else scale
    out = q.new_zeros(B, Hq, Nq, dv)
    lse = q.new_full((B, Hq, Nq), -math.inf, dtype=wide)
    # hint: The outer loop takes a block of queries, the inner one walks over the keys. What must be kept per query,
    # from tile to tile, is the state of attention/online_softmax; out and lse are written once, after the last tile.
    for q0 in range(0, Nq, block_q):
        q1 = min(q0 + block_q, Nq)
        rows = groups * (q1 - q0)
        # hint: The query heads that share a key head are consecutive, so they may be stacked as more rows of one
        # matrix: no key is ever repeated.
        q_tile = (q[:, :, q0:q1].to(wide) * scale).reshape(B * Hkv, rows, d)
        # The lowest finite number stands in for -inf: it is below every score, and subtracting it is never NaN.
        m = q_tile.new_full((B * Hkv, rows, 1), torch.finfo(wide).min)
        l = torch.zeros_like(m)  # noqa: E741
        o = q_tile.new_zeros(B * Hkv, rows, dv)
        # hint: The last query of the block sees the most keys; what lies beyond them is hidden from the whole block.
        # A tile needs a mask only if its first query does not see its last key.
        seen = min(Nk, q1 + offset) if causal else Nk
        for k0 in range(0, seen, block_k):
            k1 = min(k0 + block_k, seen)
            k_tile, v_tile = (x[:, :, k0:k1].to(wide).flatten(0, 1) for x in (k, v))
            s = torch.bmm(q_tile, k_tile.mT)  # (B * Hkv, rows, k1 - k0)
            if causal and k1 - 1 > q0 + offset:
                hidden = torch.ones(q1 - q0, k1 - k0, dtype=torch.bool, device=q.device).triu(q0 + offset - k0 + 1)
                s.unflatten(1, (groups, -1)).masked_fill_(hidden, -math.inf)
            # hint: Sums taken relative to the old maximum shrink by exp(old - new) before the tile is added. Ask of
            # each exp that you write what it gives in a row that has seen no key yet.
            m_old, m = m, torch.maximum(m, s.amax(-1, keepdim=True))
            p = s.sub_(m).exp_()
            shrink = (m_old - m).exp_()
            l.mul_(shrink).add_(p.sum(-1, keepdim=True))
            o.mul_(shrink).baddbmm_(p, v_tile)
            del s, p  # so that the next tile gets the memory that the cache holds
        # Where a key was seen, l is at least 1, the weight of the maximum itself; elsewhere o and l are 0.
        out[:, :, q0:q1] = (o / l.clamp(min=1)).view(B, Hq, q1 - q0, dv)
        lse[:, :, q0:q1] = (m + l.log()).view(B, Hq, q1 - q0)
    return out, lse


def _check(q: Tensor, k: Tensor, v: Tensor, block_q: int, block_k: int) -> int:
    """How many query heads share a key head; ValueError where the arguments do not fit."""
    if block_q < 1 or block_k < 1:
        raise ValueError(f"block sizes must be at least 1, got block_q={block_q}, block_k={block_k}")
    shapes = f"q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}"
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError(f"q, k and v must have four dimensions (B, H, N, d): {shapes}")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q and k must agree in B and d, k and v in B, Hkv and Nk: {shapes}")
    if k.shape[1] == 0 or q.shape[1] % k.shape[1]:
        raise ValueError(f"Hq must be a multiple of Hkv: {shapes}")
    return q.shape[1] // k.shape[1]
