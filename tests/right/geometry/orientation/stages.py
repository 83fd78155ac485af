"""Three stages: the filter, then exact products of differences that floats hold exactly, then fractions."""

import math
from fractions import Fraction


def orient(a, b, c):
    (ax, ay), (bx, by), (cx, cy) = a, b, c
    if not all(map(math.isfinite, (ax, ay, bx, by, cx, cy))):
        raise ValueError((a, b, c))
    px, py, qx, qy = bx - ax, by - ay, cx - ax, cy - ay
    s, t = px * qy, py * qx
    if abs(s - t) > 1e-15 * max(abs(s), abs(t)) and max(abs(s), abs(t)) > 1e-250 and math.isfinite(s - t):
        return int(math.copysign(1, s - t))
    F = Fraction
    if not all(
        math.isfinite(d) and F(d) == F(x) - F(y) for d, x, y in ((px, bx, ax), (py, by, ay), (qx, cx, ax), (qy, cy, ay))
    ):
        px, py, qx, qy = F(bx) - F(ax), F(by) - F(ay), F(cx) - F(ax), F(cy) - F(ay)
    s, t = F(px) * F(qy), F(py) * F(qx)
    return (s > t) - (s < t)
