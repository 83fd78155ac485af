"""Which points are at a distance that was returned."""

from __future__ import annotations

import itertools
import math

MOST = 400
"""Points of which all pairs are looked at."""


def distance(a, b):
    """The distance of two exact points."""
    return math.hypot(float(a[0] - b[0]), float(a[1] - b[1]))


def pair_at(points, wanted):
    """A pair of points at a distance, up to rounding; None where there is none."""
    if wanted is None or not 2 <= len(points) <= MOST:
        return None
    pair = min(itertools.combinations(points, 2), key=lambda pair: abs(distance(*pair) - wanted))
    return pair if math.isclose(distance(*pair), wanted, rel_tol=1e-6) else None
