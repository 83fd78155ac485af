"""Pictures of geometry/min_circle."""

from __future__ import annotations

from dojo.pictures.case import number
from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, inks, point, points

EXAMPLE = ("min_circle", {"points": [(0, 0), (6, 0), (3, 9), (3, 1), (5, 5)]})


def min_circle(figure, case):
    """The points, and both circles with their centres."""
    ((axes,),) = panels(figure, 1, width=7, height=6.5)
    plane = Plane(axes)
    plane.marks(points(case["points"]) or [])
    for ink, result in inks(case.results):
        centre, radius = result if type(result) is tuple and len(result) == 2 else (None, None)
        centre, radius = point(centre), number(radius)
        if centre is not None and radius is not None and radius >= 0:
            plane.circle(centre, radius, ink)
    plane.draw()
