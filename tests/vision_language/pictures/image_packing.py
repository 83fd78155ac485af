"""Pictures of vision_language/image_packing."""

from __future__ import annotations

import numpy as np
import torch

from dojo.pictures.heat import FINE, array, dtype_of, errors, words_only
from dojo.pictures.ink import INKS
from dojo.pictures.paper import panels
from tests.vision_language.patches import MOST_IMAGES, MOST_SIDE, cell, lattice, starts

EXAMPLE = (
    "pack_images",
    {"images": [torch.arange(70.0).view(1, 7, 10) % 23, torch.arange(20.0).view(1, 5, 4)], "patch": 2, "merge": 2},
)


def pack_images(figure, case):
    """The first channel of each packed image, with its grid, the blocks that are merged, and wrong patches."""
    images = case["images"][:MOST_IMAGES]
    merge = case.arguments.get("merge", 2)
    packed = [(which, readable(result)) for which, result in case.results]
    parts = panels(figure, len(packed) * len(images), width=4.8, height=3.8, rows=len(images))
    for number, (row, image) in enumerate(zip(parts, images, strict=True)):
        right = packed[0][1][number]
        for axes, (which, found) in zip(row, packed, strict=True):
            mine = found[number] if found is not None and number < len(found) else None
            text = f"{which}: image {number}, {tuple(image.shape[1:])} pixels"
            if mine is None or mine[0] * mine[1] > MOST_SIDE**2 * 4:
                axes.set_axis_off()
                axes.text(0.5, 0.5, "nothing that can be drawn", color=INKS[which].color, ha="center")
            else:
                draw(axes, mine, right, dtype_of(image), merge)
                text += f", grid {mine[:2]}"
            axes.set_title(text, color=INKS[which].color, loc="left", fontweight="bold", pad=18, fontsize=10)
    options = ", ".join(f"{name} {case[name]}" for name in ("patch", "limit", "merge") if name in case.arguments)
    return f"{options}; thick lines are borders of merged blocks; frames are wrong patches"


def readable(result):
    """For each image (h, w, patches as an array (h w, C, p, p)); None where the result has not that form."""
    if type(result) is not tuple or len(result) != 3 or type(result[1]) is not list:
        return None
    x, grids = array(result[0]), result[1]
    if x is None or x.ndim != 4 or any(type(g) is not tuple or len(g) != 2 for g in grids):
        return None
    if any(type(side) is not int or side < 1 for grid in grids for side in grid):
        return None
    return [(h, w, x[start : start + h * w]) for (h, w), start in zip(grids, starts(grids), strict=False)]


def draw(axes, mine, right, dtype, merge):
    """One image, put together from its patches."""
    h, w, x = mine
    p, q = x.shape[2:] if x.ndim == 4 else (1, 1)
    if len(x) == h * w and x.size:
        whole = x[:, 0].reshape(h, w, p, q).swapaxes(1, 2).reshape(h * p, w * q)
        axes.imshow(np.where(np.isfinite(whole), whole, np.nan), cmap="Greys", extent=(0, w, h, 0), alpha=0.7)
    for patch in range(min(h * w, len(x), len(right[2]))):
        same = x.shape[1:] == right[2].shape[1:] and (h, w) == right[:2]
        error = errors(right[2][patch], x[patch]) if same else None
        wrong = error is None or error.max(initial=0) > FINE.get(dtype, 1e-9) * 10
        cell(axes, *divmod(patch, w), color="none", text=f"{patch}" if w <= MOST_SIDE else "",
             edge=INKS["got"].color if wrong else None)  # fmt: skip
    lattice(axes, h, w, (merge, merge))


def position_embedding(figure, case):
    """Which patches get a wrong vector."""
    grids = case["grids"][:MOST_IMAGES]
    expected = case.expected.result
    got = case.results[1][1] if len(case.results) > 1 else None
    error = errors(expected, got)
    if error is None:
        return words_only(figure, f"there is no result of shape {tuple(expected.shape)} to compare")
    (row,) = panels(figure, len(grids), width=4.5, height=4)
    for axes, (h, w), start in zip(row, grids, starts(grids), strict=False):
        lattice(axes, h, w)
        for patch in range(min(h * w, 1000)):
            worst = error[start + patch].max(initial=0)
            wrong = worst > FINE.get(dtype_of(expected), 1e-9) * 10
            cell(axes, *divmod(patch, w), color=INKS["got"].color if wrong else "white",
                 text=f"{worst:.0e}" if wrong and w < 8 else "")  # fmt: skip
        axes.set_title(f"{h} x {w}", loc="left", pad=18)
    return "orange patches get a wrong vector"
