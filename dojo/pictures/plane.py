"""A panel with points, segments, polygons and circles: equal axes, and the integer grid where it is one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dojo.pictures.ink import EXPECTED, GIVEN, GOT, INKS, PALE, Ink
from dojo.pictures.paper import legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[Fraction, Fraction]
"""Exact, so that points far from 0 and near each other stay apart."""
Spot = tuple[float, float]
"""A place on the panel."""

WIDEST_GRID = 24
"""Up to so many units each line of the integer grid is drawn."""
FLATTEST = 40
"""A scene that is so many times as wide as it is high has axes of two scales, and says so."""
MARGIN = 0.12


def point(value: Any) -> Point | None:
    """A point of two finite numbers; None for anything else.

    Example:
        >>> point((1, 0.5)), point((1, float("inf"))), point([1, 2, 3])
        ((Fraction(1, 1), Fraction(1, 2)), None, None)
    """
    if type(value) not in (list, tuple) or len(value) != 2:
        return None
    if any(type(each) not in (int, float) or not -(2.0**1000) < each < 2.0**1000 for each in value):
        return None
    return Fraction(value[0]), Fraction(value[1])


def points(value: Any) -> list[Point] | None:
    """Several of them; None where one is none, or where it is no list."""
    if type(value) not in (list, tuple):
        return None
    found = [point(each) for each in value]
    return None if None in found else [each for each in found if each is not None]


class Plane:
    """What is to be drawn is collected first, then drawn at once by :meth:`draw`, when the scale is known.

    Args:
        axes: the panel.
        equal: whether a unit is as long in both directions; without, a note says that it is not.
    """

    def __init__(self, axes: Axes, *, equal: bool = True) -> None:
        self.axes = axes
        self._equal = equal
        self._seen: list[Point] = []
        self._steps: list[Callable[[], Any]] = []
        self._origin: Point = (Fraction(0), Fraction(0))
        self._unit = Fraction(1)
        self._numbered: dict[tuple[float, ...], int] = {}

    def see(self, *seen: Point) -> None:
        """Make room for these points."""
        self._seen += seen

    def at(self, place: Point) -> Spot:
        """Where a point is on the panel; known in :meth:`draw`."""
        return tuple(float((each - zero) / self._unit) for each, zero in zip(place, self._origin, strict=True))  # type: ignore[return-value]

    def then(self, step: Callable[[], Any]) -> None:
        """Draw something else once the scale is known."""
        self._steps.append(step)

    def marks(self, places: Iterable[Point], ink: Ink = GIVEN, **more: Any) -> None:
        """Markers."""
        places = list(places)
        self.see(*places)
        self.then(lambda: self._plot(places, **ink.marks(**{"label": ink.label, **more})))

    def path(self, places: Sequence[Point], ink: Ink = GIVEN, *, closed: bool = False, **more: Any) -> None:
        """A line through points in their order."""
        self.see(*places)
        ring = [*places, *places[: closed and 1]]
        self.then(lambda: self._plot(ring, **ink.line(**{"label": ink.label, **more})))

    def polygon(self, places: Sequence[Point], ink: Ink = GIVEN, *, numbered: bool = False) -> None:
        """A closed line with markers, in a pale area; numbered in the order of its corners if wanted."""
        if not places:
            return
        self.path(places, ink, closed=True)
        self.marks(places, ink)
        if len(places) > 2:
            self.then(lambda: self._fill(places, ink))
        if numbered:
            for number, place in enumerate(places):
                self.note(place, str(number), ink)

    def arrow(self, start: Point, end: Point, ink: Ink = GIVEN, label: str = "", **more: Any) -> None:
        """An arrow, with a label beside its middle."""
        self.see(start, end)

        def step() -> None:
            style = {"arrowstyle": "-|>", "mutation_scale": 16, "shrinkA": 0, "shrinkB": 0, **more}
            line = ink.line()
            self.axes.annotate(
                "",
                self.at(end),
                self.at(start),
                arrowprops={
                    **style,
                    "color": line["color"],
                    "lw": line["linewidth"],
                    "ls": line["linestyle"],
                    "zorder": line["zorder"],
                },
            )
            self.axes.plot([], [], **ink.line(label=ink.label))

        self.then(step)
        if label:
            middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
            self.note(middle, label, ink)

    def line(self, a: Point, b: Point, ink: Ink = GIVEN, **more: Any) -> None:
        """The line through two points, as far as the panel goes."""
        self.see(a, b)
        self.then(
            lambda: self.axes.axline(self.at(a), self.at(b), **ink.line(**more)) if self.at(a) != self.at(b) else None
        )

    def circle(self, centre: Point, radius: float, ink: Ink) -> None:
        """A circle and its centre."""
        from matplotlib.patches import Circle

        r = Fraction(radius)
        self.marks([centre], ink)
        self.see(*((centre[0] + x * r, centre[1] + y * r) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))))

        def step() -> None:
            looks = {"edgecolor": ink.color, "linewidth": ink.linewidth, "linestyle": ink.linestyle}
            self.axes.add_patch(Circle(self.at(centre), float(r / self._unit), fill=False, zorder=ink.zorder, **looks))
            self.axes.plot([], [], **ink.line(label=ink.label))

        self.then(step)

    def note(self, place: Point, text: str, ink: Ink = GIVEN) -> None:
        """A text beside a point: of what is expected above and left, of what was got below and right."""

        def step() -> None:
            dx, dy = {EXPECTED.label: (-9, 9), GOT.label: (9, -9)}.get(ink.label, (8, 8))
            spot = (*self.at(place), dx)
            again = self._numbered[spot] = self._numbered.get(spot, -1) + 1
            self.axes.annotate(
                text,
                self.at(place),
                (dx + 12 * again * (1 if dx > 0 else -1), dy),
                textcoords="offset points",
                ha="left" if dx > 0 else "right",
                va="center",
                color=ink.color,
                fontweight="bold",
                zorder=9,
                bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
            )

        self.then(step)

    def draw(self) -> None:
        """Draw all, with axes, grid and legend."""
        self._choose_scale()
        for step in self._steps:
            step()
        self._limits()
        self._fit_figure()
        self._grid()
        legend(self.axes)

    def _plot(self, places: Sequence[Point], **looks: Any) -> None:
        spots = [self.at(place) for place in places]
        self.axes.plot([x for x, _ in spots], [y for _, y in spots], **looks)

    def _fill(self, places: Sequence[Point], ink: Ink) -> None:
        from matplotlib.patches import Polygon

        looks: dict[str, Any] = {"facecolor": PALE[ink.label], "edgecolor": "none"}
        if ink.hatch:
            looks = {"facecolor": "none", "edgecolor": PALE[ink.label], "hatch": ink.hatch}
        self.axes.add_patch(Polygon([self.at(each) for each in places], linewidth=0, zorder=1, **looks))

    def _choose_scale(self) -> None:
        """Numbers on the axes that can be read: counted from a far corner, or in a large or small unit."""
        if not self._seen:
            self._seen = [(Fraction(0), Fraction(0))]
        span = max(self._span(axis) for axis in (0, 1))
        origin = []
        for axis in (0, 1):
            low = min(each[axis] for each in self._seen)
            far = max(abs(each[axis]) for each in self._seen)
            origin.append(Fraction(math.floor(low)) if far > 10**5 and far > 100 * span and span >= 1 else Fraction(0))
        self._origin = (origin[0], origin[1])
        if span > 10**6 or 0 < span < Fraction(1, 1000):
            self._unit = Fraction(10) ** _exponent(span)
        elif span == 0 and any(abs(x) > 10**6 for place in self._seen for x in place):
            self._origin = self._seen[0]
        for axis, name in enumerate("xy"):
            self._name_axis(name, self._origin[axis])

    def _name_axis(self, name: str, origin: Fraction) -> None:
        text = name
        if origin:
            sign = "-" if origin > 0 else "+"
            text += f" {sign} {abs(origin)}" if abs(origin) < 10**24 else f" {sign} about {float(abs(origin)):.6g}"
        if self._unit != 1:
            text = f"({text})" if origin else text
            text += f" / 1e{_exponent(self._unit)}"
        getattr(self.axes, f"set_{name}label")(text, color="#444444")

    def _span(self, axis: int) -> Fraction:
        values = [each[axis] for each in self._seen]
        return max(values) - min(values)

    def _limits(self) -> None:
        spots = [self.at(place) for place in self._seen]
        (left, right), (low, high) = ((min(each), max(each)) for each in zip(*spots, strict=True))
        span = max(right - left, high - low) or 2.0
        flat = min(right - left, high - low)
        pad = MARGIN * span
        if not self._equal or (flat > 0 and span > FLATTEST * flat):
            self.axes.set_title("not to scale", loc="right", color="#666666", fontsize=9)
            pads = MARGIN * ((right - left) or span), MARGIN * ((high - low) or span)
            self.axes.set(xlim=(left - pads[0], right + pads[0]), ylim=(low - pads[1], high + pads[1]))
            return
        room = pad if flat > span / 4 else span / 4 - flat / 2  # not a thin strip
        wide, high_pad = (pad, room) if right - left >= high - low else (room, pad)
        self.axes.set(
            xlim=(left - max(wide, pad), right + max(wide, pad)),
            ylim=(low - max(high_pad, pad), high + max(high_pad, pad)),
        )
        self.axes.set_aspect("equal", adjustable="box")

    def _fit_figure(self) -> None:
        """No empty bands above and below a scene that is much wider than it is high."""
        figure = self.axes.get_figure()
        if figure is None or len(figure.axes) != 1 or self.axes.get_aspect() == "auto":
            return
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        wide = figure.get_size_inches()[0]  # type: ignore[union-attr]
        height = (wide - 1.0) * (high - low) / (right - left) + 1.9
        figure.set_size_inches(wide, min(max(height, 3.0), 6.8))  # type: ignore[union-attr]

    def _grid(self) -> None:
        from matplotlib.ticker import MaxNLocator, MultipleLocator

        whole = self._unit == 1 and all(x.denominator == 1 for place in self._seen for x in place)
        for axis, (low, high) in ((self.axes.xaxis, self.axes.get_xlim()), (self.axes.yaxis, self.axes.get_ylim())):
            if whole and high - low <= WIDEST_GRID:
                axis.set_major_locator(MultipleLocator(1))
            else:
                axis.set_major_locator(MaxNLocator(8, integer=whole))
        self.axes.ticklabel_format(useOffset=False, style="plain")
        self.axes.grid(color="#dddddd", linewidth=0.8, zorder=0)
        self.axes.set_axisbelow(True)


def inks(results: Iterable[tuple[str, Any]]) -> list[tuple[Ink, Any]]:
    """The results of a case, each with its ink."""
    return [(INKS[which], result) for which, result in results]


def _exponent(span: Fraction) -> int:
    """The power of ten at or below a positive number."""
    digits = len(str(span.numerator)) - len(str(span.denominator))
    return digits if Fraction(10) ** digits <= span else digits - 1
