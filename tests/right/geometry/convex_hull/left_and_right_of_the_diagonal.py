"""The points below and those above the line from the smallest to the largest are treated apart, the latter mirrored."""


def convex_hull(points):
    if not points:
        return []
    low, high = min(points), max(points)
    if low == high:
        return [low]

    def side(p):
        return (high[0] - low[0]) * (p[1] - low[1]) - (high[1] - low[1]) * (p[0] - low[0])

    below = floor_of(sorted([p for p in points if side(p) < 0] + [low, high]))
    mirrored = floor_of(
        sorted([(-x, -y) for x, y in points if side((x, y)) > 0] + [(-high[0], -high[1]), (-low[0], -low[1])])
    )
    known = {p: p for p in points}
    above = [known[-x, -y] for x, y in mirrored]
    return below[:-1] + above[:-1]


def floor_of(points):
    kept = []
    for p in points:
        while kept and (kept[-1] == p or (len(kept) > 1 and not left(kept[-2], kept[-1], p))):
            kept.pop()
        kept.append(p)
    return kept


def left(a, b, c):
    return a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]) > 0
