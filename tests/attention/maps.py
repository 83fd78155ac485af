"""Maps of where a result of attention is wrong: heads down, queries to the right, with the borders of tiles."""

from __future__ import annotations

import numpy as np

from dojo.pictures.heat import array, dtype_of, errors, words_only, wrong_map
from dojo.pictures.paper import panels


def heads_by_queries(figure, names, expected, got, tile=0):
    """One map for each result of (B, H, N) or (B, H, N, d); an example shows the numbers themselves."""
    found = []
    for name, one, other in zip(names, expected, got or expected, strict=False):
        error = errors(one, other)
        if error is None:
            words_only(figure, f"{name} has shape {tuple(getattr(other, 'shape', ()))}, "
                               f"expected {tuple(getattr(one, 'shape', ()))}")  # fmt: skip
            return ""
        found.append((name, error.max(-1, initial=0) if error.ndim == 4 else error, dtype_of(one)))
    rows = found[0][1].shape[0] * found[0][1].shape[1]
    height = 1.3 + 0.35 * min(rows, 64)
    parts = panels(figure, len(found), width=8, height=height, rows=len(found))[:, 0]
    for axes, (name, error, dtype) in zip(parts, found, strict=True):
        batches, heads, queries = error.shape
        labels = [f"batch {b}, head {h}" if batches > 1 else f"head {h}" for b in range(batches) for h in range(heads)]
        wrong_map(axes, error.reshape(batches * heads, queries), dtype=dtype, rows="", columns="query",
                  row_names=labels, tile=tile, name=name)  # fmt: skip
    return "white is right, orange is wrong, black is not finite" + ", blue lines are borders of tiles" * bool(tile)


def numbers(figure, names, results, rows, columns):
    """The results themselves as maps of numbers, for a worked example."""
    shown = [(name, array(each)) for name, each in zip(names, results, strict=True)]
    parts = panels(figure, len(shown), width=4.5, height=4)[0]
    for axes, (name, each) in zip(parts, shown, strict=True):
        matrix = each.reshape(-1, each.shape[-1]) if each.ndim > 1 else each[None]
        picture = np.where(np.isfinite(matrix), matrix, np.nan)
        axes.imshow(picture, cmap="Blues", aspect="auto")
        for (y, x), value in np.ndenumerate(matrix):
            axes.text(x, y, f"{value:.2g}", ha="center", va="center", fontsize=9,
                      bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5})  # fmt: skip
        axes.set(xlabel=columns, ylabel=rows, xticks=range(matrix.shape[1]), yticks=range(matrix.shape[0]))
        axes.set_title(name, loc="left", fontweight="bold")
