"""Graham's scan: by exact angles around the smallest point, nearer ones first, then one pass over a stack."""

from functools import cmp_to_key


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def convex_hull(points):
    if len(points) == 0:
        return []
    pivot = min(points)

    def compare(p, q):
        side = turn(pivot, p, q)
        if side:
            return -1 if side > 0 else 1
        return distance(p) - distance(q)

    def distance(p):
        return abs(p[0] - pivot[0]) + abs(p[1] - pivot[1])

    rest = sorted({p for p in points if p != pivot}, key=cmp_to_key(compare))
    stack = [pivot]
    for p in rest:
        while len(stack) > 1 and turn(stack[-2], stack[-1], p) <= 0:
            del stack[-1]
        stack.append(p)
    return stack
