"""Pictures of vision_language/patch_merger."""

from __future__ import annotations

import numpy as np
import torch

from dojo.pictures.heat import array, dtype_of, errors, words_only, wrong_map
from dojo.pictures.ink import INKS
from dojo.pictures.paper import panels
from tests.vision_language.patches import HUES, MOST_IMAGES, cell, lattice, starts

EXAMPLE = ("merge_patches", {"x": torch.arange(32.0).view(16, 2), "grids": [(2, 4), (4, 2)], "kernel": (2, 2)})


def merge_patches(figure, case):
    """Which block each patch stands in; a colour is a block, and the small number the place inside it."""
    x, grids, kernel = array(case["x"]), case["grids"][:MOST_IMAGES], case.arguments.get("kernel", (2, 2))
    if not grids:
        return words_only(figure, "there are no images")
    results = case.results
    parts = panels(figure, len(results) * len(grids), width=4.5, height=3.6, rows=len(grids))
    for row, (h, w), start, number in zip(parts, grids, starts(grids), range(len(grids)), strict=False):
        found = [places(x[start : start + h * w], result, number) for _, result in results]
        for axes, (which, _), mine in zip(row, results, found, strict=True):
            lattice(axes, h, w, kernel)
            axes.set_title(f"{which}: image {number}", color=INKS[which].color, loc="left", fontweight="bold", pad=18)
            for patch in range(min(h * w, 400)):
                block = mine.get(patch)
                wrong = block != found[0].get(patch)
                cell(axes, *divmod(patch, w), color="white" if block is None else HUES[block[0] % len(HUES)],
                     text=f"{patch}" if block is None else f"{patch}\nblock {block[0]}, {block[1]}",
                     edge=INKS["got"].color if wrong else None)  # fmt: skip
    return "each patch with its number, its block, and its place in the block"


def places(x, result, number):
    """For each patch of an image, its block and its place inside; patches are known by their numbers."""
    merged = array(result[number]) if type(result) is list and number < len(result) else None
    if merged is None or merged.ndim != 3 or merged.shape[2] != x.shape[1]:
        return {}
    found, left = {}, list(range(len(x)))
    for block, place in np.ndindex(merged.shape[:2]):
        patch = next((each for each in left if np.array_equal(x[each], merged[block, place])), None)
        if patch is not None:
            found[patch] = (block, place)
            left.remove(patch)
    return found


def project(figure, case):
    """Where the tokens are wrong."""
    expected = case.expected.result
    error = None if len(case.results) < 2 else errors(expected, case.results[1][1])
    if error is None or not error.size:
        return words_only(figure, f"there is no result of shape {tuple(expected.shape)} to compare")
    ((axes,),) = panels(figure, 1, width=8, height=4)
    wrong_map(axes, error, dtype=dtype_of(expected), rows="token", columns="column of the result", name="projected")
    return "white is right, orange is wrong, black is not finite"
