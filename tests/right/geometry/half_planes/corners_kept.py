"""The same walk round the directions with two lists, lines and the corners between them, from the lower left."""

from fractions import Fraction


class Direction:
    def __init__(self, u, v):
        self.u, self.v = u, v
        self.half = 1 if u > 0 or (u == 0 and v > 0) else 0

    def __lt__(self, other):
        if self.half != other.half:
            return self.half < other.half
        return self.u * other.v > self.v * other.u

    def __eq__(self, other):
        return self.half == other.half and self.u * other.v == self.v * other.u


def intersect_half_planes(lines, box):
    x0, y0, x1, y1 = box
    if x0 >= x1:
        raise ValueError("no width")
    if y0 >= y1:
        raise ValueError("no height")
    frame = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    todo = []
    for p, q in list(lines) + list(zip(frame, frame[1:] + frame[:1])):
        if tuple(p) == tuple(q):
            raise ValueError(p)
        todo.append((Direction(q[0] - p[0], q[1] - p[1]), p))
    todo.sort(key=lambda each: each[0])
    strictest = []
    for d, p in todo:
        if strictest and strictest[-1][0] == d:
            if side(p, strictest[-1]) > 0:
                strictest[-1] = (d, p)
        else:
            strictest.append((d, p))
    kept, corners, first = [], [], 0
    for line in strictest:
        while len(kept) - first > 1 and side(corners[-1], line) <= 0:
            kept.pop()
            corners.pop()
        while len(kept) - first > 1 and side(corners[first], line) <= 0:
            first += 1
        if len(kept) > first:
            corner = meet(kept[-1], line)
            if corner is None:
                return []
            corners.append(corner)
        else:
            corners.append(None)
        kept.append(line)
        if len(kept) == 1:
            corners.clear()
    while len(kept) - first > 2 and side(corners[-1], kept[first]) <= 0:
        kept.pop()
        corners.pop()
    while len(kept) - first > 2 and side(corners[first], kept[-1]) <= 0:
        first += 1
    if len(kept) - first < 3:
        return []
    ring = [*corners[first:], meet(kept[-1], kept[first])]
    return [tuple(map(float, corner)) for corner in ring]


def side(p, line):
    d, q = line
    return d.u * (p[1] - q[1]) - d.v * (p[0] - q[0])


def meet(one, other):
    (d, p), (e, q) = one, other
    cross = d.u * e.v - d.v * e.u
    if cross <= 0:
        return None
    t = Fraction((q[0] - p[0]) * e.v - (q[1] - p[1]) * e.u, cross)
    return p[0] + t * d.u, p[1] + t * d.v
