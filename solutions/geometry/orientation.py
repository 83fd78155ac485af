"""Tell a left turn from a right turn, exactly.

Walk from a to b and on to c. The walk turns left, turns right, or goes on along the line through a
and b. The sign of one cross product says which:

    (bx - ax) (cy - ay) - (by - ay) (cx - ax)

    a = (0, 0)   b = (4, 0)   c = (4, 3)    12 > 0    left     +1
                              c = (4, -3)  -12 < 0    right    -1
                              c = (9, 0)     0        line      0

Triangulations, convex hulls and tests of intersection ask this question all the time, and they
rely on all answers fitting together. Floats round. For the points (0.5 + i u, 0.5 + j u) with
u = 2^-53 and i, j from 0 to 255, against the line through (12, 12) and (24, 24), plain floats give
a wrong sign thousands of times. A hull program that believes them crashes or never ends.

The trap: exact arithmetic is right, and many times slower. So exact numbers (Fraction, Decimal,
large integers) may be used only where floats can't decide. On points drawn uniformly from the
square [-1, 1] x [-1, 1] that is hardly ever, and at most 5 % of such calls may use them.

Level: 4
Needs: geometry/vectors
Source: Shewchuk 1997; Kettner et al. 2008, "Classroom examples of robustness problems"
Time: O(1); floats alone where they are sure of the sign
Space: O(1)
"""

import math
from fractions import Fraction

Point = tuple[float, float]

_UNSURE = 2.0**-51  # of the size of the products; three roundings of 2^-53 each, and some room
_UNDERFLOW = 1e-300  # products below it may have lost all their bits


def orient(a: Point, b: Point, c: Point) -> int:
    """The direction of the turn at b on the way from a over b to c.

    Args:
        a: two finite floats, of any size. An integer of at most 2^53 stands for the float that it
            equals; what happens to larger ones is left open.
        b: likewise.
        c: likewise.

    Returns:
        The int 1 for a left turn (counter-clockwise), -1 for a right turn, 0 where the three points
        lie on one line or two of them are equal. It is the sign for the exact values of the
        floats, also where a product or a difference of them overflows or underflows.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> orient((0, 0), (4, 0), (4, 3)), orient((0, 0), (4, 0), (4, -3))
        (1, -1)
        >>> orient((0.5, 0.5), (12.0, 12.0), (24.0, 24.0))
        0
        >>> orient((0.5, 0.5 + 2**-53), (12.0, 12.0), (24.0, 24.0))
        1
    """
    for x in (*a, *b, *c):
        if not math.isfinite(x):
            raise ValueError(f"coordinates must be finite, got {a}, {b}, {c}")
    # hint: Compute the two products in floats, and think how large the error of their difference can be: each of the
    # four differences, each product and the last difference is off by at most 2^-53 of itself.
    left = (b[0] - a[0]) * (c[1] - a[1])
    right = (b[1] - a[1]) * (c[0] - a[0])
    turn = left - right
    # hint: A result larger than its error has the right sign. All others must go on to exact numbers, infinite ones and
    # NaN as well: which comparison sends them there?
    if abs(turn) > _UNSURE * (abs(left) + abs(right)) + _UNDERFLOW:
        return _sign(turn)
    # hint: A float is an integer times a power of two, so the standard library's fractions hold it exactly. Turn floats
    # into fractions before the first subtraction, not after it.
    (ax, ay), (bx, by), (cx, cy) = ((Fraction(x), Fraction(y)) for x, y in (a, b, c))
    return _sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))


def _sign(x: float | Fraction) -> int:
    return (x > 0) - (x < 0)
