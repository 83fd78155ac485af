"""Probes of attention/tiled_attention: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dojo import meters


def forward_use(kata: Any, q: Any, k: Any, v: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What tiled attention makes torch do; calls of library attention fail.

    Returns:
        ``largest``: elements of the largest new tensor; ``origin``: how it was made; ``alive``: elements of all new
        tensors that were there at once; ``held``: how most of them were made; ``multiplications``: how many;
        ``refused``: the library functions that were called.
    """
    with meters.tensor_use(q, k, v, refuse=meters.LIBRARY_ATTENTION) as use:
        try:
            kata.flash_forward(q, k, v, **options)
        except Exception:
            if not use.refused:
                raise
    return {
        "largest": use.largest,
        "origin": use.origin,
        "alive": use.alive,
        "held": ", ".join(f"{count} x {origin}" for origin, count in Counter(use.held).most_common(4)),
        "multiplications": use.multiplications,
        "refused": use.refused,
    }


def forward_memory(kata: Any, q: Any, k: Any, v: Any, options: dict[str, Any]) -> int:
    """Bytes that Python and numpy hold at the peak, outside of torch."""
    kata.flash_forward(q[:, :, :1], k[:, :, :1], v[:, :, :1])  # what is made once only is made now
    with meters.peak_memory() as peak:
        kata.flash_forward(q, k, v, **options)
    return peak.bytes


forward_memory.measures = True
