"""Points in the plane: against shapely, scipy, numpy, and all pairs."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

from dojo.bench.workload import Call, Contender, Workload

Point = tuple[int, int]
SIDE = 2**20


def _scattered(n: int) -> list[Point]:
    """Random points of a square."""
    source = random.Random(n)
    return [(source.randrange(SIDE), source.randrange(SIDE)) for _ in range(n)]


def _all_corners(n: int) -> list[Point]:
    """Points of a parabola in random order: each is a corner of the hull."""
    points = [(x, x * x) for x in range(-(n // 2), n - n // 2)]
    random.Random(n).shuffle(points)
    return points


def _star(n: int) -> list[Point]:
    """A polygon around 0 whose vertices are near and far in turns: most lines cross it many times."""
    angles = [2 * math.pi * at / n for at in range(n)]
    radii = itertools.cycle((SIDE, SIDE // 2))
    return [(round(r * math.cos(angle)), round(r * math.sin(angle))) for angle, r in zip(angles, radii, strict=False)]


def _close(result: Any, reference: Any) -> bool:
    return math.isclose(result, reference, rel_tol=1e-9)


def _on_points(function: str) -> Callable[[ModuleType, list[Point]], Call]:
    """A call of the answer's function on the points."""
    return lambda module, points: lambda: getattr(module, function)(points)


# Hulls


def _shapely_hull(points: list[Point]) -> Call:
    import shapely

    return lambda: shapely.get_coordinates(shapely.MultiPoint(points).convex_hull)


def _scipy_hull(points: list[Point]) -> Call:
    import numpy as np
    from scipy.spatial import ConvexHull

    def call() -> Any:
        array = np.array(points, dtype=float)
        return array[ConvexHull(array).vertices]

    return call


def _same_corners(result: Any, reference: Any) -> bool:
    return {tuple(map(float, point)) for point in result} == {tuple(map(float, point)) for point in reference}


# Pairs


def _nearest_of_all_pairs(points: list[Point]) -> Call:
    return lambda: min(itertools.starmap(math.dist, itertools.combinations(points, 2)))


def _farthest_of_all_pairs(points: list[Point]) -> Call:
    return lambda: max(itertools.starmap(math.dist, itertools.combinations(points, 2)))


def _tree_of_scipy(points: list[Point]) -> Call:
    import numpy as np
    from scipy.spatial import cKDTree

    def call() -> float:
        array = np.array(points, dtype=float)
        return float(cKDTree(array).query(array, k=2)[0][:, 1].min())

    return call


def _tree_of_shapely(points: list[Point]) -> Call:
    import shapely

    def call() -> float:
        geometries = shapely.points(points)
        found = shapely.STRtree(geometries).query_nearest(
            geometries, exclusive=True, return_distance=True, all_matches=False
        )
        return float(found[1].min())

    return call


def _hull_and_cdist(points: list[Point]) -> Call:
    """The usual recipe: the hull, then all pairs of its corners."""
    import numpy as np
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    def call() -> float:
        array = np.array(points, dtype=float)
        return float(pdist(array[ConvexHull(array).vertices]).max())

    return call


def _hull_and_edges(points: list[Point]) -> Call:
    """The hull, then every edge against every corner."""
    import numpy as np
    from scipy.spatial import ConvexHull

    def call() -> float:
        array = np.array(points, dtype=float)
        hull = ConvexHull(array)
        corners = array[hull.vertices]
        return float(
            min(-(corners @ normal[:2] + normal[2]).min() for normal in hull.equations)  # one edge a row, unit normals
        )

    return call


# Half-planes


def _tangents(n: int) -> list[tuple[Point, Point]]:
    """Lines that touch a circle, nearly, in random order: each of them bounds the region."""
    lines = []
    for at in range(n):
        angle = 2 * math.pi * (at + 0.25) / n
        x, y = SIDE * math.cos(angle), SIDE * math.sin(angle)
        lines.append(((round(x), round(y)), (round(x - y * 64), round(y + x * 64))))
    random.Random(n).shuffle(lines)
    return lines


BOX = (-2 * SIDE, -2 * SIDE, 2 * SIDE, 2 * SIDE)


def _intersect(module: ModuleType, lines: list[tuple[Point, Point]]) -> Call:
    return lambda: module.intersect_half_planes(lines, BOX)


def _clip_with_shapely(lines: list[tuple[Point, Point]]) -> Call:
    """One half-plane after the other, each as a large rectangle."""
    import shapely

    def call() -> Any:
        region = shapely.box(*BOX)
        for (ax, ay), (bx, by) in lines:
            length = math.hypot(bx - ax, by - ay) / (8 * SIDE)
            dx, dy = (bx - ax) / length, (by - ay) / length
            half = shapely.Polygon(
                [(ax - dx, ay - dy), (ax + dx, ay + dy), (ax + dx - dy, ay + dy + dx), (ax - dx - dy, ay - dy + dx)]
            )
            region = region.intersection(half)
        return shapely.get_coordinates(region)[:-1]

    return call


def _half_planes_of_scipy(lines: list[tuple[Point, Point]]) -> Call:
    """Of scipy, which must be told a point inside."""
    import numpy as np
    from scipy.spatial import HalfspaceIntersection

    xmin, ymin, xmax, ymax = BOX

    def call() -> Any:
        ends = np.array(lines, dtype=float)
        direction = ends[:, 1] - ends[:, 0]
        normals = np.column_stack([direction[:, 1], -direction[:, 0]]) / np.hypot(*direction.T)[:, None]
        bounds = np.column_stack([normals, -(normals * ends[:, 0]).sum(axis=1)])
        box = [[-1, 0, xmin], [1, 0, -xmax], [0, -1, ymin], [0, 1, -ymax]]
        return HalfspaceIntersection(np.vstack([bounds, box]), np.zeros(2)).intersections

    return call


def _same_area(result: Any, reference: Any) -> bool:
    return math.isclose(_area_around_0(result), _area_around_0(reference), rel_tol=1e-6)


def _area_around_0(corners: Any) -> float:
    ordered = sorted(((float(x), float(y)) for x, y in corners), key=lambda point: math.atan2(point[1], point[0]))
    return abs(sum(ax * by - ay * bx for (ax, ay), (bx, by) in zip(ordered[-1:] + ordered, ordered, strict=False))) / 2


# Circles and polygons


def _radius_of_shapely(points: list[Point]) -> Call:
    import shapely

    return lambda: float(shapely.minimum_bounding_radius(shapely.MultiPoint(points)))


def _same_radius(result: Any, reference: Any) -> bool:
    radii = [each[1] if isinstance(each, tuple) else each for each in (result, reference)]
    return _close(*radii)


def _area_of_shapely(polygon: list[Point]) -> Call:
    import shapely

    return lambda: float(shapely.Polygon(polygon).area)


def _shoelace(polygon: list[Point]) -> Call:
    """In the numbers that came in: fast, and for floats not exact."""
    return lambda: (
        sum(ax * by - ay * bx for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True)) / 2
    )


def _shoelace_of_numpy(polygon: list[Point]) -> Call:
    import numpy as np

    def call() -> float:
        x, y = np.array(polygon, dtype=float).T
        return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2

    return call


QUESTION = (SIDE // 7, SIDE // 9)


def _locate(module: ModuleType, polygon: list[Point]) -> Call:
    return lambda: module.locate(QUESTION, polygon)


def _locate_with_shapely(polygon: list[Point]) -> Call:
    import shapely

    def call() -> int:
        shape, point = shapely.Polygon(polygon), shapely.Point(QUESTION)
        return 1 if shape.contains(point) else 0 if shape.touches(point) else -1

    return call


SHAPELY, SCIPY, NUMPY = ("shapely",), ("scipy.spatial", "numpy"), ("numpy",)

WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "convex_hull": (
        Workload(
            "scattered",
            "n random points of a square; few are corners",
            _scattered,
            _on_points("convex_hull"),
            (Contender("shapely", _shapely_hull, SHAPELY), Contender("scipy ConvexHull", _scipy_hull, SCIPY)),
            same=_same_corners,
        ),
        Workload(
            "all corners",
            "n points of a parabola in random order; all are corners",
            _all_corners,
            _on_points("convex_hull"),
            (Contender("shapely", _shapely_hull, SHAPELY), Contender("scipy ConvexHull", _scipy_hull, SCIPY)),
            same=_same_corners,
        ),
    ),
    "closest_pair": (
        Workload(
            "closest_pair",
            "n random points of a square",
            _scattered,
            _on_points("closest_pair"),
            (
                Contender("scipy cKDTree", _tree_of_scipy, SCIPY),
                Contender("shapely STRtree", _tree_of_shapely, SHAPELY),
                Contender("all pairs", _nearest_of_all_pairs),
            ),
            same=_close,
        ),
    ),
    "rotating_calipers": (
        Workload(
            "diameter",
            "n points of a parabola in random order; all are corners",
            _all_corners,
            _on_points("diameter"),
            (
                Contender("scipy hull, pdist", _hull_and_cdist, SCIPY),
                Contender("all pairs", _farthest_of_all_pairs),
            ),
            same=_close,
        ),
        Workload(
            "width",
            "n points of a parabola in random order; all are corners",
            _all_corners,
            _on_points("width"),
            (Contender("scipy hull, all edges", _hull_and_edges, SCIPY),),
            same=_close,
        ),
    ),
    "half_planes": (
        Workload(
            "intersect_half_planes",
            "n tangents of a circle in random order; all bound the region",
            _tangents,
            _intersect,
            (
                Contender("scipy HalfspaceIntersection", _half_planes_of_scipy, SCIPY),
                Contender("shapely, one by one", _clip_with_shapely, SHAPELY),
            ),
            same=_same_area,
        ),
    ),
    "min_circle": (
        Workload(
            "min_circle",
            "n random points of a square",
            _scattered,
            _on_points("min_circle"),
            (Contender("shapely", _radius_of_shapely, SHAPELY),),
            same=_same_radius,
        ),
    ),
    "polygons": (
        Workload(
            "signed_area",
            "a star of n vertices",
            _star,
            _on_points("signed_area"),
            (
                Contender("shapely", _area_of_shapely, SHAPELY),
                Contender("shoelace in ints", _shoelace),
                Contender("numpy", _shoelace_of_numpy, NUMPY),
            ),
            same=_close,
        ),
        Workload(
            "locate",
            "one point, a star of n vertices",
            _star,
            _locate,
            (Contender("shapely", _locate_with_shapely, SHAPELY),),
        ),
    ),
}
