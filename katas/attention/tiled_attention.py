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
    raise NotImplementedError
