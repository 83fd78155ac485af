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

from collections.abc import Sequence

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
    raise NotImplementedError


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
    raise NotImplementedError
