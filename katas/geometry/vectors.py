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

Point = tuple[float, float]


def add(a: Point, b: Point) -> Point:
    """The sum; exact on integers of any size.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> add((1, 2), (3, -5))
        (4, -3)
    """
    raise NotImplementedError


def sub(a: Point, b: Point) -> Point:
    """The difference ``a - b``, the way from b to a; exact on integers of any size.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> sub((1, 2), (3, -5))
        (-2, 7)
    """
    raise NotImplementedError


def scale(a: Point, k: float) -> Point:
    """``a`` times the number ``k``; exact on integers of any size.

    Raises:
        ValueError: a coordinate or ``k`` is NaN or infinite.

    Example:
        >>> scale((1, -2), 3)
        (3, -6)
    """
    raise NotImplementedError


def dot(a: Point, b: Point) -> float:
    """The dot product; exact on integers of any size, and where all coordinates are whole numbers up to 2^26.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> dot((2, 0), (1, 1))
        2

    Limits: other floats within 1e-12 ``|a| |b|``, while that is at most 1e300.
    """
    raise NotImplementedError


def cross(a: Point, b: Point) -> float:
    """The cross product, positive when b is to the left of a; exact as :func:`dot` is.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> cross((2, 0), (1, 1)), cross((1, 1), (2, 0))
        (2, -2)

    Limits: as for :func:`dot`.
    """
    raise NotImplementedError


def norm(a: Point) -> float:
    """The length; it neither overflows nor underflows where the length itself does not.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> norm((3, 4)), norm((0.0, -1e200))
        (5.0, 1e+200)

    Limits: a float, within 1e-12 of the length.
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


def perpendicular(a: Point) -> Point:
    """The left normal: ``a`` turned by a quarter counter-clockwise; exact.

    Raises:
        ValueError: a coordinate is NaN or infinite.

    Example:
        >>> perpendicular((1, 2))
        (-2, 1)
    """
    raise NotImplementedError


def project(a: Point, onto: Point) -> Point:
    """The part of ``a`` along ``onto``: the foot of the perpendicular from a to the line through 0 along onto.

    Raises:
        ValueError: ``onto`` is the zero vector, or a coordinate is NaN or infinite.

    Example:
        >>> project((1, 1), (2, 0))
        (1.0, 0.0)

    Limits: within 1e-12 ``|a|``, for lengths from 1e-100 to 1e100, and for ``a`` also 0.
    """
    raise NotImplementedError


def reflect(a: Point, axis: Point) -> Point:
    """``a`` mirrored across the line through 0 along ``axis``.

    Raises:
        ValueError: ``axis`` is the zero vector, or a coordinate is NaN or infinite.

    Example:
        >>> reflect((1, 1), (2, 0))
        (1.0, -1.0)

    Limits: as for :func:`project`.
    """
    raise NotImplementedError
