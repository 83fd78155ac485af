"""Lines as a x + b y <= c and corners as three whole numbers with a common divisor; one line a direction in a dict."""

from functools import cmp_to_key
from math import gcd


def intersect_half_planes(lines, box):
    x0, y0, x1, y1 = box
    if not (x0 < x1 and y0 < y1):
        raise ValueError(f"box {box}")
    best = {}
    sides = [((x0, y0), (x1, y0)), ((x1, y0), (x1, y1)), ((x1, y1), (x0, y1)), ((x0, y1), (x0, y0))]
    for (px, py), (qx, qy) in [*sides, *lines]:
        u, v = int(qx - px), int(qy - py)
        if u == v == 0:
            raise ValueError("a line through one point")
        g = gcd(u, v)
        u, v = u // g, v // g
        offset = int(v * px - u * py)  # v x - u y <= offset
        best[u, v] = min(best.get((u, v), offset), offset)
    order = sorted(best, key=cmp_to_key(turn_order))
    chain = [(v, -u, best[u, v]) for u, v in order]
    kept, head = [], 0
    for line in chain:
        while len(kept) - head >= 2 and not inside(meet(kept[-2], kept[-1]), line):
            kept.pop()
        while len(kept) - head >= 2 and not inside(meet(kept[head], kept[head + 1]), line):
            head += 1
        if len(kept) > head and kept[-1][0] * line[1] - kept[-1][1] * line[0] <= 0:
            return []
        kept.append(line)
    while len(kept) - head > 2 and not inside(meet(kept[-2], kept[-1]), kept[head]):
        kept.pop()
    while len(kept) - head > 2 and not inside(meet(kept[head], kept[head + 1]), kept[-1]):
        head += 1
    ring = kept[head:]
    if len(ring) < 3:
        return []
    corners = [meet(ring[i], ring[(i + 1) % len(ring)]) for i in range(len(ring))]
    return [(x / w, y / w) for x, y, w in corners]


def turn_order(one, other):
    upper = [v > 0 or (v == 0 and u > 0) for u, v in (one, other)]
    if upper[0] != upper[1]:
        return -1 if upper[0] else 1
    cross = one[0] * other[1] - one[1] * other[0]
    return -1 if cross > 0 else 1 if cross < 0 else 0


def meet(one, other):
    w = one[0] * other[1] - one[1] * other[0]
    x = one[2] * other[1] - one[1] * other[2]
    y = one[0] * other[2] - one[2] * other[0]
    return (x, y, w) if w > 0 else (-x, -y, -w)


def inside(corner, line):
    return line[0] * corner[0] + line[1] * corner[1] < line[2] * corner[2]
