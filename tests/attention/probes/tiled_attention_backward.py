"""Probes of attention/tiled_attention_backward: they run beside an answer and hand back plain data."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dojo import meters


def of_an_expanded_row(
    kata: Any, row: Any, q: Any, k: Any, v: Any, out: Any, lse: Any, options: dict[str, Any]
) -> list[Any]:
    """dq, dk and dv where dout is one row (w,) for all queries, as autograd hands over the gradient of a sum."""
    return list(kata.flash_backward(row.expand(out.shape), q, k, v, out, lse, **options))


def backward_use(
    kata: Any, dout: Any, q: Any, k: Any, v: Any, out: Any, lse: Any, options: dict[str, Any]
) -> dict[str, Any]:
    """What the backward pass makes torch do; calls of library attention fail.

    Returns:
        ``largest``: elements of the largest new tensor; ``origin``: how it was made; ``alive``: elements of all new
        tensors that were there at once; ``held``: how most of them were made; ``multiplications``: how many;
        ``refused``: the library functions that were called.
    """
    with meters.tensor_use(dout, q, k, v, out, lse, refuse=meters.LIBRARY_ATTENTION) as use:
        try:
            kata.flash_backward(dout, q, k, v, out, lse, **options)
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


def backward_memory(kata: Any, dout: Any, q: Any, k: Any, v: Any, out: Any, lse: Any, options: dict[str, Any]) -> int:
    """Bytes that Python and numpy hold at the peak, outside of torch."""
    small = [each[:, :, :1] for each in (dout, q, k, v, out, lse)]
    kata.flash_backward(*small)  # what is made once only is made now
    with meters.peak_memory() as peak:
        kata.flash_backward(dout, q, k, v, out, lse, **options)
    return peak.bytes


backward_memory.measures = True
