"""Pictures of geometry/half_planes."""

from __future__ import annotations

from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, inks, point, points

EXAMPLE = (
    "intersect_half_planes",
    {"lines": [((4, 0), (0, 4)), ((0, 1), (1, 1)), ((1, 4), (1, 0))], "box": (0, 0, 4, 4)},
)


def intersect_half_planes(figure, case):
    """The box, the lines as arrows, and both regions; the kept side is left of an arrow."""
    ((axes,),) = panels(figure, 1, width=7, height=6.5)
    plane = Plane(axes)
    xmin, ymin, xmax, ymax = case["box"]
    plane.path(points([(xmin, ymin), (xmax, ymin), (xmax, ymax), (xmin, ymax)]), closed=True, label="box")
    for number, line in enumerate(case["lines"]):
        a, b = map(point, line)
        plane.line(a, b, linewidth=0.8)
        plane.arrow(a, b, label=f"{number}")
    for ink, result in inks(case.results):
        plane.polygon(points(result) or [], ink, numbered=True)
    plane.draw()
    return "each line keeps what is left of its arrow"
