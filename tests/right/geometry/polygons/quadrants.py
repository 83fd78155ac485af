"""The winding number in quarter turns: each edge moves the view from the point by some quadrants."""

import math


def _ints(polygon):
    if len(polygon) < 3:
        raise ValueError("too few vertices")
    return [(int(x), int(y)) for x, y in polygon]


def _pairs(points):
    return zip(points, points[1:] + points[:1])


def signed_area(polygon):
    points = _ints(polygon)
    total = 0
    for i in range(len(points)):
        total += points[i][0] * (points[(i + 1) % len(points)][1] - points[i - 1][1])
    return total / 2


def locate(p, polygon):
    px, py = int(p[0]), int(p[1])
    points = [(x - px, y - py) for x, y in _ints(polygon)]
    if (0, 0) in points:
        return 0

    def quadrant(x, y):
        if x > 0 and y >= 0:
            return 0
        if x <= 0 and y > 0:
            return 1
        if x < 0 and y <= 0:
            return 2
        return 3

    quarters = 0
    for a, b in _pairs(points):
        step = (quadrant(*b) - quadrant(*a)) % 4
        turn = a[0] * b[1] - a[1] * b[0]
        if turn == 0 and a[0] * b[0] + a[1] * b[1] < 0:
            return 0
        if step == 3:
            step = -1
        elif step == 2 and turn < 0:
            step = -2
        quarters += step
    return -1 if quarters == 0 else 1


def lattice_points(polygon):
    if any(x - x != 0 or x != math.floor(x) for vertex in polygon for x in vertex):
        raise ValueError("whole numbers only")
    points = _ints(polygon)
    border = sum(math.gcd(b[0] - a[0], b[1] - a[1]) for a, b in _pairs(points))
    doubled = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in _pairs(points)))
    return (doubled - border) // 2 + 1, border
