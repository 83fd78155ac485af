"""Probes of attention/tiled_attention: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any

from dojo import meters


def forward_use(kata: Any, q: Any, k: Any, v: Any, options: dict[str, Any]) -> dict[str, Any]:
    """What tiled attention makes torch do; calls of library attention fail.

    Returns:
        ``largest``: elements of the largest new tensor; ``origin``: how it was made; ``multiplications``: how many;
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
        "multiplications": use.multiplications,
        "refused": use.refused,
    }
