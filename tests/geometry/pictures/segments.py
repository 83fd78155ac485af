"""Pictures of geometry/segments."""

from __future__ import annotations

from dojo.pictures.case import number
from dojo.pictures.ink import GIVEN
from dojo.pictures.paper import panels, short
from dojo.pictures.plane import Plane, inks, point, points
from tests.geometry.pictures.orientation import both_scales

EXAMPLE = ("segments_intersect", {"a": (0, 0), "b": (4, 0), "c": (2, -1), "d": (2, 1)})


def scene(figure, case, names):
    """A panel with named points; ends of one segment are joined."""
    ((axes,),) = panels(figure, 1, width=7, height=6)
    plane = Plane(axes)
    found = dict(zip(names, points([case[name] for name in names]) or [], strict=False))
    for pair in ("ab", "cd"):
        if all(name in found for name in pair):
            plane.path([found[name] for name in pair], GIVEN)
    named = {}
    for name, place in found.items():
        named[place] = f"{named[place]} = {name}" if place in named else name
    plane.marks(named, GIVEN)
    for place, text in named.items():
        plane.note(place, text, GIVEN)
    return plane, found


def words(case):
    """What is expected, where it does not stand above the picture already."""
    return short(case.words("expected")) if case.got is None else ""


def segments_intersect(figure, case):
    """Both segments."""
    plane, _ = scene(figure, case, "abcd")
    plane.draw()
    return f"do they have a point in common? {words(case)}"


def on_segment(figure, case):
    """The segment and the point; also enlarged across the segment, where it takes that to see them apart."""
    triple = points([case[name] for name in "abp"])
    if triple:
        both_scales(figure, triple, "abp")
    return f"is p on the segment from a to b? {words(case)}"


def line_intersection(figure, case):
    """Both lines, and where they meet."""
    plane, found = scene(figure, case, "abcd")
    for pair in ("ab", "cd"):
        plane.line(*(found[name] for name in pair), GIVEN, linewidth=0.8, linestyle=":")
    for ink, result in inks(case.results):
        if point(result) is not None:
            plane.marks([point(result)], ink)
    plane.draw()
    return f"where do the lines meet? {words(case)}"


def point_segment_distance(figure, case):
    """The segment and the point, with a circle around it as wide as each distance: it should touch the segment."""
    plane, found = scene(figure, case, "pab")
    for ink, result in inks(case.results):
        radius = number(result)
        if radius is not None and radius >= 0 and found:
            plane.circle(found["p"], radius, ink)
    plane.draw()
    return f"a circle of the right radius touches the segment {words(case)}"
