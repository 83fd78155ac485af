"""Whole floats become ints; the winding number decides; triangles from the first vertex give the area."""

from math import gcd


def whole(point):
    return tuple(int(x) for x in point)


def vertices(polygon):
    if len(polygon) <= 2:
        raise ValueError(f"{len(polygon)} vertices")
    return [whole(vertex) for vertex in polygon]


def cross(o, a, b):
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def double(points):
    return sum(cross(points[0], points[i], points[i + 1]) for i in range(1, len(points) - 1))


def signed_area(polygon):
    return double(vertices(polygon)) / 2


def locate(p, polygon):
    points = vertices(polygon)
    p = whole(p)
    winding = 0
    for i, b in enumerate(points):
        a = points[i - 1]
        side = cross(a, b, p)
        if side == 0 and (a[0] - p[0]) * (b[0] - p[0]) + (a[1] - p[1]) * (b[1] - p[1]) <= 0:
            return 0
        if a[1] <= p[1] < b[1] and side > 0:
            winding += 1
        elif b[1] <= p[1] < a[1] and side < 0:
            winding -= 1
    return 1 if winding else -1


def lattice_points(polygon):
    for vertex in polygon:
        for x in vertex:
            if not isinstance(x, int) and not x.is_integer():
                raise ValueError(f"{x} is no whole number")
    points = vertices(polygon)
    border = 0
    for i, (x, y) in enumerate(points):
        border += gcd(x - points[i - 1][0], y - points[i - 1][1])
    return (abs(double(points)) - border + 2) // 2, border
