"""Probes of packing/varlen_attention: they run beside an answer and measure what it makes."""

from __future__ import annotations

from typing import Any

from dojo import meters


def twice(kata: Any, one: Any, other: Any, cu_seqlens: Any, options: dict[str, Any]) -> Any:
    """The results for two lists q, k, v of equal shapes, which lie in memory in the same way."""
    return [kata.varlen_attention(*(x.clone() for x in each), cu_seqlens, **options) for each in (one, other)]


def largest_made(kata: Any, q: Any, k: Any, v: Any, cu_seqlens: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What a call makes.

    Returns:
        ``elements`` of the largest new tensor, ``origin``: how it was made; ``bytes``: the most memory that Python and
        numpy used at a time.
    """
    with meters.tensor_use(q, k, v) as use:
        kata.varlen_attention(q, k, v, cu_seqlens, **options)
    with meters.peak_memory() as peak:  # once more: the other meter takes memory of its own
        kata.varlen_attention(q, k, v, cu_seqlens, **options)
    return {"elements": use.largest, "origin": use.origin, "bytes": peak.bytes}


largest_made.measures = True
