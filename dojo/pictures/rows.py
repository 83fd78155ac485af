"""A panel of packed rows: which sample lies where, and what is padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dojo.pictures.ink import Ink
from dojo.pictures.paper import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 40
HUES = ("#a6cee3", "#b2df8a", "#fdd49e", "#cab2d6", "#fbb4ae", "#c7e9c0", "#ffffb3", "#d9d9d9", "#ccebc5", "#bebada")


def packs(value: Any, count: int) -> list[list[int]] | None:
    """Packs as lists of the indices of samples that there are; None for anything else."""
    if type(value) is not list or any(type(pack) not in (list, tuple) for pack in value):
        return None
    if any(type(index) is not int or not 0 <= index < count for pack in value for index in pack):
        return None
    return [list(pack) for pack in value]


def packed_rows(
    axes: Axes, rows: Sequence[Sequence[int]], lengths: Sequence[int], capacity: int, ink: Ink, differ: Sequence[int]
) -> None:
    """Draw packs as rows of samples, the first one at the top.

    Args:
        axes: the panel.
        rows: for each pack the indices of its samples.
        lengths: of all samples.
        capacity: of a pack; what is left of it is padding.
        ink: whose packs they are.
        differ: the rows that are to be seen at once.
    """
    from matplotlib.patches import Rectangle

    widest = max([capacity, *(sum(lengths[index] for index in row) for row in rows)])
    for place, row in enumerate(rows[:MOST_ROWS]):
        start = 0
        for index in row:
            box = Rectangle((start, place - 0.38), lengths[index], 0.76, facecolor=HUES[index % len(HUES)], zorder=2)
            box.set(edgecolor="white", linewidth=1.5)
            axes.add_patch(box)
            if lengths[index] > widest / 30:
                axes.text(
                    start + lengths[index] / 2, place, f"{index}", ha="center", va="center", fontweight="bold", zorder=5
                )
                if lengths[index] > widest / 12:
                    axes.text(
                        start + lengths[index] / 2,
                        place + 0.28,
                        f"{lengths[index]}",
                        ha="center",
                        va="center",
                        fontsize=7,
                    )
            start += lengths[index]
        if start < capacity:
            left = Rectangle((start, place - 0.38), capacity - start, 0.76, facecolor="none", edgecolor="#bbbbbb")
            left.set(hatch="....", linewidth=0.5, zorder=1)
            axes.add_patch(left)
        if place in differ:
            frame = Rectangle((0, place - 0.42), max(start, capacity), 0.84, facecolor="none", edgecolor=ink.color)
            frame.set(linewidth=2.2, linestyle=ink.linestyle, zorder=4)
            axes.add_patch(frame)
    shown = min(len(rows), MOST_ROWS)
    axes.axvline(capacity, color="black", linewidth=1.5, zorder=6)
    axes.set(
        xlim=(-0.02 * widest, 1.05 * widest), ylim=(max(shown, 1) - 0.4, -0.6), xlabel="tokens, up to the capacity"
    )
    axes.set_yticks(range(shown), [f"pack {place}" for place in range(shown)], fontsize=8)
    more = f", {len(rows) - shown} more" if len(rows) > shown else ""
    axes.set_title(short(f"{ink.label}: {len(rows)} packs{more}"), color=ink.color, loc="left", fontweight="bold")
