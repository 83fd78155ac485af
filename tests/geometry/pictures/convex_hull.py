"""Pictures of geometry/convex_hull."""

from __future__ import annotations

from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, inks, points

EXAMPLE = ("convex_hull", {"points": [(1, 1), (0, 2), (2, 2), (2, 0), (1, 0), (0, 0), (3, 1), (1, 3), (2, 1)]})


def convex_hull(figure, case):
    """The points, and both hulls with the numbers of their corners."""
    ((axes,),) = panels(figure, 1, width=7, height=6)
    plane = Plane(axes)
    plane.marks(points(case["points"]) or [])
    for ink, result in inks(case.results):
        plane.polygon(points(result) or [], ink, numbered=True)
    plane.draw()
