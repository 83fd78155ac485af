"""Attention from the softmax up: exact results, bounded memory, every shape that a model meets.

Attention is three lines until it has to run. Then the logits overflow, the N x N score matrix does not fit, a row of a
mask is empty, a batch mixes lengths, and the next token needs one query against a cache of a hundred thousand keys.
Each kata takes one of these steps; together they lead from a softmax to what FlashAttention and its successors do.

One vocabulary serves all of them:

    B                 sequences in a batch
    Hq, Hkv           heads of the queries; heads of keys and values. Hq is a multiple of Hkv, and query head h reads
                      head h // (Hq / Hkv)
    Nq, Nk            queries and keys per sequence
    d, dv             width of a query or key; width of a value
    q                 (B, Hq, Nq, d)
    k, v              (B, Hkv, Nk, d), (B, Hkv, Nk, dv)
    out, lse          (B, Hq, Nq, dv), (B, Hq, Nq): the result, and the logarithm of each row's softmax denominator

A causal mask is aligned bottom-right: query i sees key j when j <= i + Nk - Nq, so the last query always sees every
key. A row that sees no key at all gives out 0 and lse -inf, never NaN.

Results are compared with plain attention in float64 on the same inputs, at tolerances derived from the dtype. Meters
judge the method: the largest tensor that was made, the multiplications that were spent, whether a library did the work.

Read before you start:

- Milakov and Gimelshein, "Online normalizer calculation for softmax", arXiv:1805.02867
- Rabe and Staats, "Self-attention Does Not Need O(n^2) Memory", arXiv:2112.05682
- Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", arXiv:2307.08691
"""
