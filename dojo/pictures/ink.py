"""How expected and got are told apart: by colour (also for the colour-blind), by line and by marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ink:
    """A way to draw: colour, kind of line and of marker, and the pattern of areas.

    Attributes:
        label: what it stands for, as the legend says it.
        color, linestyle, linewidth, marker, markersize, hatch: as matplotlib names them.
        hollow: whether markers are rings, so that others can be seen inside.
        zorder: what is drawn over what.
    """

    label: str
    color: str
    linestyle: Any = "-"
    linewidth: float = 2.0
    marker: str = "o"
    markersize: float = 9.0
    hatch: str = ""
    hollow: bool = False
    zorder: float = 3.0

    def line(self, **more: Any) -> dict[str, Any]:
        """Keywords of ``Axes.plot`` for a line."""
        return {
            "color": self.color,
            "linestyle": self.linestyle,
            "linewidth": self.linewidth,
            "zorder": self.zorder,
            **more,
        }

    def marks(self, **more: Any) -> dict[str, Any]:
        """Keywords of ``Axes.plot`` for markers without a line."""
        return {
            "color": self.color,
            "linestyle": "none",
            "marker": self.marker,
            "markersize": self.markersize,
            "markeredgewidth": 2.0,
            "markerfacecolor": "none" if self.hollow else self.color,
            "zorder": self.zorder + 0.5,
            **more,
        }


GIVEN = Ink("given", "#444444", marker="o", markersize=6.0, linewidth=1.5, zorder=2.0)
EXPECTED = Ink("expected", "#0072B2", linewidth=4.5, markersize=13.0, hollow=True, zorder=3.0)
GOT = Ink("got", "#D55E00", linestyle=(0, (4, 2.5)), marker="x", hatch="////", markersize=10.0, zorder=4.0)
INKS = {"given": GIVEN, "expected": EXPECTED, "got": GOT}
PALE = {"expected": "#cfe6f5", "got": "#fbdcc4", "given": "#e9e9e9"}
"""For areas behind lines and text."""
