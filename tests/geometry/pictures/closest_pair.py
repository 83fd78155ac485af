"""Pictures of geometry/closest_pair."""

from __future__ import annotations

from dojo.pictures.case import number
from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, inks, points
from tests.geometry.distances import pair_at

EXAMPLE = ("closest_pair", {"points": [(0, 1), (2, 4), (5, 1), (6, 3), (8, 4), (8, 1), (1, 2)]})


def closest_pair(figure, case):
    """The points, and a pair at the distance that each says."""
    ((axes,),) = panels(figure, 1, width=7, height=6)
    plane = Plane(axes)
    given = points(case["points"]) or []
    plane.marks(given)
    notes = []
    for ink, result in inks(case.results):
        pair = pair_at(given, number(result))
        if pair is None:
            notes.append(f"no two points are {result!r} apart"[:90])
        else:
            plane.path(pair, ink)
            plane.marks(pair, ink)
    plane.draw()
    return "; ".join(notes)
