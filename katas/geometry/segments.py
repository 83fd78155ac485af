"""Ask where segments and lines meet.

A router asks whether two wires cross, a map whether a road meets a border, a robot how near it
comes to a wall. Four questions answer most of it. Segments are closed: their two ends belong to
them, and a segment whose ends are equal is a point.

            o d             a = (0, 0)   b = (4, 0)   c = (2, -1)   d = (2, 1)
            |
    a o-----+-----o b       segments_intersect(a, b, c, d)         True
            |               line_intersection(a, b, c, d)          (2.0, 0.0)
            o c             on_segment((4, 0), a, b)               True, an end
                            point_segment_distance((7, 4), a, b)   5.0, to b

The traps are the special cases, and on a grid they are the common ones: segments that only touch,
that lie on one line and overlap or don't, that are vertical, that are points. And a product of two
numbers above 2^26 may have more bits than a float.

Level: 3
Needs: geometry/orientation
Source: de Berg et al., "Computational Geometry", chapter 2
Time: O(1)
Space: O(1)
"""

Point = tuple[float, float]


def on_segment(p: Point, a: Point, b: Point) -> bool:
    """Whether p lies on the closed segment from a to b.

    Args:
        p: two whole numbers: ints of any size, or floats without a fraction, however large. This
            holds for all points of this kata, and ints and floats may be mixed.
        a: one end.
        b: the other end; it may be equal to ``a``.

    Example:
        >>> on_segment((2, 1), (0, 0), (4, 2)), on_segment((4, 2), (0, 0), (4, 2))
        (True, True)
        >>> on_segment((6, 3), (0, 0), (4, 2)), on_segment((1, 1), (1, 1), (1.0, 1.0))
        (False, True)

    Limits: exact for whole numbers; what other floats give is left open, here and below.
    """
    raise NotImplementedError


def segments_intersect(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the closed segments from a to b and from c to d have a point in common.

    Example:
        >>> segments_intersect((0, 0), (4, 0), (2, -1), (2, 1))
        True
        >>> segments_intersect((0, 0), (4, 0), (4, 0), (5, 7))
        True
        >>> segments_intersect((0, 0), (1, 0), (2, 0), (3, 0))
        False
    """
    raise NotImplementedError


def line_intersection(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """The point where the line through a and b meets the line through c and d.

    Returns:
        A tuple of two floats, each at most 4 ulp (``math.ulp``) away from the exact coordinate.
        None if the lines are parallel, also if they are the same line. Lines have no ends.

    Raises:
        ValueError: ``a`` equals ``b``, or ``c`` equals ``d``: one point gives no line.

    Example:
        >>> line_intersection((0, 0), (1, 1), (0, 5), (1, 5))
        (5.0, 5.0)
        >>> line_intersection((0, 0), (1, 0), (0, 1), (1, 1)) is None
        True

    Limits: the coordinates of the point are within the range of floats.
    """
    raise NotImplementedError


def point_segment_distance(p: Point, a: Point, b: Point) -> float:
    """The distance from p to the nearest point of the closed segment from a to b.

    Returns:
        A float, within 1e-12 of the exact distance, relative to it; exactly 0.0 on the segment.

    Example:
        >>> point_segment_distance((2, 3), (0, 0), (4, 0))
        3.0
        >>> point_segment_distance((7, 4), (0, 0), (4, 0))
        5.0
        >>> point_segment_distance((3, 4), (0, 0), (0, 0))
        5.0

    Limits: the distance is within the range of floats; its square need not be.
    """
    raise NotImplementedError
