"""Points in mixed order go into cells as wide as the best distance so far; the cells are made anew when it shrinks."""

import math
import random
from fractions import Fraction


def closest_pair(points):
    if len(points) < 2:
        raise ValueError(f"{len(points)} points")
    mixed = list(points)
    random.Random(len(mixed)).shuffle(mixed)
    if len(set(mixed)) < len(mixed):
        return 0.0
    best = math.dist(*mixed[:2]) if isinstance(mixed[0][0], float) else distance(*mixed[:2])
    cells = fill(mixed[:2], best)
    for place, point in enumerate(mixed[2:], start=2):
        x, y = cell(point, best)
        near = [q for i in (-1, 0, 1) for j in (-1, 0, 1) for q in cells.get((x + i, y + j), ())]
        nearest = min((distance(point, q) for q in near), default=math.inf)
        if nearest < best:
            best = nearest
            cells = fill(mixed[: place + 1], best)
        else:
            cells.setdefault((x, y), []).append(point)
    return best


def distance(p, q):
    return math.hypot(p[0] - q[0], p[1] - q[1])


def cell(point, width):
    # A little wider than the distance, and exact, so that no near point is two cells away.
    exact = Fraction(width) * Fraction(1001, 1000)
    return Fraction(int(point[0]) if isinstance(point[0], int) else point[0]) // exact, (
        Fraction(int(point[1]) if isinstance(point[1], int) else point[1]) // exact
    )


def fill(points, width):
    cells = {}
    for point in points:
        cells.setdefault(cell(point, width), []).append(point)
    return cells
