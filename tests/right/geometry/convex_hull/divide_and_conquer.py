"""Halves of the sorted points have a lower hull each; joining two of them drops corners at the seam."""


def convex_hull(points):
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return lower(ordered)[:-1] + lower(ordered[::-1])[:-1]


def lower(points):
    if len(points) <= 2:
        return list(points)
    half = len(points) // 2
    left, right = lower(points[:half]), lower(points[half:])
    for point in right:
        while len(left) > 1 and turn(left[-2], left[-1], point) <= 0:
            left.pop()
        left.append(point)
    return left


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
