"""Cut a region out of a box with straight lines.

Each directed line keeps what lies to its left. What all of them leave is convex: the places that a
robot sees from everywhere, the solutions of a small linear program, the part of a window that is
left to draw. A worked example in the box (0, 0, 4, 4):

    line               keeps              what is left of the box
    (4, 0) -> (0, 4)   the lower left     (0, 0), (4, 0), (0, 4)
    (0, 1) -> (1, 1)   what is above      (0, 1), (3, 1), (0, 4)
    (2, 4) -> (2, 0)   what is right      (2, 1), (3, 1), (2, 2)

To cut the region with one line after the other is quadratic when it has many corners. Asked for are
O(n log n) steps. The traps: parallel lines, of which the stricter one counts; parallel lines in
opposite directions with nothing between; many lines through one point; a region that is only a
line or a point, which is nothing.

Level: 5
Needs: geometry/orientation, geometry/segments
Source: de Berg et al., "Computational Geometry", chapter 4
Time: O(n log n)
Space: O(n)
"""

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from functools import cmp_to_key

Point = tuple[float, float]
_Line = tuple[Fraction, Fraction, Fraction, Fraction]  # a point, and the direction


def intersect_half_planes(
    lines: Sequence[tuple[Point, Point]],
    box: tuple[float, float, float, float],
) -> list[Point]:
    """The corners of the part of a box that lies to the left of each line, or on it.

    Args:
        lines: any number of them, each as two different points; its direction is from the first one
            to the second one. Lines may come twice.
        box: ``(xmin, ymin, xmax, ymax)``, with its border.

    Returns:
        A new list of corners, counter-clockwise from any of them, each a tuple of two floats and
        within 1e-12 of the box's largest coordinate. No corner comes twice, and none lies between
        two others on one line. If the area is 0, the empty list.

    Raises:
        ValueError: the two points of a line are equal, or ``xmin >= xmax`` or ``ymin >= ymax``;
            also where other lines leave nothing.

    Example:
        >>> intersect_half_planes([((4, 0), (0, 4)), ((0, 1), (1, 1))], (0, 0, 4, 4))
        [(0.0, 1.0), (3.0, 1.0), (0.0, 4.0)]
        >>> intersect_half_planes([((0, 1), (1, 1)), ((1, 1), (0, 1))], (0, 0, 4, 4))
        []

    Limits: for ints of at most 10^31. A decision that is off by one rounding loses or doubles a
        corner, so take exact numbers until the end. What floats give is left open.
    """
    xmin, ymin, xmax, ymax = map(Fraction, box)
    if xmin >= xmax or ymin >= ymax:
        raise ValueError(f"the box {box} has no area")
    sides = [
        (xmin, ymin, Fraction(1), Fraction(0)),
        (xmax, ymin, Fraction(0), Fraction(1)),
        (xmax, ymax, Fraction(-1), Fraction(0)),
        (xmin, ymax, Fraction(0), Fraction(-1)),
    ]
    # hint: Take the sides of the box as four more lines. Sorted by direction, the lines stand in the order in which
    # they bound the region. Directions compare exactly by their half of the circle, then by a cross product.
    ordered = sorted([*sides, *map(_line, lines)], key=cmp_to_key(_compared))
    bounds: deque[_Line] = deque()
    for place, line in enumerate(ordered):
        # hint: Of lines in one direction only the strictest one counts. Let the order put it first.
        if place > 0 and _compared(ordered[place - 1], line, by_direction_only=True) == 0:
            continue
        # hint: A new line makes a line at the end superfluous if the corner before that one is not strictly to the left
        # of the new line. The same at the front, where the circle of directions closes; but the end comes first.
        while len(bounds) >= 2 and not _left(_corner(bounds[-2], bounds[-1]), line):
            bounds.pop()
        while len(bounds) >= 2 and not _left(_corner(bounds[0], bounds[1]), line):
            bounds.popleft()
        # Where the next direction is half a turn away or more, all that could lie between has gone.
        if bounds and _cross(bounds[-1], line) <= 0:
            return []
        bounds.append(line)
    while len(bounds) > 2 and not _left(_corner(bounds[-2], bounds[-1]), bounds[0]):
        bounds.pop()
    while len(bounds) > 2 and not _left(_corner(bounds[0], bounds[1]), bounds[-1]):
        bounds.popleft()
    if len(bounds) < 3:
        return []
    corners = [_corner(bounds[place - 1], line) for place, line in enumerate(bounds)]
    return [(float(x), float(y)) for x, y in corners]


def _line(ends: tuple[Point, Point]) -> _Line:
    (ax, ay), (bx, by) = ((Fraction(x), Fraction(y)) for x, y in ends)
    if (ax, ay) == (bx, by):
        raise ValueError(f"a line needs two different points, got {ends}")
    return ax, ay, bx - ax, by - ay


def _cross(one: _Line, other: _Line) -> Fraction:
    return one[2] * other[3] - one[3] * other[2]


def _left(point: Sequence[Fraction], line: _Line) -> bool:
    """Whether a point is strictly to the left of a line."""
    return line[2] * (point[1] - line[1]) > line[3] * (point[0] - line[0])


def _corner(one: _Line, other: _Line) -> tuple[Fraction, Fraction]:
    """Where two lines meet that are not parallel."""
    x, y = other[0] - one[0], other[1] - one[1]
    share = (x * other[3] - y * other[2]) / _cross(one, other)
    return one[0] + share * one[2], one[1] + share * one[3]


def _compared(one: _Line, other: _Line, *, by_direction_only: bool = False) -> int:
    """Negative if a line comes before another one, by direction from 0 up to a whole turn, then the stricter one."""
    halves = [(line[3], line[2]) < (0, 0) if line[3] == 0 else line[3] < 0 for line in (one, other)]
    if halves[0] != halves[1]:
        return halves[0] - halves[1]
    turn = _cross(one, other)
    if turn != 0 or by_direction_only:
        return (turn < 0) - (turn > 0)
    return _left(other, one) - _left(one, other)
