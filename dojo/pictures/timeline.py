"""A panel of what is in memory, step by step: time to the right, one row for each thing that may be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dojo.pictures.ink import PALE, Ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_STEPS = 80


def timeline(
    axes: Axes,
    live: Sequence[Mapping[int, float]],
    ink: Ink,
    *,
    rows: int,
    limit: float,
    now: Sequence[int] = (),
    unit: str = "outputs",
) -> None:
    """Draw which rows are live at each step, their sum below, and where it is above the limit.

    Args:
        axes: the panel.
        live: for each step, the rows that are live, each with its size.
        ink: whose steps they are.
        rows: how many rows there are.
        limit: of the sum.
        now: for each step the row that is being made; it has a strong colour.
        unit: what the sum counts.
    """
    from matplotlib.patches import Rectangle

    live = live[:MOST_STEPS]
    for step, sizes in enumerate(live):
        for row, size in sizes.items():
            making = step < len(now) and now[step] == row
            box = Rectangle((step + 0.04, row - 0.44), 0.92, 0.88, facecolor=ink.color if making else PALE[ink.label])
            box.set(edgecolor=ink.color, linewidth=0.8, hatch=None if making else ink.hatch, zorder=2)
            axes.add_patch(box)
            if unit != "outputs":
                axes.text(step + 0.5, row, f"{size:g}", ha="center", va="center", fontsize=8, zorder=3,
                          color="white" if making else "black")  # fmt: skip
        total = sum(sizes.values())
        over = total > limit
        axes.text(step + 0.5, rows, f"{total:g}", ha="center", va="center", fontsize=8 if len(live) < 30 else 6,
                  color="white" if over else "black", fontweight="bold" if over else "normal",
                  bbox={"facecolor": "black", "pad": 1.5, "edgecolor": "none"} if over else None)  # fmt: skip
    axes.set(xlim=(0, max(len(live), 1)), ylim=(rows + 0.7, -0.6))
    axes.axhline(rows - 0.5, color="black", linewidth=0.8)
    axes.set_yticks([*range(rows), rows], [*(f"output {row}" for row in range(rows)), f"sum of {unit}"], fontsize=8)
    axes.set_xticks([])
    most = max((sum(sizes.values()) for sizes in live), default=0)
    axes.set_title(
        f"{ink.label}: at most {most:g} at once, allowed are {limit:g}", color=ink.color, loc="left", fontweight="bold"
    )
