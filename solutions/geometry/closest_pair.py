"""Find the smallest distance between two of many points.

Two planes that come too near each other, two records that are nearly the same, the time of the next
collision: each asks for the closest pair. To look at all pairs is easy, and for a million points
it takes an hour. Asked for are O(n log n) steps.

    y                                  six points; the closest pair is (5, 1) and (6, 3),
    4 |  .              .              at the distance sqrt(1 + 4) = 2.236...
    3 |              o
    2 |
    1 |  .        o           .        Sorted by x, the two stand next to each other here. They
      +--1--2--3--4--5--6--7--8-- x    don't in general: any number of points may lie between them,
                                       far above or far below.

The picture is not to scale. The traps: all points on one vertical line, where an order by x says
nothing and a careless method looks at all pairs again; points that occur twice, whose distance is
0; and a pair of which each point belongs to another half of the points.

Level: 4
Needs: geometry/vectors
Source: Shamos and Hoey 1975, "Closest-point problems"
Time: O(n log n)
Space: O(n)
"""

import math
from collections.abc import Sequence
from operator import itemgetter

Point = tuple[float, float]


def closest_pair(points: Sequence[Point]) -> float:
    """The smallest distance between two of the points.

    Args:
        points: at least two, in any order, all with int or all with float coordinates; unchanged.

    Returns:
        The distance, a float, within 1e-12 of itself. It is 0.0 if a point occurs twice.

    Raises:
        ValueError: there are fewer than two points.

    Example:
        >>> closest_pair([(0, 0), (9, 9), (3, 4), (9, 1)])
        5.0
        >>> closest_pair([(2.0, 7.0), (1.0, 1.0), (2.0, 7.0)])
        0.0
        >>> closest_pair([(2**60, 0), (2**60 + 3, 4)])
        5.0

    Limits: coordinates are finite, and two that differ, differ by 1e-100 to 1e100. Differences of
        ints are exact, however large the ints are; a float holds an int only up to 2^53.
    """
    if len(points) < 2:
        raise ValueError(f"a pair needs two points, got {len(points)}")
    return _closest(sorted(points))[0]


def _closest(ordered: Sequence[Point]) -> tuple[float, list[Point]]:
    """The smallest distance of points sorted by x, and these points sorted by y."""
    if len(ordered) == 1:
        return math.inf, list(ordered)
    # hint: Cut the points by a vertical line into two halves, and let each half find its own closest pair. Which points
    # can still belong to a closer pair, one point of it left and the other right of the line?
    middle = len(ordered) // 2
    border = ordered[middle][0]
    left, left_by_y = _closest(ordered[:middle])
    right, right_by_y = _closest(ordered[middle:])
    nearest = min(left, right)
    # hint: Each half can hand back its points sorted by y, as in a merge sort, so that no level sorts from scratch.
    by_y = sorted(left_by_y + right_by_y, key=itemgetter(1))  # two sorted runs, which this sort merges
    strip: list[Point] = []
    for point in by_y:
        if abs(point[0] - border) < nearest:
            # hint: Near the line, walk through the points by y. Points of one half are not closer than the best
            # distance so far, so only a handful of them can lie just below the new point. Stop at the first one that is
            # too far below.
            for other in reversed(strip):
                if point[1] - other[1] >= nearest:
                    break
                nearest = min(nearest, math.hypot(point[0] - other[0], point[1] - other[1]))
            strip.append(point)
    return nearest, by_y
