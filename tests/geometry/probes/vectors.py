"""Probes of geometry/vectors: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any


def with_itself(kata: Any, name: str, a: tuple[float, float]) -> Any:
    """A function of two vectors that are the very same object."""
    return getattr(kata, name)(a, a)
