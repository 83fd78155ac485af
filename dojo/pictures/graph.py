"""A graph of values: operands left, results right, by depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dojo.pictures.ink import EXPECTED, GOT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_NODES = 60
LETTER = 0.084
"""Inches that a letter of a box takes."""


@dataclass
class Node:
    """A value of a program.

    Attributes:
        name: how the program calls it.
        how: the operation that made it, ``leaf`` for one that nothing made.
        operands: the names of the values that went into it, twice where one did so twice.
        expected: lines on it, such as its data and gradient, as the reference has them.
        got: the lines of the answer's that differ.
    """

    name: str
    how: str
    operands: Sequence[str]
    expected: Sequence[str] = ()
    got: Sequence[str] = field(default_factory=tuple)


def depths(nodes: Mapping[str, Node]) -> dict[str, int]:
    """How many operations each value is away from the leaves, at most."""
    found: dict[str, int] = {}
    for name, node in nodes.items():  # operands come before what is made of them
        found[name] = 1 + max((found[each] for each in node.operands if each in found), default=-1)
    return found


def places(nodes: Mapping[str, Node]) -> dict[str, tuple[float, float]]:
    """Where each value is drawn: x is its depth, y such that it is near its operands and no two meet."""
    found: dict[str, tuple[float, float]] = {}
    layers: dict[int, list[str]] = {}
    for name, depth in depths(nodes).items():
        layers.setdefault(depth, []).append(name)
    for depth in sorted(layers):
        wanted = {}
        for order, name in enumerate(layers[depth]):
            heights = [found[each][1] for each in nodes[name].operands if each in found]
            wanted[name] = sum(heights) / len(heights) if heights else -float(order)
        last = float("inf")
        for name in sorted(layers[depth], key=lambda each: -wanted[each]):
            last = min(wanted[name], last - 1.0)
            found[name] = (float(depth), last)
    return found


def draw_graph(figure: Figure, nodes: Mapping[str, Node]) -> None:
    """Draw values as boxes, and an arrow from each operand to what is made of it."""
    nodes = dict(list(nodes.items())[:MOST_NODES])
    at = places(nodes)
    wide = max((x for x, _ in at.values()), default=0)
    heights = [y for _, y in at.values()] or [0.0]
    tall = max(heights) - min(heights)
    half = {name: (max(map(len, _lines(node))) * LETTER + 0.24) / 2 for name, node in nodes.items()}
    pitch = max(2.0, 2 * max(half.values(), default=0) + 0.6)
    half = {name: inches / pitch for name, inches in half.items()}
    figure.set_size_inches(max(6.0, pitch * (wide + 1)), max(2.8, 1.45 * (tall + 1)) + 0.8)
    axes = figure.subplots()
    axes.set_axis_off()
    for name, node in nodes.items():
        for number, operand in enumerate(node.operands):
            if operand in at:
                again = list(node.operands[:number]).count(operand)
                rad = 0.28 if again else 0.0
                if not again and abs(at[name][0] - at[operand][0]) > 1 and at[name][1] == at[operand][1]:
                    rad = -0.3  # around what stands between
                axes.annotate(
                    "", (at[name][0] - half[name], at[name][1]), (at[operand][0] + half[operand], at[operand][1]),
                    arrowprops={"arrowstyle": "-|>", "color": "#777777", "connectionstyle": f"arc3,rad={rad}",
                                "lw": 1.4, "mutation_scale": 14}, zorder=1,
                )  # fmt: skip
    for name, node in nodes.items():
        x, y = at[name]
        wrong = bool(node.got)
        looks = {"boxstyle": "round,pad=0.35", "facecolor": "white", "linewidth": 2.6 if wrong else 1.4,
                 "edgecolor": GOT.color if wrong else "#444444", "linestyle": "--" if wrong else "-"}  # fmt: skip
        count = 1 + len(node.expected) + len(node.got)
        blank = "\n".join(_lines(node))
        axes.text(x, y, blank, ha="center", va="center", fontsize=9, fontweight="bold", color="none", bbox=looks,
                  zorder=3, linespacing=1.3)  # fmt: skip
        lines = [(_lines(node)[0], "black"), *((each, EXPECTED.color) for each in node.expected),
                 *((each, GOT.color) for each in node.got)]  # fmt: skip
        for number, (text, color) in enumerate(lines):
            axes.annotate(
                text, (x, y), (0, (count - 1) * 6.2 - number * 12.4), textcoords="offset points", ha="center",
                va="center", fontsize=9, color=color, fontweight="bold" if color != EXPECTED.color else "normal",
                zorder=4,
            )  # fmt: skip
    axes.set(xlim=(-0.55, wide + 0.55), ylim=(min(heights) - 0.6, max(heights) + 0.6))


def _lines(node: Node) -> list[str]:
    return [node.name if node.how == "leaf" else f"{node.name} = {node.how}", *node.expected, *node.got]
