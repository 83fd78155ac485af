"""Write attention out: each query takes the average of the values that it sees.

The dot product of a query and a key is their score. A softmax makes weights of the scores of one
query, over the keys that this query sees. The result is the average of the values:

    S   = scale * q k^T     (B, Hq, Nq, Nk)
    P   = softmax(S)        (B, Hq, Nq, Nk), 0 for keys that the query does not see
    out = P v               (B, Hq, Nq, dv)

With scores 0 and log 3 and values 8 and 4, the weights are 1/4 and 3/4, and the result is 5.

Every language model has this layer, and they differ in who sees what. Here it is written out:
library attention is refused.

Heads: Hq heads of queries share Hkv heads of keys and values, so that fewer keys must be stored.
Query head h reads head h // (Hq / Hkv).

Masks: query i stands at place p = i + Nk - Nq, so the last query stands at the last key. With
``causal`` it sees keys up to p. With a window (left, right) it sees keys from p - left to
p + right, both included. With both, it sees the keys that both allow.

    Nq = 3, Nk = 5        causal      window (1, 1)   both
                  keys  0 1 2 3 4     0 1 2 3 4       0 1 2 3 4
    query 0, p = 2      x x x . .     . x x x .       . x x . .
    query 1, p = 3      x x x x .     . . x x x       . . x x .
    query 2, p = 4      x x x x x     . . . x x       . . . x x

The trap: with Nq > Nk the first places are below 0, and such a query may see no key at all. Its
result is 0, and its gradient is 0. A softmax of nothing is NaN. To write 0 over a NaN of the
result mends the result, and not the gradients, since 0 times NaN is NaN.

Level: 2
Needs: attention/stable_softmax
Source: Vaswani et al., arXiv:1706.03762; Ainslie et al., GQA, arXiv:2305.13245
Time: O(B Hq Nq Nk (d + dv))
Space: O(B Hq Nq Nk)
"""

import torch
from torch import Tensor


def attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    *,
    causal: bool = False,
    window: tuple[int, int] | None = None,
    scale: float | None = None,
) -> Tensor:
    """Attention of ``q`` to ``k`` and ``v``, differentiable in all three.

    Args:
        q: (B, Hq, Nq, d), float16, bfloat16, float32 or float64; B, Nq and Nk may be 0, d is 1 or
            more. q, k and v are not changed. They may lie in memory in any way, require a
            gradient, or be one and the same tensor.
        k: (B, Hkv, Nk, d), of the dtype of ``q``; Hq is a multiple of Hkv.
        v: (B, Hkv, Nk, dv), of the dtype of ``q``.
        causal: query i sees key j only when j <= i + Nk - Nq.
        window: (left, right), both 0 or more, and as large as you like. Query i sees key j only
            when i + Nk - Nq - left <= j <= i + Nk - Nq + right. None is no window.
        scale: factor of the scores, above 0; 1 / sqrt(d) by default.

    Returns:
        A new tensor (B, Hq, Nq, dv) of the dtype of ``q``, 0 for a query that sees no key. Scores,
        weights and sums are kept in float64 for float64, and else in float32. Gradients are those
        of the equations; never NaN, and 0 for a query or a key that takes no part.

    Raises:
        ValueError: the shapes do not fit, Hkv is 0, or left or right is below 0.

    Example:
        >>> q, k = torch.ones(1, 1, 1, 1), torch.tensor([1.0, 3.0]).log().view(1, 1, 2, 1)
        >>> v = torch.tensor([8.0, 4.0]).view(1, 1, 2, 1)
        >>> attention(q, k, v).item()
        5.0
        >>> attention(torch.ones(1, 1, 3, 1), k, v, causal=True).flatten()
        tensor([0., 8., 5.])
        >>> attention(torch.ones(1, 1, 3, 1), k, v, window=(0, 0)).flatten()
        tensor([0., 8., 4.])

    Limits: library attention (``scaled_dot_product_attention`` and its like) is refused.
    """
    groups = _check(q, k, v, window)
    (_, _, Nq, d), (_, Hkv, Nk, _) = q.shape, k.shape
    wide = torch.promote_types(q.dtype, torch.float32)
    scale = d**-0.5 if scale is None else scale
    # hint: Query heads that share a key head are neighbours. Cut Hq into (Hkv, Hq / Hkv), and the
    # keys need one more dimension of 1 to be multiplied with all of a group.
    of_q = q.to(wide).unflatten(1, (Hkv, groups))  # (B, Hkv, G, Nq, d)
    of_k, of_v = (x.to(wide).unsqueeze(2) for x in (k, v))  # (B, Hkv, 1, Nk, d or dv)
    scores = of_q @ of_k.mT * scale  # (B, Hkv, G, Nq, Nk)
    # hint: Both masks ask one thing of a query and a key: how far the key lies ahead of the
    # query's place. That is a table of (Nq, Nk), from two ranges.
    ahead = torch.arange(Nk, device=q.device) - torch.arange(Nk - Nq, Nk, device=q.device)[:, None]
    hidden = ahead > 0 if causal else torch.zeros_like(ahead, dtype=torch.bool)
    if window is not None:
        left, right = window
        left, right = min(left, Nq + Nk), min(right, Nq + Nk)  # no more than 64 bits hold
        hidden = hidden | (ahead < -left) | (ahead > right)
    # hint: Give the softmax a row that it can work on, also where all is hidden, and take the
    # weights away afterwards. Then no NaN is ever made, forward or backward.
    lowest = torch.finfo(wide).min
    weights = scores.masked_fill(hidden, lowest).softmax(-1).masked_fill(hidden, 0)
    return (weights @ of_v).flatten(1, 2).to(q.dtype)


def _check(q: Tensor, k: Tensor, v: Tensor, window: tuple[int, int] | None) -> int:
    """How many query heads share a key head; ValueError where the arguments do not fit."""
    if window is not None and min(window) < 0:
        raise ValueError(f"a window reaches 0 or more keys to each side, got {window}")
    shapes = f"q {tuple(q.shape)}, k {tuple(k.shape)}, v {tuple(v.shape)}"
    if not q.ndim == k.ndim == v.ndim == 4:
        raise ValueError(f"q, k and v must have four dimensions (B, H, N, d): {shapes}")
    if k.shape[:3] != v.shape[:3] or q.shape[0] != k.shape[0] or q.shape[3] != k.shape[3]:
        raise ValueError(f"q and k must agree in B and d, k and v in B, Hkv and Nk: {shapes}")
    if k.shape[1] == 0 or q.shape[1] % k.shape[1]:
        raise ValueError(f"Hq must be a multiple of Hkv: {shapes}")
    return q.shape[1] // k.shape[1]
