"""Probes of nn/functional_layers: a generator can't cross to the answer's process, so it is made from a seed there."""

from __future__ import annotations

from typing import Any

import numpy as np


def dropouts(kata: Any, x: np.ndarray, p: float, training: bool, seed: int, calls: int = 1) -> dict[str, Any]:
    """Drop values several times with one generator.

    Returns:
        ``results``: a list with the result of each call; ``drawn``: whether the generator's state has changed;
        ``shared``: whether a result shares memory with x.
    """
    rng = np.random.default_rng(seed)
    before = str(rng.bit_generator.state)
    results = [kata.dropout(x, p, training, rng) for _ in range(calls)]
    shared = any(np.shares_memory(x, each) for each in results if isinstance(each, np.ndarray))
    return {"results": results, "drawn": str(rng.bit_generator.state) != before, "shared": shared}
