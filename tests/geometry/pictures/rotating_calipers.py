"""Pictures of geometry/rotating_calipers."""

from __future__ import annotations

import math
from fractions import Fraction

from dojo.pictures.case import number
from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, inks, points
from tests.geometry.distances import distance, pair_at

EXAMPLE = ("width", {"points": [(0, 0), (4, 0), (5, 2), (4, 3), (0, 3), (1, 1), (2, 2)]})
MOST = 60


def diameter(figure, case):
    """The points, and a pair at the distance that each says."""
    ((axes,),) = panels(figure, 1, width=7, height=6)
    plane = Plane(axes)
    given = points(case["points"]) or []
    plane.marks(given)
    notes = []
    for ink, result in inks(case.results):
        pair = pair_at(given, number(result))
        if pair is None and len(given) > 1:
            notes.append(f"no two points are {result!r} apart"[:90])
        elif pair is not None:
            plane.path(pair, ink)
            plane.marks(pair, ink)
    plane.draw()
    return "; ".join(notes)


def width(figure, case):
    """The points between two parallel jaws, for each result: at the opening that it says, where there is one."""
    ((axes,),) = panels(figure, 1, width=7, height=6)
    plane = Plane(axes)
    given = points(case["points"]) or []
    plane.marks(given)
    notes = []
    for ink, result in inks(case.results):
        wanted, jaws = number(result), None
        if wanted is not None and 2 < len(given) <= MOST:
            jaws = jaws_at(given, wanted)
        if jaws is None:
            notes.append(f"no jaws along two of the points open {result!r}"[:90])
            continue
        (a, b), (foot, far) = jaws
        along = (b[0] - a[0], b[1] - a[1])
        plane.line(a, b, ink)
        plane.line(far, (far[0] + along[0], far[1] + along[1]), ink)
        plane.path([foot, far], ink, linewidth=1.5)
        plane.marks([foot, far], ink)
    plane.draw()
    return "; ".join(notes)


def jaws_at(given, wanted):
    """Two points on one jaw, and the way across to the farthest point, of an opening up to rounding."""
    best = None
    for a in given:
        for b in given:
            ux, uy = b[0] - a[0], b[1] - a[1]
            square = ux * ux + uy * uy
            if not square:
                continue
            across = [ux * (p[1] - a[1]) - uy * (p[0] - a[0]) for p in given]
            if min(across) < 0:
                continue
            far = given[across.index(max(across))]
            opening = float(max(across)) / math.sqrt(square)
            share = Fraction(ux * (far[0] - a[0]) + uy * (far[1] - a[1]), square)
            foot = (a[0] + share * ux, a[1] + share * uy)
            found = (abs(opening - wanted), ((a, b), (foot, far)))
            best = min(best or found, found, key=lambda each: each[0])
    return best[1] if best and math.isclose(distance(*best[1][1]), wanted, rel_tol=1e-6, abs_tol=1e-12) else None
