"""Compare floats with a tolerance.

Coordinates that went through a rotation or an intersection are a little off: 0.1 + 0.2 is not 0.3. Contest geometry
therefore compares with a tolerance, in four small functions that all other code uses. They must agree with each other:
for any a and b exactly one of ``less(a, b)``, ``equal(a, b)`` and ``less(b, a)`` holds, or a sort by them falls apart.

A number counts as zero when it is at most eps away from it, border included:

    eps = 0.5:   sgn(-0.6) = -1     sgn(-0.5) = 0     sgn(0.5) = 0
                 equal(1.0, 1.5)    not less(1.0, 1.5)    less(1.0, 1.6)

The traps: the border; infinity minus infinity; a comparison that rounds differently from its neighbour. What counts is
the float difference a - b, as it comes out: 0.2 - 0.8 is -0.6000000000000001, and that is below -0.6. Numbers and
tolerances may be of any size, from the smallest float to the largest; a difference that overflows counts as infinite.
Integers up to 2^53 may stand for floats anywhere.

Level: 1
Needs: -
Source: KTH Competitive Programming, KACTL (sgn); Goldberg 1991
Time: O(1)
Space: O(1)
"""

EPS = 1e-8


def sgn(x: float, eps: float = EPS) -> int:
    """The sign of ``x``, where everything within ``eps`` of 0 counts as 0.

    Args:
        x: any float but NaN; infinities have their sign.
        eps: the tolerance, finite and at least 0 (-0.0 is 0); ``x`` of exactly ``eps`` counts as 0.

    Returns:
        -1, 0 or 1, an int.

    Raises:
        ValueError: ``x`` is NaN, or ``eps`` is negative, infinite or NaN.

    Example:
        >>> sgn(-0.25), sgn(1e-8), sgn(0.5, eps=0.5), sgn(0.75, eps=0.5)
        (-1, 0, 0, 1)
    """
    raise NotImplementedError


def equal(a: float, b: float, eps: float = EPS) -> bool:
    """Whether ``a`` and ``b`` are at most ``eps`` apart; equal infinities are equal.

    Raises:
        ValueError: ``a`` or ``b`` is NaN, or ``eps`` is negative, infinite or NaN.

    Example:
        >>> equal(0.1 + 0.2, 0.3), equal(1.0, 1.5, eps=0.5)
        (True, True)
        >>> equal(math.inf, math.inf)
        True

    Limits: not transitive: 0 equals eps, eps equals 2 eps, 0 does not equal 2 eps.
    """
    raise NotImplementedError


def less(a: float, b: float, eps: float = EPS) -> bool:
    """Whether ``a`` is below ``b`` by more than ``eps``.

    Raises:
        ValueError: ``a`` or ``b`` is NaN, or ``eps`` is negative, infinite or NaN.

    Example:
        >>> less(1.0, 1.5, eps=0.5), less(1.0, 1.75, eps=0.5)
        (False, True)
        >>> less(-math.inf, 0.0)
        True
    """
    raise NotImplementedError


def less_equal(a: float, b: float, eps: float = EPS) -> bool:
    """Whether ``a`` is below ``b``, or at most ``eps`` above it.

    Raises:
        ValueError: ``a`` or ``b`` is NaN, or ``eps`` is negative, infinite or NaN.

    Example:
        >>> less_equal(1.5, 1.0, eps=0.5), less_equal(1.75, 1.0, eps=0.5)
        (True, False)
    """
    raise NotImplementedError
