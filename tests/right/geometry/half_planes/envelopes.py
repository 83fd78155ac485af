"""The region between two functions: the largest of the lines below it and the smallest of the lines above it."""

from bisect import bisect_right
from fractions import Fraction


def intersect_half_planes(lines, box):
    low, bottom, high, top = map(Fraction, box)
    if low >= high or bottom >= top:
        raise ValueError("a box without area")
    floors, ceilings = [(Fraction(0), bottom)], [(Fraction(0), -top)]  # ceilings upside down
    for (px, py), (qx, qy) in lines:
        dx, dy = Fraction(qx) - Fraction(px), Fraction(qy) - Fraction(py)
        if dx == 0 == dy:
            raise ValueError("not a line")
        if dx == 0:
            low, high = (low, min(high, Fraction(px))) if dy > 0 else (max(low, Fraction(px)), high)
            continue
        slope = dy / dx
        rise = py - slope * px
        if dx > 0:
            floors.append((slope, rise))
        else:
            ceilings.append((-slope, -rise))
    if low >= high:
        return []
    floor, ceiling = Highest(floors), Highest(ceilings)
    xs = sorted({low, high, *(x for x in floor.breaks + ceiling.breaks if low < x < high)})
    below, above = [floor(x) for x in xs], [-ceiling(x) for x in xs]
    under, over = [], []
    for i, x in enumerate(xs):
        room = above[i] - below[i]
        if i > 0 and room * (above[i - 1] - below[i - 1]) < 0:
            before = above[i - 1] - below[i - 1]
            share = before / (before - room)
            y = below[i - 1] + share * (below[i] - below[i - 1])
            under.append((xs[i - 1] + share * (x - xs[i - 1]), y))
            over.append(under[-1])
        if room >= 0:
            under.append((x, below[i]))
            over.append((x, above[i]))
    ring = []
    for point in under + over[::-1]:
        if not ring or point != ring[-1]:
            ring.append(point)
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    corners = [b for a, b, c in zip(ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1]) if area(a, b, c) > 0]
    return [(float(x), float(y)) for x, y in corners]


def area(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


class Highest:
    """The largest of many lines (slope, rise), as a function."""

    def __init__(self, lines):
        self.lines, self.breaks = [], []
        for slope, rise in sorted(lines):
            if self.lines and self.lines[-1][0] == slope:
                self.drop()
            while self.lines:
                x = (self.lines[-1][1] - rise) / (slope - self.lines[-1][0])
                if self.breaks and x <= self.breaks[-1]:
                    self.drop()
                    continue
                self.breaks.append(x)
                break
            self.lines.append((slope, rise))

    def drop(self):
        self.lines.pop()
        if self.breaks:
            self.breaks.pop()

    def __call__(self, x):
        slope, rise = self.lines[bisect_right(self.breaks, x)]
        return slope * x + rise
