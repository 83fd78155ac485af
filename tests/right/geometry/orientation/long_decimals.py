"""A generous filter, then decimals with so many digits that nothing is rounded."""

import decimal

CONTEXT = decimal.Context(prec=5000, Emax=99999, Emin=-99999)


def orient(a, b, c):
    if any(x - x != 0 for x in (*a, *b, *c)):
        raise ValueError("NaN or infinite")
    u = (b[0] - a[0], b[1] - a[1])
    v = (c[0] - a[0], c[1] - a[1])
    size = max(map(abs, u)) * max(map(abs, v))
    turn = u[0] * v[1] - u[1] * v[0]
    if 1e-200 < size < 1e200 and abs(turn) > 1e-14 * size:
        return 1 if turn > 0 else -1
    a, b, c = [[decimal.Decimal(x) for x in point] for point in (a, b, c)]
    sub, mul = CONTEXT.subtract, CONTEXT.multiply
    difference = sub(mul(sub(b[0], a[0]), sub(c[1], a[1])), mul(sub(b[1], a[1]), sub(c[0], a[0])))
    return int(CONTEXT.compare(difference, decimal.Decimal(0)))
