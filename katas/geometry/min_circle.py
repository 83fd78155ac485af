"""Find the smallest circle around points.

Where to put a mast that reaches all houses with the least power? A game draws such a circle around
each figure, and a renderer a sphere, to see at once what can't be hit. There is exactly one
smallest circle. It has two of the points at the ends of a diameter, or three on its border:

    (0, 0), (6, 0), (3, 1)     two:    centre (3, 0), radius 3; (3, 1) lies inside
    (0, 0), (6, 0), (3, 9)     three:  centre (3, 4), radius 5; all three are 5 from (3, 4)

All pairs and triples are O(n^3) circles, each to be compared with n points. Asked for is a time
that is linear, in the mean over the random choices of the method and for every input.

The traps: three points on one line, through which no circle goes; points that occur twice; a point
on the border that rounding puts outside; points near each other and far from 0; an order of the
points in which each new one lies outside of the circle around those before.

Level: 4
Needs: geometry/vectors
Source: Welzl 1991, "Smallest enclosing disks (balls and ellipsoids)"
Time: O(n), expected
Space: O(n)
"""

from collections.abc import Sequence

Point = tuple[float, float]


def min_circle(points: Sequence[Point]) -> tuple[Point, float]:
    """The smallest circle that has all points inside or on it.

    Args:
        points: at least one, in any order, with repetitions, all with int or all with float
            coordinates; unchanged.

    Returns:
        ``((x, y), radius)``, three floats. The radius is that of the smallest circle, and no point
        is farther than it from the centre; both may be off by 1e-12 times the largest coordinate.
        One point, or one that is repeated, has the radius 0. Equal calls give equal results, so
        random choices need a generator with a fixed seed.

    Raises:
        ValueError: there are no points.

    Example:
        >>> min_circle([(0, 0), (6, 0), (3, 1)])
        ((3.0, 0.0), 3.0)
        >>> min_circle([(0, 0), (6, 0), (3, 9), (3, 9)])
        ((3.0, 4.0), 5.0)
        >>> min_circle([(-2.0, 7.0)])
        ((-2.0, 7.0), 0.0)

    Limits: for ints of at most 10^31, and for floats of at most 1000 that are multiples of 1/4.
        Squares and products of ints are exact; those of floats are not once they pass 2^53.
    """
    raise NotImplementedError
