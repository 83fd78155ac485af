"""A small map of where a result of attention is wrong: heads downwards, queries or keys to the right."""

from __future__ import annotations

import numpy as np

ROWS = 6
COLUMNS = 44
PLURAL = {"query": "queries", "key": "keys"}


def error_map(wrong: np.ndarray, *, along: str = "query", tile: int = 1) -> str:
    """At most 8 lines of at most 60 characters; nothing where a single cell would be all of it.

    Args:
        wrong: (B, H, N), bool.
        along: what the last axis counts, ``query`` or ``key``.
        tile: how many of them the answer was asked to take at a time. Where one tile holds all, a column is a single
            query or key; where there are too many tiles, it is several neighbours.

    Example:
        >>> wrong = np.zeros((1, 2, 5), dtype=bool)
        >>> wrong[0, 1, 4] = True
        >>> print(error_map(wrong, along="key", tile=2))
        wrong (X) by [sequence, head] and tile of 2 keys:
        [0, 0]  ...
        [0, 1]  ..X
    """
    length = wrong.shape[2]
    width = tile if tile < length else 1
    if length > width * COLUMNS:
        width *= -(-length // (width * COLUMNS))
    columns = -(-length // width)
    if wrong.shape[0] * wrong.shape[1] * columns <= 1:
        return ""
    things = along if width == 1 else f"{width} {PLURAL[along]}"
    named = f"tile of {things}" if width == tile > 1 else things
    padded = np.zeros((*wrong.shape[:2], columns * width), dtype=bool)
    padded[..., :length] = wrong
    cells = padded.reshape(*wrong.shape[:2], columns, width).any(-1)
    heads = list(np.ndindex(*wrong.shape[:2]))
    # The first rows say the most, unless nothing is wrong in them.
    bad = [number for number, head in enumerate(heads) if cells[head].any()]
    start = max(0, min(bad[0] if bad and bad[0] >= ROWS else 0, len(heads) - ROWS))
    shown = heads[start : start + ROWS]
    labels = [f"[{b}, {h}]" for b, h in shown]
    longest = max(map(len, labels))
    lines = [
        f"{label:{longest}}  {''.join('.X'[int(cell)] for cell in cells[head])}"
        for label, head in zip(labels, shown, strict=True)
    ]
    if len(heads) > ROWS:
        others = sum(bool(cells[head].any()) for head in heads if head not in shown)
        lines.append(f"and {len(heads) - ROWS} more heads, {others} of them wrong")
    return "\n".join([f"wrong (X) by [sequence, head] and {named}:", *lines])
