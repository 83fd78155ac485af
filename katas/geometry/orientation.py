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

Point = tuple[float, float]


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
    raise NotImplementedError
