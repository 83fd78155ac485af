"""Pictures of geometry/polygons."""

from __future__ import annotations

import itertools

from dojo.pictures.ink import GIVEN
from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, point, points
from tests.geometry.pictures.segments import words

EXAMPLE = ("lattice_points", {"polygon": [(0, 0), (4, 0), (4, 2), (2, 2), (2, 4), (0, 4)]})
WIDEST = 20


def scene(figure, case):
    """A panel with the polygon, its corners numbered in their order, and an arrow along the first edge."""
    ((axes,),) = panels(figure, 1, width=7, height=6)
    plane = Plane(axes)
    corners = points(list(case["polygon"])) or []
    plane.polygon(corners, GIVEN, numbered=True)
    if len(corners) > 1:
        plane.arrow(corners[0], corners[1], GIVEN)
    return plane, corners


def signed_area(figure, case):
    """The polygon and its direction."""
    plane, _ = scene(figure, case)
    plane.draw()
    return f"positive if counter-clockwise {words(case)}"


def locate(figure, case):
    """The polygon and the point."""
    plane, _ = scene(figure, case)
    place = point(case["p"])
    if place is not None:
        plane.marks([place], GIVEN, marker="*", markersize=16, color="black", label="p")
        plane.note(place, "p", GIVEN)
    plane.draw()
    return f"is p inside (1), on the border (0) or outside (-1)? {words(case)}"


def lattice_points(figure, case):
    """The polygon, and the points that are to be counted."""
    plane, corners = scene(figure, case)
    spans = [range(int(min(axis)), int(max(axis)) + 1) for axis in zip(*corners, strict=True)] if corners else []
    if spans and max(map(len, spans)) <= WIDEST and all(x.denominator == 1 for corner in corners for x in corner):
        inside, border = counted(corners, itertools.product(*spans))
        plane.marks(inside, GIVEN, marker="o", markersize=7, color="#009E73", label=f"{len(inside)} inside")
        plane.marks(border, GIVEN, marker="s", markersize=7, color="black", label=f"{len(border)} on the border")
    plane.draw()
    return f"(inside, on the border) {words(case)}"


def counted(corners, places):
    """Whole points inside and on the border, by a ray and by areas."""
    inside, border = [], []
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))
    for x, y in places:
        odd = False
        for (ax, ay), (bx, by) in edges:
            turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            if turn == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
                border.append(point((x, y)))
                break
            odd ^= (ay > y) != (by > y) and (turn > 0) == (by > ay)
        else:
            inside += [point((x, y))] * odd
    return inside, border
