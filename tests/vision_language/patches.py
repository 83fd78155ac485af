"""Panels of an image's patches."""

from __future__ import annotations

from matplotlib.patches import Rectangle

HUES = ("#a6cee3", "#b2df8a", "#fdd49e", "#cab2d6", "#fbb4ae", "#c7e9c0", "#ffffb3", "#d9d9d9", "#ccebc5", "#bebada")
MOST_IMAGES = 4
MOST_SIDE = 24


def lattice(axes, h, w, kernel=(1, 1)):
    """The borders of h x w patches, and thicker ones of the blocks that are merged."""
    for x in range(w + 1):
        axes.plot([x, x], [0, h], color="black", linewidth=2.2 if x % kernel[1] == 0 else 0.6, zorder=4)
    for y in range(h + 1):
        axes.plot([0, w], [y, y], color="black", linewidth=2.2 if y % kernel[0] == 0 else 0.6, zorder=4)
    axes.set(xlim=(-0.1, w + 0.1), ylim=(h + 0.1, -0.1), xticks=[], yticks=[], aspect="equal")
    axes.spines[["left", "bottom"]].set_visible(False)
    columns = axes.secondary_xaxis("top")
    columns.set_xticks([x + 0.5 for x in range(w)], range(w) if w <= MOST_SIDE else [""] * w, fontsize=7)
    columns.tick_params(length=0)
    axes.set_yticks([y + 0.5 for y in range(h)], range(h) if h <= MOST_SIDE else [""] * h, fontsize=7)


def cell(axes, row, column, *, color="white", text="", edge=None, **looks):
    """One patch, coloured, with a text; with a frame where it has an edge."""
    axes.add_patch(Rectangle((column, row), 1, 1, facecolor=color, edgecolor="none", zorder=1))
    if text:
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=9, zorder=6, **looks)
    if edge:
        axes.add_patch(
            Rectangle((column + 0.08, row + 0.08), 0.84, 0.84, facecolor="none", edgecolor=edge, linewidth=2,
                      linestyle="--", zorder=5)
        )  # fmt: skip


def starts(grids):
    """Where each image's patches begin."""
    found = [0]
    for h, w in grids:
        found.append(found[-1] + h * w)
    return found
