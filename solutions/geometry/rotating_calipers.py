"""Measure a cloud of points between two parallel jaws.

Lay the points between the two jaws of a calliper and turn it once around them:

        |      .     |                the largest opening is the diameter: the largest distance
        | .       .  |                between two of the points;
        |    .  .    |
        |.      .    |                the smallest opening is the width: the smallest distance
      jaw           jaw               between two parallel lines with all points between them.

For the points (0, 0), (4, 0), (4, 3), (0, 3) and (1, 1), the diameter is 5, from corner to corner,
and the width is 3. A robot's hand asks for the width, to know where to grip; a tracker in a camera
image asks for both. The smallest box around points is found in the same way.

Only corners of the convex hull touch the jaws. There may be n of them, and to compare each with
each is quadratic. Asked for are O(n log n) steps. The traps: parallel edges; one point, or points
on one line, whose width is 0; and a way round on which the distance first shrinks and then grows
again, so that a search that stops too early finds too little.

Level: 4
Needs: geometry/convex_hull
Source: Toussaint 1983, "Solving geometric problems with the rotating calipers"
Time: O(n log n)
Space: O(n)
"""

import math
from collections.abc import Iterator, Sequence

Point = tuple[float, float]


def diameter(points: Sequence[Point]) -> float:
    """The largest distance between two of the points; 0.0 for one point.

    Args:
        points: at least one, in any order, with repetitions; unchanged.

    Returns:
        The distance, a float, within 1e-12 of itself.

    Raises:
        ValueError: there are no points.

    Example:
        >>> diameter([(0, 0), (4, 0), (4, 3), (0, 3), (1, 1)])
        5.0
        >>> diameter([(7, 7), (7, 7)])
        0.0

    Limits: for ints of up to 10^32, and for floats that are whole numbers of at most 2^25. What
        other floats give is left open.
    """
    corners = _hull(points)
    # hint: Two points that are farthest apart both touch a jaw. Turn the jaws counter-clockwise until one of them lies
    # along an edge. The edge begins at one of the two points, and the other one is the corner farthest from the edge.
    return max(_distance(a, corners[far]) for a, _, far in _farthest(corners))


def width(points: Sequence[Point]) -> float:
    """The smallest distance between two parallel lines that have all points on or between them.

    Args:
        points: as for :func:`diameter`.

    Returns:
        The distance, a float, within 1e-12 of itself; 0.0 if all points lie on one line.

    Raises:
        ValueError: there are no points.

    Example:
        >>> width([(0, 0), (4, 0), (4, 3), (0, 3), (1, 1)])
        3.0
        >>> width([(0, 0), (2, 2), (1, 1)])
        0.0

    Limits: those of :func:`diameter`.
    """
    corners = _hull(points)
    if len(corners) < 3:
        return 0.0
    # hint: Where the opening is smallest, one jaw lies along a whole edge. How far the other corner is from that edge
    # is an area divided by a length.
    return min(_turn(a, b, corners[far]) / _distance(a, b) for a, b, far in _farthest(corners))


def _farthest(corners: list[Point]) -> Iterator[tuple[Point, Point, int]]:
    """For each edge, by its two ends: the place of a corner that is farthest from it, the first one of two."""
    far = 0
    for a, b in zip(corners[-1:] + corners[:-1], corners, strict=True):
        # hint: When the jaw turns on to the next edge, the corner that is farthest from it moves on as well, and never
        # back. So all edges together take one way round. Farthest from the edge, which areas tell; not from a corner.
        while _turn(a, b, corners[(far + 1) % len(corners)]) > _turn(a, b, corners[far]):
            far = (far + 1) % len(corners)
        yield a, b, far


def _hull(points: Sequence[Point]) -> list[Point]:
    """The corners of the convex hull, counter-clockwise, none between two others."""
    if not points:
        raise ValueError("no points have no width")
    ordered = sorted(set(points))
    if len(ordered) == 1:
        return ordered
    chains: list[list[Point]] = []
    for way in (ordered, ordered[::-1]):
        chain: list[Point] = []
        for point in way:
            while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains.append(chain[:-1])
    return chains[0] + chains[1]


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the area of a triangle, positive if it turns left at b."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _distance(a: Point, b: Point) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])
