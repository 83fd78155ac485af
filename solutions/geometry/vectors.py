"""Do arithmetic with vectors of the plane.

Two products carry nearly all of plane geometry. With t the angle from a to b, counter-clockwise:

    dot(a, b)   = |a| |b| cos t   how far b goes along a
    cross(a, b) = |a| |b| sin t   twice the signed area of the triangle 0, a, b;
                                  positive when b is to the left of a

Hulls, intersections, areas and distances are made of their signs, and a renderer, a robot and a game run them millions
of times. Worked example with a = (2, 0), b = (1, 1): dot = 2, cross = 2, angle = pi / 4, rotate(a, pi / 2) = (0, 2),
perpendicular(b) = (-1, 1), project(b, onto a) = (1, 0), reflect(b, across a) = (1, -1).

The traps: the direction of a turn, and of the angle between opposite vectors, which is pi and never -pi; a square that
overflows although its root would not; dividing by a length where its square belongs.

Coordinates and factors are integers or finite floats, also mixed in one point. On integers alone, add, sub, scale, dot,
cross and perpendicular are exact and give integers, however large they are. On floats, add, sub and scale round once,
and perpendicular not at all. A result that no float can hold is not specified.

Level: 2
Needs: geometry/eps_compare
Source: de Berg et al., "Computational Geometry", chapter 1; KTH Competitive Programming, KACTL (Point)
Time: O(1)
Space: O(1)
"""

import math

Point = tuple[float, float]


def add(a: Point, b: Point) -> Point:
    """The sum; exact on integers of any size.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> add((1, 2), (3, -5))
        (4, -3)
    """
    _require_finite(*a, *b)
    return (a[0] + b[0], a[1] + b[1])


def sub(a: Point, b: Point) -> Point:
    """The difference ``a - b``, the way from b to a; exact on integers of any size.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> sub((1, 2), (3, -5))
        (-2, 7)
    """
    _require_finite(*a, *b)
    return (a[0] - b[0], a[1] - b[1])


def scale(a: Point, k: float) -> Point:
    """``a`` times the number ``k``; exact on integers of any size.

    Raises:
        ValueError: a coordinate or ``k`` is NaN or infinite.

    Example:
        >>> scale((1, -2), 3)
        (3, -6)
    """
    _require_finite(*a, k)
    return (a[0] * k, a[1] * k)


def dot(a: Point, b: Point) -> float:
    """The dot product; exact on integers of any size, and where all coordinates are whole numbers up to 2^26.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> dot((2, 0), (1, 1))
        2

    Limits: other floats within 1e-12 ``|a| |b|``, while that is at most 1e300.
    """
    _require_finite(*a, *b)
    return a[0] * b[0] + a[1] * b[1]


def cross(a: Point, b: Point) -> float:
    """The cross product, positive when b is to the left of a; exact as :func:`dot` is.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> cross((2, 0), (1, 1)), cross((1, 1), (2, 0))
        (2, -2)

    Limits: as for :func:`dot`.
    """
    _require_finite(*a, *b)
    return a[0] * b[1] - a[1] * b[0]


def norm(a: Point) -> float:
    """The length; it neither overflows nor underflows where the length itself does not.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> norm((3, 4)), norm((0.0, -1e200))
        (5.0, 1e+200)

    Limits: a float, within 1e-12 of the length.
    """
    _require_finite(*a)
    # hint: The square of 1e200 is infinite. The standard library knows a length that never squares it.
    return math.hypot(*a)


def angle(a: Point, b: Point) -> float:
    """The signed angle from a to b in radians, in (-pi, pi], counter-clockwise positive.

    Raises:
        ValueError: a or b is the zero vector, or a coordinate is NaN or infinite.

    Example:
        >>> angle((1, 0), (0, 1)) == math.pi / 2
        True
        >>> angle((-1.0, 0.0), (1.0, 0.0)) == math.pi
        True

    Limits: a float, within 1e-12 for lengths from 1e-100 to 1e100. Opposite vectors have pi, also when they are large
        integers; those that are opposite but for a hair may come out near pi or near -pi.
    """
    _require_direction(a, "a")
    _require_direction(b, "b")
    # hint: The two products hold the sine and the cosine, both times |a| |b|. One function takes both, and needs no
    # division and no clamp. Then look at opposite vectors: a cross product of -0.0 is not one of 0.0 to it.
    return math.atan2(cross(a, b) + 0.0, dot(a, b))


def rotate(a: Point, theta: float) -> Point:
    """``a`` turned counter-clockwise by ``theta`` radians.

    Raises:
        ValueError: a coordinate or ``theta`` is NaN or infinite.

    Example:
        >>> x, y = rotate((2.0, 0.0), math.pi / 2)
        >>> round(x, 12), round(y, 12)
        (0.0, 2.0)

    Limits: within 1e-12 ``|a|``, for any theta that a float can hold and coordinates up to 1e300.
    """
    _require_finite(*a, theta)
    cos, sin = math.cos(theta), math.sin(theta)
    return (a[0] * cos - a[1] * sin, a[0] * sin + a[1] * cos)


def perpendicular(a: Point) -> Point:
    """The left normal: ``a`` turned by a quarter counter-clockwise; exact.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> perpendicular((1, 2))
        (-2, 1)
    """
    _require_finite(*a)
    return (-a[1], a[0])


def project(a: Point, onto: Point) -> Point:
    """The part of ``a`` along ``onto``: the foot of the perpendicular from a to the line through 0 along onto.

    Raises:
        ValueError: ``onto`` is the zero vector, or a coordinate is NaN or infinite.

    Example:
        >>> project((1, 1), (2, 0))
        (1.0, 0.0)

    Limits: within 1e-12 ``|a|``, for lengths from 1e-100 to 1e100, and for ``a`` also 0.
    """
    _require_finite(*a)
    _require_direction(onto, "onto")
    # hint: dot gives the length along onto, times the length of onto. What is left of onto when it is divided by its
    # length first, and what does dot give then?
    length = norm(onto)
    along = (onto[0] / length, onto[1] / length)
    return scale(along, dot(a, along))


def reflect(a: Point, axis: Point) -> Point:
    """``a`` mirrored across the line through 0 along ``axis``.

    Raises:
        ValueError: ``axis`` is the zero vector, or a coordinate is NaN or infinite.

    Example:
        >>> reflect((1, 1), (2, 0))
        (1.0, -1.0)

    Limits: as for :func:`project`.
    """
    _require_direction(axis, "axis")
    # hint: From a to its foot on the axis, and once more as far.
    return sub(scale(project(a, axis), 2), a)


def _require_finite(*numbers: float) -> None:
    for number in numbers:
        if not -math.inf < number < math.inf:  # also for integers that no float can hold
            raise ValueError(f"coordinates and factors must be finite, got {number}")


def _require_direction(a: Point, name: str) -> None:
    _require_finite(*a)
    if a[0] == 0 == a[1]:
        raise ValueError(f"{name} is the zero vector, which has no direction")
