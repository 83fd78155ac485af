"""Properties of packing/patch_forward."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.packing.probes import patch_forward as probes
from tests.refusals import refuses

ORDERS = {
    "Base": ("Base",),
    "Left": ("Left", "Base"),
    "Right": ("Right", "Base"),
    "Leaf": ("Leaf", "Left", "Right", "Base"),
}
"""Where Python looks for an attribute of each class, nearest first."""

KINDS = ("method", "class", "static")
NAMES = ("run", "__call__")
LEAVING = ("end", "error", "interrupt")


@st.composite
def programs(draw, *, nested=True):
    """Which classes hold the method, and blocks on classes that have it."""
    holders = draw(st.sampled_from((["Base"], ["Base", "Left"], ["Left", "Right"], list(ORDERS), ["Leaf"], ["Right"])))
    holds = {each: draw(st.sampled_from(KINDS)) for each in holders}
    owners = [each for each, order in ORDERS.items() if any(other in holds for other in order)]
    labels = (f"patch {number}" for number in itertools.count(1))
    block = st.tuples(st.sampled_from(owners), st.sampled_from(LEAVING))

    def blocks(depth):
        return [
            (owner, next(labels), leaving, blocks(depth - 1) if depth and nested else [])
            for owner, leaving in draw(st.lists(block, min_size=int(depth == 3), max_size=2 if depth == 3 else 1))
        ]

    return holds, blocks(3)


def simulated(holds, blocks):
    """What happens in the blocks, by a table of what each class holds: its kind, and the labels that a call gives."""
    own = {each: (kind, [each]) for each, kind in holds.items()}
    events = []

    def found(cls):
        return next((own[each] for each in ORDERS[cls] if each in own), None)

    def call_all():
        results = {}
        for cls in ORDERS:
            if found(cls) is None:
                results[cls] = "missing"
            else:
                kind, labels = found(cls)
                results[cls] = [*labels, 5] if kind == "static" else [*labels, cls, 5]
        events.append(("called", results))

    def run(blocks):
        for owner, label, leaving, inner in blocks:
            before = own.get(owner)
            kind, labels = found(owner)
            own[owner] = (kind, [label, *labels])
            call_all()
            run(inner)
            if before is None:
                del own[owner]
            else:
                own[owner] = before
            events.append(("left", label, leaving != "end", []))
            call_all()

    call_all()
    run(blocks)
    return events


def without_errors(events):
    """The events with one word for all the ways in which a call of a method that is not there may fail."""
    return [
        (event[0], {cls: result if type(result) is list else "missing" for cls, result in event[1].items()})
        if event[0] == "called"
        else event
        for event in events
    ]


def check(kata, solution, program, name, made_first):
    """Compare what happens, event by event."""
    holds, blocks = program
    expected = agreed(
        without_errors(solution.run(probes.nested_blocks, holds, name, blocks, made_first)), simulated(holds, blocks)
    )
    got = without_errors(kata.run(probes.nested_blocks, holds, name, blocks, made_first))
    depth = "before any block"
    for one, other in zip(got, expected, strict=False):
        if one[0] == "left" and one != other:
            assert one[3] == [], f"after {one[1]} was left, these are not as before: {one[3]}"
            assert one == other, f"{one[1]} was left {'with' if one[2] else 'without'} the exception, expected {other}"
        assert one == other, f"{depth}: got {one}, expected {other}"
        depth = f"after {one[1]} was left" if one[0] == "left" else "inside a block"
    assert got == expected, f"{len(got)} events, expected {len(expected)}"


@given(program=programs(), name=st.sampled_from(NAMES))
@example(program=({"Base": "method"}, [("Base", "a", "end", [])]), name="run")
@example(program=({"Base": "method"}, [("Leaf", "a", "end", [])]), name="run")
@example(program=({"Base": "class"}, [("Base", "a", "end", [])]), name="run")
@example(program=({"Base": "class"}, [("Left", "a", "end", [])]), name="run")
@example(program=({"Base": "static"}, [("Base", "a", "end", [])]), name="run")
@example(program=({"Base": "static"}, [("Leaf", "a", "end", [])]), name="run")
@example(program=({"Left": "static", "Right": "class"}, [("Leaf", "a", "end", [])]), name="run")
@example(program=({"Base": "method", "Right": "class"}, [("Leaf", "a", "end", [])]), name="run")
@example(program=({"Base": "method"}, [("Base", "a", "error", [])]), name="run")
@example(program=({"Base": "method"}, [("Leaf", "a", "error", [])]), name="run")
@example(program=({"Base": "method"}, [("Base", "a", "interrupt", [])]), name="run")
@example(program=({"Base": "static"}, [("Leaf", "a", "interrupt", [])]), name="run")
@example(program=({"Base": "method"}, [("Base", "a", "end", [])]), name="__call__")
@example(program=({"Base": "method"}, [("Base", "a", "end", []), ("Base", "b", "end", [])]), name="run")
@example(program=({"Base": "class"}, [("Leaf", "a", "end", []), ("Leaf", "b", "end", [])]), name="run")
@example(program=({"Base": "method"}, [("Base", "a", "end", [("Base", "b", "end", [])])]), name="run")
@example(program=({"Base": "class"}, [("Base", "a", "end", [("Base", "b", "error", [])])]), name="run")
@example(program=({"Base": "method"}, [("Leaf", "a", "end", [("Leaf", "b", "end", [])])]), name="run")
@example(program=({"Base": "method"}, [("Base", "a", "end", [("Leaf", "b", "end", [])])]), name="run")
@example(program=({"Base": "method"}, [("Leaf", "a", "error", [("Base", "b", "interrupt", [])])]), name="run")
def test_the_method_is_swapped_inside_and_restored_after(kata, solution, program, name):
    event(f"{sum(label.startswith('patch') for _, label, *_ in program[1])} blocks after each other")
    check(kata, solution, program, name, made_first=False)


@settings(max_examples=50)
@given(program=programs(), name=st.sampled_from(NAMES))
@example(program=({"Base": "method"}, [("Base", "a", "end", [])]), name="run")
@example(program=({"Base": "method"}, [("Base", "a", "end", [("Base", "b", "end", [])])]), name="run")
@example(program=({"Base": "method"}, [("Base", "a", "end", [("Leaf", "b", "end", [])])]), name="run")
@example(program=({"Base": "static"}, [("Left", "a", "end", [("Leaf", "b", "error", [])])]), name="run")
def test_nothing_happens_before_the_block_is_entered(kata, solution, program, name):
    check(kata, solution, program, name, made_first=True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_is_refused(kata, kind):
    for holds, owner, wanted in (
        ({"Base": kind}, "Base", "walk"),
        ({"Base": kind}, "Leaf", "walk"),
        ({"Leaf": kind}, "Base", "run"),
        ({"Left": kind}, "Right", "run"),
        ({"Base": kind}, "Base", ""),
        ({"Base": kind}, "Base", "only_here"),
        ({}, "Leaf", "run"),
    ):
        refuses(kata.run, probes.enter_without, holds, "run", owner, wanted, error=AttributeError)
