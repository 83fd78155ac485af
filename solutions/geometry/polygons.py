"""Measure a polygon, and find what is inside it.

Which country is this point in? How large is this field? How many pixels does a shape cover? A
polygon is given by its vertices in the order of a walk around it, in either direction. The edge
from the last vertex back to the first one belongs to it, and the first vertex is not repeated.

    (0,4) o---o (2,4)          signed_area       12.0
          | . |                locate (1, 3)      1, inside
          | . o---o (4,2)      locate (2, 3)      0, on the border
          | . . . |            locate (3, 3)     -1, outside
    (0,0) o-------o (4,0)      lattice_points    (5, 16)

Polygons here are simple: edges meet only where one ends and the next one begins. Three vertices in
a row may lie on one line.

The traps: a ray from the point that goes through a vertex, or along an edge. A polygon that is
walked around clockwise. And coordinates whose products no float can hold.

Level: 3
Needs: geometry/segments
Source: Shimrat 1962, "Algorithm 112: position of point relative to polygon"; Pick 1899
Time: O(n) for n vertices
Space: O(n)
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

Point = tuple[float, float]

_Edge = tuple[Fraction, Fraction, Fraction, Fraction]


def signed_area(polygon: Sequence[Point]) -> float:
    """The area, positive if the vertices go round counter-clockwise, and negative if clockwise.

    Args:
        polygon: a list or tuple of at least three vertices, whose coordinates are whole numbers:
            ints of any size, or floats without a fraction, however large, mixed as one likes;
            unchanged. The same holds for the other functions.

    Returns:
        A float: the exact area if a float can hold it, and otherwise the nearest float.

    Raises:
        ValueError: there are fewer than three vertices.

    Example:
        >>> signed_area([(0, 0), (4, 0), (2, 4)])
        8.0
        >>> signed_area([(0, 0), (2, 4), (4, 0)])
        -8.0
        >>> signed_area([(0, 0), (1, 0), (0, 1)])
        0.5

    Limits: the area is within the range of floats. What happens with polygons that are not simple
        is left open, and so are other floats than whole ones here and in :func:`locate`.
    """
    # hint: Each edge and the origin make a triangle, with a sign. What is the sum of all of them?
    return float(_twice_area(polygon) / 2)


def locate(p: Point, polygon: Sequence[Point]) -> int:
    """Where a point is: the int 1 inside, 0 on the border, -1 outside.

    Args:
        p: two whole numbers, as in ``polygon``.
        polygon: as for :func:`signed_area`.

    Raises:
        ValueError: there are fewer than three vertices.

    Example:
        >>> triangle = [(0, 0), (4, 0), (2, 4)]
        >>> locate((2, 1), triangle), locate((2, 4), triangle), locate((0, 4), triangle)
        (1, 0, -1)
    """
    x, y = Fraction(p[0]), Fraction(p[1])
    inside = False
    for ax, ay, bx, by in _edges(polygon):
        turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if turn == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return 0
        # hint: Count how often a ray from the point to the right crosses the border. A vertex at the height of the ray
        # must count for exactly one of its two edges if the border crosses there, so take one end of each edge as
        # belonging to it and the other as not.
        if (ay <= y) != (by <= y) and (turn > 0) == (by > ay):
            inside = not inside
    return 1 if inside else -1


def lattice_points(polygon: Sequence[Point]) -> tuple[int, int]:
    """How many points with whole coordinates lie strictly inside, and how many on the border.

    Args:
        polygon: as for :func:`signed_area`; here other coordinates than whole ones are refused.

    Returns:
        A tuple of two ints: inside, on the border.

    Raises:
        ValueError: there are fewer than three vertices, or a coordinate is not a whole number (such
            as 0.5, NaN or an infinity).

    Example:
        >>> lattice_points([(0, 0), (4, 0), (2, 4)])
        (5, 8)
        >>> lattice_points([(0, 0), (10**30, 0), (0, 1)])
        (0, 1000000000000000000000000000002)
    """
    if any(x % 1 != 0 for vertex in polygon for x in vertex):
        raise ValueError(f"vertices must have whole coordinates, got {polygon}")
    # hint: On an edge, from one end to the other, the greatest common divisor of its width and height tells how many
    # steps there are from one lattice point to the next.
    border = sum(math.gcd(int(bx - ax), int(by - ay)) for ax, ay, bx, by in _edges(polygon))
    # hint: Pick's theorem: the area is the points inside, plus half of those on the border, minus one.
    inside = (abs(_twice_area(polygon)) - border) / 2 + 1
    return int(inside), border


def _twice_area(polygon: Sequence[Point]) -> Fraction:
    return sum((ax * by - ay * bx for ax, ay, bx, by in _edges(polygon)), Fraction(0))


def _edges(polygon: Sequence[Point]) -> Iterator[_Edge]:
    """Both ends of each edge, exactly; the last edge goes back to the first vertex."""
    if len(polygon) < 3:
        raise ValueError(f"a polygon has at least three vertices, got {polygon}")
    exact = [(Fraction(x), Fraction(y)) for x, y in polygon]
    for at, end in enumerate(exact):
        yield (*exact[at - 1], *end)
