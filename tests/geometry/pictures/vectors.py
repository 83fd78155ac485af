"""Pictures of geometry/vectors: arrows from 0."""

from __future__ import annotations

import math

from dojo.pictures.case import number
from dojo.pictures.ink import GIVEN
from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, inks, point
from tests.geometry.pictures.segments import words

EXAMPLE = ("project", {"a": (2, 3), "onto": (4, 0)})
ZERO = point((0, 0))


def scene(figure, case):
    """A panel with every argument that is a vector as an arrow."""
    ((axes,),) = panels(figure, 1, width=7, height=6)
    plane = Plane(axes)
    plane.marks([ZERO], GIVEN)
    for name, value in case.arguments.items():
        if point(value) is not None:
            plane.arrow(ZERO, point(value), GIVEN, name)
    return plane


def vector(figure, case):
    """Arguments and results as arrows."""
    plane = scene(figure, case)
    for ink, result in inks(case.results):
        if point(result) is not None:
            plane.arrow(ZERO, point(result), ink)
            plane.marks([point(result)], ink)
    plane.draw()
    return f"{called(case)} {words(case)}"


def called(case):
    """The call without its vectors, which are in the picture."""
    parts = [name if point(value) else f"{name} = {value!r}"[:40] for name, value in case.arguments.items()]
    return f"{case.name}({', '.join(parts)})"


def product(figure, case):
    """Both vectors and the parallelogram between them."""
    plane = scene(figure, case)
    a, b = point(case["a"]), point(case["b"])
    if a and b:
        plane.path([a, (a[0] + b[0], a[1] + b[1]), b], GIVEN, linewidth=0.8, linestyle=":")
    plane.draw()
    return f"{called(case)} {words(case)}"


def norm(figure, case):
    """The vector, and circles around 0 with each length as radius."""
    plane = scene(figure, case)
    for ink, result in inks(case.results):
        if number(result) is not None and number(result) >= 0:
            plane.circle(ZERO, number(result), ink)
    plane.draw()
    return f"a circle of the right radius goes through the tip {words(case)}"


def angle(figure, case):
    """Both vectors, and arcs from a by each angle."""
    plane = scene(figure, case)
    a, b = point(case["a"]), point(case["b"])
    sizes = [math.hypot(*map(float, each)) for each in (a, b) if each]
    start = math.atan2(float(a[1]), float(a[0])) if a else 0.0
    for share, (ink, result) in zip((0.45, 0.6), inks(case.results), strict=False):
        turn = number(result)
        if turn is None or abs(turn) > 7:
            continue
        radius = share * min(sizes)
        arc = [point((radius * math.cos(t), radius * math.sin(t))) for t in spread(start, start + turn)]
        plane.path(arc, ink)
        plane.arrow(arc[-2], arc[-1], ink)
    plane.draw()
    return f"from a to b, counter-clockwise positive {words(case)}"


def spread(low, high, count=40):
    """Numbers from one to another."""
    return [low + (high - low) * step / count for step in range(count + 1)]


add = sub = scale = rotate = perpendicular = project = reflect = vector
dot = cross = product
