"""Pictures of vision_language/rope_2d."""

from __future__ import annotations

import math

import torch

from dojo.pictures.heat import array
from dojo.pictures.ink import INKS
from dojo.pictures.paper import panels
from tests.vision_language.patches import MOST_IMAGES, lattice, starts

EXAMPLE = ("rope_2d", {"x": torch.tensor([1.0, 0.0] * 2).expand(10, 1, 4).clone(), "grids": [(2, 3), (1, 4)],
                       "theta": 10000.0})  # fmt: skip


def rope_2d(figure, case):
    """By which angle the first two pairs of head 0 are turned, patch by patch."""
    x, grids = array(case["x"]), case["grids"][:MOST_IMAGES]
    results = {which: array(result) for which, result in case.results}
    results = {which: result for which, result in results.items() if result is not None and result.shape == x.shape}
    pair = first_wrong(results)
    height = 1.6 * sum(min(h, 6) for h, _ in grids) / len(grids) + 1
    parts = panels(figure, 2 * len(grids), width=5.5, height=height, rows=len(grids))
    for row, (h, w), start in zip(parts, grids, starts(grids), strict=False):
        for axes, number, kind in zip(row, (pair, pair + 1), ("column", "row"), strict=True):
            lattice(axes, h, w)
            axes.set_xlabel(f"pair {number} turns with the {kind}")
            for which, result in results.items():
                for patch in range(min(h * w, 400)):
                    arrow(axes, INKS[which], divmod(patch, w), x[start + patch, 0], result[start + patch, 0], number)
    for which in results:
        parts[0, 0].plot([], [], **INKS[which].line(label=which))
    if len(results) > 1:
        parts[0, 0].legend(loc="lower right", bbox_to_anchor=(1, 1.12), ncols=2, frameon=False)
    return "an arrow shows the angle between a pair before and after, in radians; to the right is 0"


def first_wrong(results):
    """The first two pairs of which one is wrong; 0 where none is, or where there is nothing to compare."""
    if len(results) == 2:
        wrong = abs(results["got"] - results["expected"]).max(axis=(0, 1)) > 1e-3
        if wrong.any():
            return int(wrong.argmax()) // 4 * 2
    return 0


def arrow(axes, ink, place, before, after, number):
    """The angle of one pair of one patch; the expected one is above its number, the other below."""
    a, b = (complex(*each[2 * number : 2 * number + 2]) for each in (before, after))
    if not a or not b or not math.isfinite(abs(b)):
        return
    turn = math.atan2((b / a).imag, (b / a).real)
    middle = (place[1] + 0.5, place[0] + 0.5)
    end = (middle[0] + 0.36 * math.cos(turn), middle[1] - 0.36 * math.sin(turn))
    axes.annotate("", end, middle, arrowprops={"arrowstyle": "-|>", "color": ink.color, "ls": ink.linestyle,
                  "lw": ink.linewidth, "shrinkA": 0, "shrinkB": 0, "zorder": ink.zorder})  # fmt: skip
    up = ink.label == "expected"
    axes.text(place[1] + 0.04, place[0] + (0.06 if up else 0.94), f"{turn:.3g}", color=ink.color, fontsize=8,
              va="top" if up else "bottom", zorder=7)  # fmt: skip
