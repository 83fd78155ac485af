"""Compute the gradients of attention tile by tile, without ever holding the weights.

Training asks for dq, dk and dv, the gradients of a loss in q, k and v. Given is dout, its gradient
in out. With all scores S and weights P at hand, each head needs a few products:

    dv = P^T dout
    dP = dout v^T
    dS = P * (dP - D)       D = rowsum(P * dP): one number for each query
    dq = scale * dS k
    dk = scale * dS^T q

But S, P, dP and dS have Nq Nk numbers a head, and attention/tiled_attention took care to hold none
of them. It handed over two results, and both are of use: with ``lse``, a tile of P is there again
at once, since P = exp(S - lse) has no maximum to look for and no sum to divide by. With ``out``
there is a way to D that needs no P.

One query q = 1, keys 0 and log 3, values 8 and 4, scale 1, dout = 1:

    P = 1/4, 3/4    out = 5    dP = 8, 4    D = 5    dS = 3/4, -3/4
    dv = 1/4, 3/4    dk = 3/4, -3/4    dq = -3/4 log 3 = -0.824

Query heads that share a head of keys and values add up in its dk and dv. With ``causal``, a tile
that is wholly masked is not computed.

No tensor (one of positions counts, too) may be larger than the largest of: out; lse; dq; dk; dv;
one tile of scores over all (B, Hq); one tile of q, k or v, repeated over Hq. New tensors that are
alive at the same time may hold, together, twice out, lse, dq, dk and dv, and twelve tiles, each
with its blocks of q, k, v and out. Views of the arguments cost nothing. Every product is made by
torch, in the thread of the call, and memory outside of torch counts like that of tensors. Library
attention is refused. Autograd is not, but it keeps what it will need: the whole formula is too
much for it.

The trap: a query that sees no key has lse = -inf, and exp(S - lse) is infinite or NaN there. Its
part in all three gradients is 0, whatever dout says.

Level: 5
Needs: attention/tiled_attention
Source: Dao et al., FlashAttention, arXiv:2205.14135; Dao, FlashAttention-2, arXiv:2307.08691
Time: O(B Hq Nq Nk (d + w)) for values of width w, about half of it when causal
Space: O(B Hq (block_q block_k + (block_q + block_k) (d + w))) beside the results
"""

import math

import torch
from torch import Tensor


def flash_backward(
    dout: Tensor,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    out: Tensor,
    lse: Tensor,
    *,
    block_q: int = 64,
    block_k: int = 64,
    causal: bool = False,
    scale: float | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of sum(dout * out) in ``q``, ``k`` and ``v``, one tile of scores at a time.

    The width of a value is called w here, since dv is the gradient of v.

    Args:
        dout: (B, Hq, Nq, w), of the dtype of ``q``; any finite numbers, also for queries that see
            no key. No argument is changed; all may lie in memory in any way (dout may be a single
            row, expanded), or require a gradient.
        q: (B, Hq, Nq, d), float16, bfloat16, float32 or float64; B, Nq and Nk may be 0.
        k: (B, Hkv, Nk, d), of the dtype of ``q``; query head h reads head h // (Hq / Hkv).
        v: (B, Hkv, Nk, w), of the dtype of ``q``.
        out: (B, Hq, Nq, w), of the dtype of ``q``: what ``flash_forward`` of
            attention/tiled_attention returns for the same q, k, v, causal and scale.
        lse: (B, Hq, Nq), likewise: the logarithm of each row's softmax denominator, -inf for a
            query that sees no key; float64 for float64, else float32.
        block_q: queries per tile, 1 or more; need not divide Nq, and may be larger.
        block_k: keys per tile, likewise.
        causal: query i sees key j only when j <= i + Nk - Nq.
        scale: factor of the scores, above 0; 1 / sqrt(d) by default.

    Returns:
        ``dq``, ``dk`` and ``dv``, new tensors of the shapes of q, k and v and of the dtype of
        ``q``. Scores and sums are kept in the dtype of ``lse``.

    Raises:
        ValueError: the shapes of q, k and v do not fit, Hkv is 0, dout, out or lse has not the
            shape that it must have for them, or a block size is below 1.

    Example:
        >>> q, k = torch.ones(1, 1, 1, 1), torch.tensor([1.0, 3.0]).log().view(1, 1, 2, 1)
        >>> v = torch.tensor([8.0, 4.0]).view(1, 1, 2, 1)
        >>> out, lse = torch.full((1, 1, 1, 1), 5.0), torch.full((1, 1, 1), 4.0).log()
        >>> dq, dk, dv = flash_backward(torch.ones(1, 1, 1, 1), q, k, v, out, lse)
        >>> dq.flatten(), dk.flatten(), dv.flatten()
        (tensor([-0.8240]), tensor([ 0.7500, -0.7500]), tensor([0.2500, 0.7500]))

    Limits: not differentiable once more.
    """
    groups = _check(dout, q, k, v, out, lse, block_q, block_k)
    dout, q, k, v, out, lse = (x.detach() for x in (dout, q, k, v, out, lse))
    (B, Hq, Nq, d), (Hkv, Nk, w) = q.shape, v.shape[1:]
    wide = torch.promote_types(q.dtype, torch.float32)
    offset = Nk - Nq
    scale = d**-0.5 if scale is None else scale
    # dP is infinite where dout is large enough, and infinite times 0 is NaN.
    dout = dout.masked_fill(lse.isneginf()[..., None], 0)
    # hint: Write out rowsum(P * dP), put dout v^T for dP, and change the order of the two sums:
    # one of them is a row of out.
    D = (dout.to(wide) * out).sum(-1, keepdim=True)  # (B, Hq, Nq, 1)
    # hint: What must be subtracted from a score, so that its weight is 0 whatever the score is?
    lse = lse.masked_fill(lse == -math.inf, math.inf)[..., None]
    dq = q.new_zeros(q.shape, dtype=wide)
    dk, dv = torch.zeros_like(k), torch.zeros_like(v)
    # hint: Each tile adds to one block of dq, and to one block of dk and dv. Whichever loop is
    # outside keeps its block in sums of its own; the other one's are spread over the whole result.
    for k0 in range(0, Nk, block_k):
        k1 = min(k0 + block_k, Nk)
        k_tile, v_tile = (x[:, :, k0:k1].to(wide).flatten(0, 1) for x in (k, v))
        dk_tile, dv_tile = torch.zeros_like(k_tile), torch.zeros_like(v_tile)
        # The first block with a query that sees the block's first key.
        first = max(0, k0 - offset) // block_q * block_q if causal else 0
        for q0 in range(first, Nq, block_q):
            q1 = min(q0 + block_q, Nq)
            rows = groups * (q1 - q0)
            # hint: Query heads that share a key head are neighbours: stacked as more rows of one
            # matrix, their parts of dk and dv are summed by the product itself.
            q_tile, dout_tile, lse_tile, D_tile = (
                x[:, :, q0:q1].to(wide).reshape(B * Hkv, rows, x.shape[3]) for x in (q, dout, lse, D)
            )
            q_tile = q_tile * scale  # once for S and dk
            p = torch.bmm(q_tile, k_tile.mT)  # (B * Hkv, rows, k1 - k0)
            if causal and k1 - 1 > q0 + offset:
                ones = torch.ones(q1 - q0, k1 - k0, dtype=torch.bool, device=q.device)
                hidden = ones.triu(q0 + offset - k0 + 1)
                p.unflatten(1, (groups, -1)).masked_fill_(hidden, -math.inf)
            p.sub_(lse_tile).exp_()
            dv_tile.baddbmm_(p.mT, dout_tile)
            ds = torch.bmm(dout_tile, v_tile.mT).sub_(D_tile).mul_(p)
            dk_tile.baddbmm_(ds.mT, q_tile)
            dq[:, :, q0:q1] += torch.bmm(ds, k_tile).view(B, Hq, q1 - q0, d)
        dk[:, :, k0:k1] = dk_tile.view(B, Hkv, k1 - k0, d)
        dv[:, :, k0:k1] = dv_tile.view(B, Hkv, k1 - k0, w)
    return dq.mul_(scale).to(q.dtype), dk, dv


def _check(
    dout: Tensor,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    out: Tensor,
    lse: Tensor,
    block_q: int,
    block_k: int,
) -> int:
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
    rows = q.shape[:3]
    for name, x, shape in (("dout", dout, (*rows, v.shape[3])), ("out", out, (*rows, v.shape[3])), ("lse", lse, rows)):
        if x.shape != shape:
            raise ValueError(f"{name} must be {tuple(shape)}, got {tuple(x.shape)}: {shapes}")
    return q.shape[1] // k.shape[1]
