"""Each comparison looks at the difference itself; infinities are told apart beforehand."""

EPS = 1e-8
INFINITY = float("inf")


def check(eps, *numbers):
    if eps != eps or eps < 0 or eps == INFINITY:
        raise ValueError(f"bad eps {eps}")
    for number in numbers:
        if number != number:
            raise ValueError("NaN")


def sgn(x, eps=EPS):
    check(eps, x)
    return 0 if abs(x) <= eps else (1 if x > 0 else -1)


def equal(a, b, eps=EPS):
    check(eps, a, b)
    return a == b or abs(a - b) <= eps


def less(a, b, eps=EPS):
    check(eps, a, b)
    return a != b and b - a > eps


def less_equal(a, b, eps=EPS):
    check(eps, a, b)
    return a == b or a - b <= eps
