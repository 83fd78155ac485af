"""Decode one token over a cache that lies in pages, as a server keeps it for many users.

Nobody knows how long an answer will become. A server that keeps room for the longest one wastes
most of its memory. So keys and values are kept in pages of a few tokens, as an operating system
keeps the memory of programs. Each sequence has a table of its pages, in order. The pages lie
anywhere, and sequences that begin with the same words share pages. So vLLM serves many requests.

    page = 2    page_table      lengths    page and slot of the keys
                [[2, 0, 9],     [3,        2.0 2.1 0.0
                 [2, 1, 4],      4,        2.0 2.1 1.0 1.1
                 [7, -1, 5]]     0]        none

    k_pages     page 0   page 1   page 2   page 3   page 4
                a ?      b c      d e      ? ?      ? ?

    sequence 0 has the keys d, e, a, sequence 1 the keys d, e, b, c

Token t of sequence b lies in page ``page_table[b, t // page]``, in slot ``t % page``. Each sequence
attends with one query to its first ``lengths[b]`` keys; a sequence of length 0 gets 0.

The trap: what lies past a length was never written. Slots hold what an earlier user left there, be
it infinite or NaN, and entries of the table may name pages that do not exist. To give such a key a
weight of 0 is not enough: 0 * NaN is NaN.

Level: 3
Needs: attention/stable_softmax
Source: Kwon et al., Memory Management for LLM Serving with PagedAttention, arXiv:2309.06180
Time: O(Hq d sum of lengths)
Space: O(Hq + Hkv d) times the longest length, beside the result
"""

import torch
from torch import Tensor


def paged_decode(
    q: Tensor,
    k_pages: Tensor,
    v_pages: Tensor,
    page_table: Tensor,
    lengths: Tensor,
    *,
    scale: float | None = None,
) -> Tensor:
    """softmax(scale * q k^T) v for one query per sequence, over keys and values in pages.

    Args:
        q: (B, Hq, d), float16, bfloat16, float32 or float64; B may be 0. All tensors may lie in
            memory in any way and may require a gradient; none is changed.
        k_pages: (P, page, Hkv, d), of the dtype of ``q``; query head h reads head h // (Hq / Hkv).
        v_pages: (P, page, Hkv, d), likewise.
        page_table: (B, max_pages), int32 or int64; max_pages may be 0. Only the entries that
            ``lengths`` needs are pages; the others may be any number. A page may stand in several
            rows.
        lengths: (B,), int32 or int64: how many tokens each sequence has, 0 up to max_pages * page.
        scale: factor of the scores, above 0; 1 / sqrt(d) by default.

    Returns:
        A new tensor (B, Hq, d) of the dtype of ``q``, 0 where the length is 0. Scores, weights and
        sums are kept in float32, in float64 where q is.

    Raises:
        ValueError: a length is below 0 or above max_pages * page; an argument does not have the
            dimensions above; two do not agree in B, P, page, Hkv or d; Hkv is 0 or does not divide
            Hq.

    Example:
        >>> q, k_pages = torch.zeros(2, 1, 1), torch.zeros(3, 2, 1, 1)
        >>> v_pages = torch.tensor([[8.0, torch.nan], [5.0, 9.0], [1.0, 3.0]]).view(3, 2, 1, 1)
        >>> table = torch.tensor([[2, 0, 9], [2, 1, 4]])
        >>> paged_decode(q, k_pages, v_pages, table, torch.tensor([3, 4])).flatten()
        tensor([4.0000, 4.5000])

    Limits: entries that are needed and name no page are left open, and so is whether the result is
    differentiable.
    """
    raise NotImplementedError
