"""Shewchuk's filter with c as the pivot; integers by a common power of two where it can't decide."""

from math import inf, isfinite


def orient(a, b, c):
    xs = [float(x) for x in (*a, *b, *c)]
    if not all(isfinite(x) for x in xs):
        raise ValueError(f"{a}, {b}, {c} are not all finite")
    ax, ay, bx, by, cx, cy = xs
    left = (ax - cx) * (by - cy)
    right = (ay - cy) * (bx - cx)
    det = left - right
    bound = 3.3306690738754716e-16 * (abs(left) + abs(right))
    if 1e-290 < bound < inf:
        if det >= bound:
            return 1
        if -det >= bound:
            return -1
    return exact(xs)


def exact(xs):
    pairs = [x.as_integer_ratio() for x in xs]
    unit = max(den for _, den in pairs)
    ax, ay, bx, by, cx, cy = [num * (unit // den) for num, den in pairs]
    det = (ax - cx) * (by - cy) - (ay - cy) * (bx - cx)
    if det == 0:
        return 0
    return 1 if det > 0 else -1
