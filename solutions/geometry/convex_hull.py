"""Wrap a rubber band around points.

The convex hull is the smallest convex polygon that holds all points. It is the first thing that is
computed of a cloud of points: collision tests in games, the outline of a cluster on a map, and the
way to the largest distance or the tightest box.

    (0,3) o---------o (3,3)     the grid of 16 points from (0, 0) to (3, 3)
          | . . . . |           has a hull of four corners:
          | . . . . |
    (0,0) o---------o (3,0)     [(0, 0), (3, 0), (3, 3), (0, 3)]

Corners only: a point on an edge between two corners is not one. The order is fixed, so that there
is one right answer: counter-clockwise, and it begins with the smallest point, as tuples are
compared (the smallest x, and of those the smallest y).

The traps: points one above the other, points that occur twice, and all points on one line. And the
obvious way, from corner to corner with a look at all points each time, is quadratic when every
point is a corner. Asked for are O(n log n) steps.

Level: 3
Needs: geometry/orientation
Source: Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions"
Time: O(n log n)
Space: O(n)
"""

from collections.abc import Iterable, Sequence

Point = tuple[float, float]


def convex_hull(points: Sequence[Point]) -> list[Point]:
    """The corners of the convex hull, counter-clockwise from the smallest point.

    Args:
        points: any number of points, in any order, with repetitions; unchanged.

    Returns:
        A new list of points, each as it came in and none twice. Three consecutive corners never
        lie on one line. If all points lie on one line, these are its two ends, the smaller one first; if
        all are equal, that point; for no points, the empty list.

    Example:
        >>> convex_hull([(1, 1), (0, 2), (2, 2), (2, 0), (1, 0), (0, 0)])
        [(0, 0), (2, 0), (2, 2), (0, 2)]
        >>> convex_hull([(3, 3), (1, 1), (2, 2), (1, 1)])
        [(1, 1), (3, 3)]
        >>> convex_hull([(5, 5), (5, 5)]), convex_hull([])
        ([(5, 5)], [])

    Limits: exact for ints of any size, and for floats that are whole numbers of at most 2^25, since
        their products fit into 53 bits. What other floats give is left open.
    """
    # hint: Sorted points can be walked through from left to right: first build only the part of the hull that lies
    # below all points. Which points does a new one, further to the right, throw out of it?
    ordered = sorted(set(points))
    if len(ordered) <= 1:
        return ordered
    # hint: The part above is the same walk from right to left.
    lower, upper = _chain(ordered), _chain(reversed(ordered))
    return lower[:-1] + upper[:-1]


def _chain(ordered: Iterable[Point]) -> list[Point]:
    """The part of the hull that lies to the right of all points on the way."""
    chain: list[Point] = []
    for point in ordered:
        # hint: The last corner goes if the walk from the one before over it to the new point does not turn left. After
        # that the next one may have to go as well; a point that is gone never comes back.
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    """Positive for a left turn at b."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
