"""Pictures of geometry/orientation."""

from __future__ import annotations

from dojo.pictures.ink import GIVEN
from dojo.pictures.paper import panels
from dojo.pictures.plane import Plane, points

EXAMPLE = ("orient", {"a": (0, 0), "b": (4, 0), "c": (4, 3)})
TURNS = {1: "left turn (1)", -1: "right turn (-1)", 0: "one line (0)"}
THIN = 20


def orient(figure, case):
    """The walk from a over b to c, and where a turn to each side would go."""
    got = case.results[1][1] if len(case.results) > 1 else None
    return walk(figure, [case["a"], case["b"], case["c"]], case.expected.result, got, case.got is not None)


def signs(figure, case):
    """The first three points with a wrong sign."""
    results = dict(case.results)
    if type(results.get("got")) is not list:
        return walk(figure, case["triples"][0], results["expected"][0], None, False)
    pairs = zip(results["expected"], results["got"], strict=False)
    wrong = next((place for place, (one, other) in enumerate(pairs) if one != other), 0)
    return walk(figure, case["triples"][wrong], results["expected"][wrong], results["got"][wrong], True)


def walk(figure, triple, expected, got, judged):
    """The walk, and which turn is expected and got."""
    both_scales(figure, points(list(triple)), "abc", turning=True)
    text = f"expected {TURNS.get(expected, expected)}"
    return f"{text}, got {TURNS.get(got, repr(got)) if type(got) is int else repr(got)}" if judged else text


def both_scales(figure, triple, names, turning=False):
    """Two panels: as it is, and across the line through a and b enlarged where c is too near it to be seen."""
    a, b, c = triple
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    square = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
    along = (b[0] - a[0]) * (c[0] - a[0]) + (b[1] - a[1]) * (c[1] - a[1])
    thin = bool(square) and abs(cross) * THIN < max(square, abs(along))
    ((first, *second),) = panels(figure, 1 + thin, width=5.5, height=5)
    draw(Plane(first), triple, names, turning)
    if thin:
        s = along / square
        enlarged = ((0 * s, 0 * s), (0 * s + 1, 0 * s), (s, cross / abs(cross or 1)))
        draw(Plane(second[0], equal=False), enlarged, names, turning)
        second[0].set(xlabel="along the way from a to b", ylabel="across it, enlarged", yticks=[-1, 0, 1])
        second[0].set_yticklabels(["right", "on the line", "left"], rotation=90, va="center")
        second[0].set_ylim(-1.4, 1.4)


def draw(plane, triple, names, turning):
    """The walk from a to b, and on to c where it turns there, with names."""
    a, b, c = triple
    plane.line(a, b, GIVEN, linewidth=0.8, linestyle=":")
    plane.arrow(a, b, GIVEN)
    if turning:
        plane.arrow(b, c, GIVEN)
    plane.marks([a, b, c], GIVEN)
    for place, name in zip(triple, names, strict=True):
        plane.note(place, name, GIVEN)
    plane.draw()
