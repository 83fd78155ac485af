"""Maps of where a result of attention is wrong: heads down, queries to the right, with the borders of tiles."""

from __future__ import annotations

import math

import numpy as np

from dojo.pictures.heat import array, dtype_of, errors, words_only, wrong_map
from dojo.pictures.paper import panels


def heads_by_queries(figure, names, expected, got, tile=0, columns="query"):
    """One map for each result of (B, H, N) or (B, H, N, d); an example shows the numbers themselves."""
    found = []
    for name, one, other in zip(names, expected, got or expected, strict=False):
        error = errors(one, other)
        if error is None:
            words_only(figure, f"{name} has shape {tuple(getattr(other, 'shape', ()))}, "
                               f"expected {tuple(getattr(one, 'shape', ()))}")  # fmt: skip
            return ""
        found.append((name, error.max(-1, initial=0) if error.ndim == 4 else error, dtype_of(one), (one, other)))
    rows = found[0][1].shape[0] * found[0][1].shape[1]
    height = 1.3 + 0.35 * min(rows, 64)
    parts = panels(figure, len(found), width=8, height=height, rows=len(found))[:, 0]
    for axes, (name, error, dtype, pair) in zip(parts, found, strict=True):
        batches, heads, queries = error.shape
        labels = [f"batch {b}, head {h}" if batches > 1 else f"head {h}" for b in range(batches) for h in range(heads)]
        single = all(math.prod(each.shape) == error.size for each in pair)
        values = tuple(array(each).reshape(batches * heads, queries) for each in pair) if single else None
        wrong_map(axes, error.reshape(batches * heads, queries), values=values, dtype=dtype, rows="", columns=columns,
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


def matrices(figure, names, expected, got, rows="row", columns="column"):
    """One map for each result, whose last axis goes to the right and all others down."""
    got = got if type(got) in (tuple, list) and len(got) == len(expected) else [None] * len(expected)
    found = [errors(one, other) for one, other in zip(expected, got, strict=True)]
    for name, one, other, error in zip(names, expected, got, found, strict=True):
        if error is None:
            words_only(figure, f"{name} has shape {tuple(getattr(other, 'shape', ()))}, "
                               f"expected {tuple(getattr(one, 'shape', ()))}")  # fmt: skip
            return ""
    flat = [each.reshape(-1, each.shape[-1]) if each.ndim > 1 else each.reshape(1, -1) for each in found]
    flat = [each if each.size else np.zeros((1, 1)) for each in flat]
    heights = [1.2 + 0.3 * min(len(each), 40) for each in flat]
    parts = panels(figure, len(flat), width=8, height=sum(heights) / len(flat), rows=len(flat), height_ratios=heights)
    for axes, name, one, other, error in zip(parts[:, 0], names, expected, got, flat, strict=True):
        full = math.prod(one.shape) == error.size
        values = tuple(array(each).reshape(error.shape) for each in (one, other)) if full else None
        wrong_map(axes, error, values=values, dtype=dtype_of(one), rows=rows, columns=columns, name=name)
    return "white is right, orange is wrong, black is not finite"


def got_of(case):
    """What the answer returned; None where it raised."""
    return case.got.result if case.got is not None and case.got.error is None else None
