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

import math
import random
from collections.abc import Sequence
from fractions import Fraction

Point = tuple[float, float]
_Circle = tuple[Fraction, Fraction, Fraction]  # x and y of the centre, square of the radius


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
    if not points:
        raise ValueError("no points, no smallest circle")
    # hint: Take the points one after the other, with the circle around those before. A point inside changes nothing.
    # One outside must lie on the border of the new circle. That is rare in mixed order.
    mixed = [(Fraction(x), Fraction(y)) for x, y in dict.fromkeys(points)]
    random.Random(1).shuffle(mixed)  # noqa: S311
    x, y, square = _around(mixed, [])
    return (float(x), float(y)), math.sqrt(square)


def _around(points: Sequence[tuple[Fraction, Fraction]], border: list[tuple[Fraction, Fraction]]) -> _Circle:
    """The smallest circle around points that has certain other points, at most three, on its border."""
    x, y, square = _through(border)
    if len(border) == 3:
        return x, y, square
    for place, (px, py) in enumerate(points):
        # hint: With one point fixed on the border, the same question is asked of the points before it; with two fixed,
        # once more. A third one leaves no choice.
        if (px - x) ** 2 + (py - y) ** 2 > square:
            x, y, square = _around(points[:place], [*border, (px, py)])
    return x, y, square


def _through(border: list[tuple[Fraction, Fraction]]) -> _Circle:
    """The smallest circle through none, one, two or three points, which lie on no line."""
    if not border:
        return Fraction(0), Fraction(0), Fraction(-1)
    ax, ay = border[0]
    if len(border) < 3:
        bx, by = border[-1]
        x, y = (ax + bx) / 2, (ay + by) / 2
    else:
        # hint: Seen from the first point, the centre c solves 2 c . b = b . b for each other point b. Exact numbers
        # leave no doubt whether a point is outside, and need no tolerance.
        (bx, by), (cx, cy) = ((px - ax, py - ay) for px, py in border[1:])
        b, c, area = bx * bx + by * by, cx * cx + cy * cy, 2 * (bx * cy - by * cx)
        x, y = ax + (b * cy - c * by) / area, ay + (c * bx - b * cx) / area
    return x, y, (ax - x) ** 2 + (ay - y) ** 2
