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

from collections.abc import Sequence

Point = tuple[float, float]


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
    raise NotImplementedError
