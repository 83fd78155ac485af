"""Andrew's two walks on one stack, with a floor below which the second walk takes nothing away."""


def convex_hull(points):
    pts = sorted(points)
    pts = [p for i, p in enumerate(pts) if i == 0 or pts[i - 1] != p]
    n = len(pts)
    if n < 2:
        return pts
    hull = []
    for walk, floor in ((pts, 1), (pts[-2::-1], None)):
        if floor is None:
            floor = len(hull)
        for x, y in walk:
            while len(hull) > floor:
                (ax, ay), (bx, by) = hull[-2:]
                if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                    break
                hull.pop()
            hull.append((x, y))
    return hull[:-1]
