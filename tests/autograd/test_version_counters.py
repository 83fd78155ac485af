"""Properties of autograd/version_counters."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.autograd.probes import version_counters as probes
from tests.autograd.version_model import ROUNDINGS, UNIT, Model, OutsideError, Refusal
from tests.refusals import refuses
from tests.strategies.layouts import array_layouts, laid_out

SHAPES = [(2,), (1,), (3,), (2, 2), (1, 2), (0,), (5,)]
NUMBERS = [1.0, 2.0, 3.0, -1.0, 0.5, 0.0, -2.5, 0.1]

_references = st.sampled_from([(0,), (-1,), (1,), (-2,), (2,), (-3,)])
_numbers = st.sampled_from([2.0, 1.0, -1.0, 0.0, 0.5, 3, 1e-30, 1e30])
_bounds = st.sampled_from([None, 0, 1, -1, 2, -2, 7, -7])
_views = st.tuples(st.just("view"), _references, _bounds, _bounds, st.sampled_from([None, 1, None, 2, -1]))
_changes = st.tuples(st.sampled_from(["mul_", "add_"]), _references, _references | _numbers)
_results = st.tuples(st.sampled_from(["mul", "add", "mul"]), _references, _references | _numbers)
_steps = st.one_of(
    _results,
    _changes,
    _views,
    st.tuples(st.just("backward"), _references, st.integers(0, 2)),
    _results,
    st.tuples(st.sampled_from(["exp", "exp", "drop"]), _references),
    _changes,
)


@st.composite
def programs(draw: st.DrawFn) -> list[probes.Step]:
    """Programs on a few leaves of one shape; a step that must raise stands in a try."""
    model = Model()
    program: list[probes.Step] = []
    shape = draw(st.sampled_from(SHAPES))
    size = int(np.prod(shape))
    flags = draw(st.lists(st.booleans(), max_size=2))
    leaves = [
        ("leaf", laid_out(np.array(numbers).reshape(shape), draw(array_layouts())), requires_grad)
        for requires_grad in (True, False, *flags)
        for numbers in [draw(st.lists(st.sampled_from(NUMBERS), min_size=size, max_size=size))]
    ]
    for raw in [*leaves, *draw(st.lists(_steps, max_size=10))]:
        names = model.held
        step = tuple(names[each[0] % len(names)] if type(each) is tuple else each for each in raw)
        if step[0] == "drop" and len(names) < 2:
            continue
        if step[0] == "backward":
            step = ("backward", step[1], gradient_for(model.tensors[step[1]].cells.shape, step[2]))
        try:
            model.take(step)
        except OutsideError:
            continue
        except Refusal as refusal:
            if refusal.error == "ValueError":
                continue  # shapes that do not fit: the table has them
            step = ("try", step)
        program.append(step)
    return program


def gradient_for(shape: tuple[int, ...], kind: int) -> np.ndarray | None:
    """None where that is possible, ones, or numbers that are all different."""
    size = int(np.prod(shape))
    if kind == 0 and size == 1:
        return None
    return np.ones(shape) if kind < 2 else np.arange(1.0, size + 1).reshape(shape) / 2


def tensor(*numbers, grad=False):
    """A leaf of one axis."""
    return ("leaf", np.array(numbers, dtype=np.float64), grad)


def backward(name, *numbers):
    """A pass; without numbers, with None."""
    return ("backward", name, np.array(numbers, dtype=np.float64) if numbers else None)


X, C = tensor(2.0, grad=True), tensor(3.0)
PAIR, CONSTANTS = tensor(2.0, 3.0, grad=True), tensor(5.0, 7.0)
TABLE = ("leaf", np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), False)
CHANGES = [("mul_", 10.0), ("add_", 10.0), ("mul_", 1.0), ("add_", 0), ("mul_", "b"), ("add_", "b")]

RIGHT = [
    [X],
    [("leaf", np.array([3, 4]), False)],
    *(
        [("leaf", np.array([0.1, 3.0]).astype(kind), True), ("mul", "a", 0.1), backward("b", 1.0, 2.0), ("exp", "b")]
        for kind in ("float32", "float16", "bool")
    ),
    [X, C, ("mul", "a", "b"), backward("c"), backward("c")],
    [C, ("view", "a", None, None, None), ("mul_", "b", 10.0)],
    [tensor(1.0, 2.0, 3.0), ("view", "a", 1, None, None), ("mul_", "b", 10.0)],
    [C, X, ("mul", "b", "a"), ("mul_", "a", 10.0), ("try", backward("c"))],
    # The gradient of each operation, each operand and each side.
    [X, ("mul", "a", "a"), ("mul", "b", 5.0), backward("c")],
    [X, X, ("mul", "a", "b"), backward("c")],
    [X, ("mul", "a", "a"), backward("b"), ("mul", "b", "a"), backward("c")],
    [C, X, ("mul", "a", "b"), backward("c"), ("mul", "b", "a"), backward("d")],
    [PAIR, ("mul", "a", 5.0), backward("b", 1.0, 2.0), ("mul", "b", 3), backward("c", 1.0, 2.0)],
    [PAIR, ("mul", "a", 0.0), backward("b", 1.0, 2.0)],
    [X, X, ("add", "a", "b"), backward("c"), backward("c", 3.0), ("add", "a", "a"), backward("d")],
    [C, X, ("add", "a", "b"), backward("c"), ("add", "b", "a"), ("add", "d", 1.5), backward("e")],
    [
        tensor(0.5, 1.0, grad=True),
        ("exp", "a"),
        backward("b", 1.0, 2.0),
        ("exp", "b"),
        ("mul", "c", "b"),
        backward("d", 1.0, -1.0),
    ],
    [PAIR, PAIR, ("add", "a", "b"), backward("c", 1.0, 2.0), backward("a", 1.0, 1.0), backward("c", 1.0, 2.0)],
    [X, X, ("add", "a", "b"), backward("c"), ("mul", "a", "c"), backward("d"), backward("b")],
    [PAIR, backward("a", 1.0, 2.0), backward("a", 1.0, 2.0)],
    [X, ("mul", "a", "a"), ("mul", "b", "b"), backward("c"), backward("b"), backward("c")],
    [X, X, C, ("mul", "a", "c"), backward("d")],
    # Results of what requires no gradient, and other new tensors, have a storage of their own.
    [C, ("mul", "a", 2.0), ("mul_", "b", 10.0), ("add", "a", 0.0), ("add_", "c", 1.0), ("exp", "a"), ("mul_", "d", 2)],
    [C, C, ("mul", "a", "b"), ("mul_", "a", 10.0), ("mul_", "c", 2.0), ("mul_", "a", 1.0)],
    [C, ("mul_", "a", 2.0), ("mul", "a", 1.0), ("add", "a", 0.0), ("exp", "a"), ("view", "a", None, None, None)],
    [
        C,
        ("exp", "a"),
        X,
        ("mul", "c", "b"),
        ("mul_", "a", 2.0),
        backward("d"),
        ("mul_", "b", 2.0),
        ("try", backward("d")),
    ],
    # Every change of a saved tensor, before and after it was saved, and after a pass.
    *(
        program
        for name, other in CHANGES
        for program in [
            [X, C, ("mul", "a", "b"), (name, "b", other), ("try", backward("c")), ("try", backward("c"))],
            [X, C, (name, "b", other), ("mul", "a", "b"), backward("c")],
            [C, C, X, ("mul", "c", "a"), backward("d"), (name, "a", other), ("try", backward("d"))],
            [X, C, ("add", "a", "b"), (name, "b", other), backward("c")],
            [X, C, ("mul", "a", "b"), ("try", (name, "a", other)), backward("c")],
            [X, C, ("mul", "a", "b"), ("try", (name, "b", "a")), ("try", (name, "c", other)), backward("c")],
            [X, C, ("exp", "a"), ("try", (name, "c", other)), backward("c"), ("try", (name, "c", "c"))],
        ]
    ),
    [X, C, ("mul", "b", "a"), ("mul_", "b", 10.0), ("try", backward("c"))],
    [X, C, ("mul_", "b", 2), ("mul_", "b", 2), ("mul", "a", "b"), *[("add_", "b", 1)] * 9, ("try", backward("c"))],
    [X, C, ("mul", "a", "b"), ("mul_", "b", 2.0), ("mul_", "b", 0.5), ("try", backward("c"))],
    [X, C, ("mul", "a", "b"), ("mul_", "b", 2.0), ("mul", "a", "b"), backward("d"), ("try", backward("c"))],
    [X, C, ("mul", "a", "b"), ("mul", "a", 2.0), ("add_", "b", 1.0), backward("d"), ("try", backward("c"))],
    [X, C, ("mul", "a", "b"), ("add", "a", "c"), ("add_", "b", 1.0), ("try", backward("d")), backward("a")],
    [X, X, C, ("mul", "b", "c"), ("add", "a", "d"), ("add_", "c", 1.0), ("try", backward("e")), backward("a")],
    [X, C, C, ("mul", "a", "b"), ("mul", "d", "c"), ("add_", "b", 1.0), ("try", backward("e")), ("add_", "c", 1.0)],
    [X, C, C, ("mul", "b", "c"), ("mul", "a", "d"), ("add_", "b", 1.0), ("add_", "c", 1.0), backward("e")],
    [X, C, C, ("mul", "b", "c"), ("mul", "a", "d"), ("add_", "d", 1.0), ("try", backward("e"))],
    [X, C, ("mul", "a", 3.0), ("mul", "c", "b"), ("add_", "b", 1.0), ("try", backward("d")), backward("c")],
    [X, X, C, ("mul", "a", "b"), ("mul", "d", 2.0), ("mul_", "c", 2.0), backward("e")],
    # Views: of constants, saved or changed.
    *(
        program
        for change in (("mul_", "b", 10.0), ("add_", "b", 1.0))
        for program in [
            [C, ("view", "a", None, None, None), X, ("mul", "c", "a"), change, ("try", backward("d"))],
            [C, ("view", "a", None, None, None), X, ("mul", "c", "b"), (change[0], "a", 2.0), ("try", backward("d"))],
            [C, ("view", "a", None, None, None), X, ("mul", "b", "c"), change, ("try", backward("d"))],
            [
                C,
                ("view", "a", None, None, None),
                ("view", "a", None, None, None),
                X,
                ("mul", "d", "c"),
                change,
                ("try", backward("e")),
            ],
            [
                C,
                ("view", "a", None, None, None),
                ("view", "b", 0, 1, None),
                X,
                ("mul", "d", "a"),
                (change[0], "c", 2),
                ("try", backward("e")),
            ],
            [C, ("view", "a", None, None, None), X, ("add", "c", "a"), change, backward("d")],
        ]
    ),
    [
        CONSTANTS,
        ("view", "a", 0, 1, None),
        ("view", "a", 1, 2, None),
        X,
        ("mul", "d", "b"),
        ("mul_", "c", 2.0),
        ("try", backward("e")),
    ],
    [CONSTANTS, ("mul_", "a", 2.0), ("view", "a", 0, 1, None), ("mul_", "b", 2.0), ("view", "b", 0, 1, None)],
    [CONSTANTS, ("view", "a", None, None, -1), ("add_", "b", "a"), ("mul_", "a", "b")],
    [tensor(1.0, 2.0, 3.0), ("view", "a", 1, None, None), ("view", "a", None, -1, None), ("add_", "b", "c")],
    [tensor(1.0, 2.0, 3.0), ("view", "a", 1, None, None), ("view", "a", None, -1, None), ("mul_", "c", "b")],
    [CONSTANTS, ("mul_", "a", "a"), ("add_", "a", "a")],
    [
        CONSTANTS,
        ("view", "a", 2, None, None),
        ("mul_", "b", 2.0),
        PAIR,
        ("mul", "c", "a"),
        ("add_", "b", 1.0),
        ("try", backward("d", 1.0, 1.0)),
    ],
    [TABLE, ("view", "a", None, None, 2), ("view", "b", 1, None, None), ("mul_", "c", 10.0), ("add_", "b", "b")],
    # Tensors that the program lets go: what was saved stays saved, views stay views, and what comes later is new.
    *(
        program
        for change in (("mul_", "a", 10.0), ("add_", "a", 1.0))
        for program in [
            [C, ("view", "a", None, None, None), X, ("mul", "c", "b"), ("drop", "b"), change, ("try", backward("d"))],
            [C, ("view", "a", None, None, None), X, ("mul", "b", "c"), ("drop", "b"), backward("d"), change],
            [C, ("view", "a", None, None, None), change, ("drop", "a"), (change[0], "b", 2.0)],
            [
                C,
                ("view", "a", None, None, None),
                X,
                ("mul", "c", "a"),
                ("drop", "a"),
                (change[0], "b", 2.0),
                ("try", backward("d")),
            ],
            [
                C,
                ("view", "a", None, None, None),
                ("view", "b", None, None, None),
                ("drop", "b"),
                change,
                X,
                ("mul", "d", "c"),
                ("drop", "a"),
                (change[0], "c", 2.0),
                ("try", backward("e")),
            ],
            [C, X, ("mul", "b", "a"), ("drop", "b"), change, ("add", "c", 1.0), ("drop", "c"), ("try", backward("d"))],
            [C, change, ("drop", "a"), C, C, C],
        ]
    ),
    # Views of what requires a gradient.
    [PAIR, ("view", "a", 1, None, None), backward("b"), backward("b")],
    [PAIR, ("view", "a", None, None, -1), ("mul", "b", "a"), backward("c", 1.0, 10.0)],
    [PAIR, ("view", "a", 0, 1, None), ("view", "a", 1, 2, None), ("mul", "b", "c"), backward("d"), backward("b")],
    [PAIR, ("view", "a", 0, 1, None), ("view", "b", 0, 1, None), ("add", "b", "c"), backward("d")],
    [PAIR, ("view", "a", 2, None, None), ("backward", "b", np.zeros(0))],
    [PAIR, ("mul", "a", "a"), ("view", "b", -1, None, None), ("exp", "c"), backward("d")],
    [PAIR, ("view", "a", 0, 1, None), ("try", ("mul_", "b", 2.0)), ("try", ("add_", "b", "b")), backward("b")],
    [(*TABLE[:2], True), ("view", "a", None, None, 2), ("backward", "b", np.array([[1.0, 2.0], [3.0, 4.0]]))],
    [(*TABLE[:2], True), ("view", "a", 1, 2, None), ("mul", "b", "b"), ("backward", "c", np.array([[1, 2]]))],
    [
        X,
        C,
        ("view", "a", None, None, None),
        ("view", "b", None, None, None),
        ("mul", "c", "d"),
        backward("e"),
        ("add_", "d", 1.0),
        ("try", backward("e")),
    ],
    # One element counts as a scalar; gradients of integers; many elements.
    [("leaf", np.array([[2.0]]), True), ("mul", "a", "a"), ("backward", "b", None)],
    [PAIR, ("mul", "a", "a"), ("backward", "b", np.array([1, 2]))],
    [
        ("leaf", np.arange(300.0), True),
        ("leaf", np.arange(300.0) + 1, False),
        ("mul", "a", "b"),
        ("add_", "b", 1.0),
        ("mul", "a", "b"),
        ("backward", "d", np.arange(300.0)),
        ("try", ("backward", "c", np.ones(300))),
    ],
]
"""A program for every rule; each of them has caught somebody."""

COLUMN = ("leaf", np.ones((2, 1)), False)
REFUSED = {
    "operands of other shapes": (
        ValueError,
        [
            [one, other, (name, *names)]
            for name in ("mul", "add", "mul_", "add_")
            for one, other in [
                (C, CONSTANTS),
                (CONSTANTS, tensor(1.0, 2.0, 3.0)),
                (CONSTANTS, COLUMN),
                (COLUMN, ("leaf", np.ones((1, 2)), False)),
                (COLUMN, ("leaf", np.ones((2, 2)), False)),
                (CONSTANTS, ("leaf", np.ones((1, 2)), False)),
                (tensor(), C),
                *([(X, CONSTANTS), (PAIR, C)] if name in ("mul", "add") else []),
            ]
            for names in ("ab", "ba")
        ],
    ),
    "in place where a gradient is required": (
        RuntimeError,
        [
            [*steps, (name, *operands)]
            for name in ("mul_", "add_")
            for steps, operands in [
                ([X], ("a", 2.0)),
                ([X], ("a", "a")),
                ([X, C], ("a", "b")),
                ([X, C], ("b", "a")),
                ([X, ("mul", "a", "a")], ("b", 2)),
                ([X, ("add", "a", 1.0)], ("b", 2.0)),
                ([X, ("exp", "a")], ("b", 2.0)),
                ([X, C, ("mul", "b", "a")], ("b", "c")),
                ([PAIR, ("view", "a", 0, 1, None)], ("b", 2.0)),
                ([PAIR, C, ("view", "a", 0, 1, None)], ("b", "c")),
                ([PAIR, ("view", "a", 0, 0, None)], ("b", 2.0)),
            ]
        ],
    ),
    "backward where none is required": (
        RuntimeError,
        [
            [C, backward("a")],
            [("leaf", np.ones(1)), backward("a")],
            [C, C, ("mul", "a", "b"), backward("c")],
            [C, ("exp", "a"), backward("b")],
            [CONSTANTS, ("view", "a", 0, 1, None), backward("b")],
            [X, C, ("mul", "a", "b"), ("add", "b", 1.0), backward("d")],
        ],
    ),
    "backward after a change": (
        RuntimeError,
        [
            [*program[:-1], program[-1][1]]
            for program in RIGHT
            if program[-1][0] == "try" and "backward" in program[-1][1]
        ],
    ),
    "gradients of other shapes": (
        ValueError,
        [
            [leaf, *steps, ("backward", "b" if steps else "a", gradient)]
            for leaf, gradients in [
                (PAIR, [None, np.ones(1), np.ones((2, 1)), np.ones((1, 2)), np.ones(3), np.ones(()), np.ones(0)]),
                (X, [np.ones((1, 1)), np.ones(2), np.ones(()), np.ones(0)]),
                (tensor(grad=True), [None, np.ones(1), np.ones((0, 1))]),
                (("leaf", np.ones((2, 1)), True), [None, np.ones(2), np.ones((1, 2)), np.ones((2, 2))]),
            ]
            for gradient in gradients
            for steps in ([], [("mul", "a", "a")])
        ],
    ),
}
PROGRAMS = RIGHT + [[*program[:-1], ("try", program[-1])] for _, group in REFUSED.values() for program in group]


def every(listed):
    """Each of these programs is an example of the property, the first one first."""
    return lambda test: functools.reduce(lambda made, each: example(program=each)(made), reversed(listed), test)


@settings(max_examples=100)
@given(program=programs())
@every(PROGRAMS)
def test_programs_end_with_right_gradients_or_with_an_error(kata, solution, program):
    model = run_model(program)
    for error, versions in (each for each in model.events if isinstance(each, tuple)):
        event(f"{error} with versions" if versions else error)
    with trusted_parts():
        check(program, solution.run(probes.run_program, program), model)
    check(program, kata.run(probes.run_program, program), model)


@settings(max_examples=50)
@given(program=programs())
@every(RIGHT)
def test_programs_end_as_in_torch(kata, program):
    pytest.importorskip("torch")
    if any(step[0] == "view" and (step[4] or 1) < 0 for step in program):
        return  # torch has no views with a negative step

    from tests.autograd import torch_tensors

    torch_tensors.LEAVES.clear()
    theirs = probes.run_program(torch_tensors, program)
    with trusted_parts():
        check(program, theirs, run_model(program))
    got = kata.run(probes.run_program, program)
    check(program, got, run_model(program))
    for name, (_, version, *_) in got["ends"].items():
        wanted = theirs["ends"][name][1]
        assert version == wanted, f"{name}.version is {version} at the end, and {wanted} in torch"


def run_model(program):
    """What must become of a program."""
    model = Model()
    for step in program:
        model.take(step)
    return model


def check(program, got, model):
    """Compare events, then every tensor at the end."""
    assert not got["notes"], "; ".join(got["notes"])
    wanted = [each for each in model.events if isinstance(each, tuple)]
    caught = [each for each in got["events"] if isinstance(each, (tuple, list))]
    assert len(got["events"]) == len(model.events), (
        f"errors {[name for name, _ in caught]}, expected {[name for name, _ in wanted]}"
    )
    for number, (happened, expected) in enumerate(zip(got["events"], model.events, strict=True), 1):
        if isinstance(expected, dict):
            assert isinstance(happened, dict), f"{happened[0]} where pass {number} must go well"
            for name, grad in expected.items():
                assert_grad(happened.get(name), grad, f"{name}.grad after event {number}")
            continue
        error, versions = expected
        assert not isinstance(happened, dict), f"no error where {error} is expected: {told(program, number)}"
        kind, numbers = happened
        assert kind == error, f"{kind} where {error} is expected: {told(program, number)}"
        if versions:
            assert any(set(pair) <= set(numbers) for pair in versions), (
                f"the message must name the expected and the actual version, {' or '.join(map(str, versions))}; "
                f"it has the numbers {numbers}"
            )
    assert list(got["ends"]) == model.held, f"tensors {list(got['ends'])}, expected {model.held}"
    for name, (data, version, requires_grad, grad) in got["ends"].items():
        cells = model.tensors[name]
        assert_array(data, cells.data, ROUNDINGS * UNIT * cells.bulk, f"{name}.data at the end")
        assert type(version) is int, f"{name}.version is {version!r}, expected an int"
        assert version == cells.storage.version, f"{name}.version is {version}, expected {cells.storage.version}"
        needed = bool(cells.slopes)
        assert requires_grad is needed, f"{name}.requires_grad is {requires_grad!r}, expected {needed}"
        assert_grad(grad, model.grads[name], f"{name}.grad at the end")


def told(program, number):
    """The step that makes an event."""
    steps = [step for step in program if step[0] in ("try", "backward")]
    step = steps[number - 1] if number <= len(steps) else ("?",)
    step = step[1] if step[0] == "try" else step
    return f"{step[0]} of {step[1]}"


def assert_grad(got, expected, what):
    """Compare a gradient, or its absence."""
    if expected is None:
        assert got is None, f"{what} is {got!r}, expected None"
    else:
        assert_array(got, *expected, what)


def assert_array(got, expected, error, what):
    """Compare kind and shape, then numbers."""
    assert isinstance(got, np.ndarray), f"{what} is {got!r}, expected {expected}"
    assert got.dtype == np.float64, f"{what} has dtype {got.dtype}, expected float64"
    assert got.shape == expected.shape, f"{what} has shape {got.shape}, expected {expected.shape}"
    assert (np.abs(got - expected) <= error).all(), f"{what} is {got}, expected {expected}"


@settings(max_examples=8)
@given(elements=st.integers(1000, 1400), steps=st.integers(8, 12))
@example(elements=1000, steps=10)
def test_what_is_saved_is_not_copied(kata, elements, steps):
    added = kata.run(probes.bytes_held, "add", elements, steps)
    multiplied = kata.run(probes.bytes_held, "mul", elements, steps)
    # A sum saves nothing, and a product saves the same constant each time; a copy of it is as large as the result.
    assert multiplied <= 1.4 * added + 2000, (
        f"a chain of {steps} sums of {elements} elements holds {added} bytes, one of products {multiplied}"
    )


@pytest.mark.parametrize("size", [8, 125])
def test_a_pass_takes_a_few_steps_for_each_operation(kata, size):
    few, many = kata.run(probes.cost_of_backward, size), kata.run(probes.cost_of_backward, 2 * size)
    one = np.ones(1)
    for got, length in ((few, 2 * size), (many, 4 * size)):
        for what in ("data", "grad"):
            assert_array(got[what], one, 0 * one, f"the {what} after {length} operations")
    # Twice the operations take twice the steps and a constant; a walk along all paths takes 2 ** size times as many.
    assert many["steps"] <= 3 * few["steps"], (
        f"backward takes {few['steps']} lines of Python on {2 * size} operations, {many['steps']} on {4 * size}"
    )


@pytest.mark.parametrize("group", list(REFUSED))
def test_what_can_t_be_right_is_refused(kata, group):
    assert not kata.run(probes.run_program, [X, ("mul", "a", "a"), backward("b")])["notes"]
    error, programs_ = REFUSED[group]
    for program in programs_:
        refuses(kata.run, probes.run_program, program, error=error)
