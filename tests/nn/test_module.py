"""Properties of nn/module."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import shown
from tests.agreement import trusted_parts
from tests.nn import module_model, oracles
from tests.nn.probes import module as probes
from tests.nn.rounding import assert_within
from tests.refusals import refuses
from tests.strategies.float_arrays import dtypes, float_arrays
from tests.strategies.sizes import sizes

NAN = math.nan

modules = st.sampled_from("mnk")
names = st.sampled_from(probes.NAMES)
values = st.sampled_from([[1.0], [2.0], [1.0, 2.0], [[3.0, 4.0]]])
raw_steps = st.one_of(
    st.tuples(st.just("parameter"), modules, names, values),
    st.tuples(st.just("child"), modules, names, modules),
    st.tuples(st.just("buffer"), modules, names, values, st.booleans()),
    st.tuples(st.just("tie"), modules, names, modules, names),
    st.tuples(st.sampled_from(["number", "none", "delete"]), modules, names),
    st.tuples(st.just("array"), modules, names, values),
    st.tuples(st.just("list"), modules, names, modules),
    st.tuples(st.just("train"), modules, st.booleans()),
    st.tuples(st.sampled_from(["train", "eval"]), modules),
    st.tuples(st.just("load"), modules, st.integers(0, 99), st.booleans()),
    st.tuples(st.just("write"), modules, st.integers(0, 9), st.sampled_from([5.0, 6.0])),
    st.tuples(st.just("copy"), modules, modules),
)


@st.composite
def programs(draw: st.DrawFn) -> list[probes.Step]:
    """Programs in which every step has a meaning; states to load are made from the names that there are."""
    model = module_model.Model()
    program = []
    for raw in draw(st.lists(raw_steps, max_size=8)):
        step = fitted(model, raw)
        if step is not None and model.admits(step):
            model.take(step)
            program.append(step)
    return program


def fitted(model: module_model.Model, raw: probes.Step) -> probes.Step | None:
    """The step, with the numbers that stand for names and states replaced by such."""
    kind, name, *rest = raw
    own = model.modules[name].state() if kind in ("load", "write") else {}
    if kind == "write":
        return ("write", name, list(own)[rest[0] % len(own)], rest[1]) if own else None
    if kind == "load":
        return ("load", name, state_like(own, rest[0]), rest[1])
    return raw


def state_like(own: dict[str, np.ndarray], number: int) -> dict[str, Any]:
    """The state of a module with new values; now and then one name less, one more, or one array of another shape."""
    change, place = number % 5, number // 5
    state: dict[str, Any] = {
        name: (10.0 * index + array).tolist() for index, (name, array) in enumerate(own.items(), 1)
    }
    if own and change in (1, 2):
        name = list(own)[place % len(own)]
        if change == 1:
            del state[name]
        else:
            state[name] = [[0.0]] if own[name].shape != (1, 1) else [0.0]
    if change == 3:
        state[("a", "a.a", "x", "b.c.x")[place % 4]] = [0.0]
    return dict(reversed(state.items())) if place % 2 else state


A, B = ("parameter", "m", "a", [1.0]), ("parameter", "m", "b", [2.0])
BUFFER = ("buffer", "m", "a", [1.0, 2.0], True)
NESTED = [("parameter", "n", "a", [1.0]), ("child", "m", "c", "n"), ("parameter", "m", "b", [2.0])]

PROGRAMS = {
    "one parameter": [A],
    "equal values": [A, ("parameter", "m", "b", [1.0]), ("parameter", "n", "a", [1.0]), ("child", "m", "c", "n")],
    "two modules": [A, ("parameter", "n", "b", [2.0])],
    "own names before those of children": NESTED,
    "parameters before buffers before children": [
        ("child", "m", "c", "n"),
        *NESTED[:1],
        ("buffer", "m", "a", [3.0], True),
        B,
    ],
    "three levels": [("parameter", "k", "a", [1.0]), ("child", "n", "b", "k"), ("child", "m", "c", "n"), ("eval", "m")],
    "train again": [("child", "n", "b", "k"), ("child", "m", "c", "n"), ("eval", "m"), ("train", "n")],
    "train False": [("child", "m", "c", "n"), ("train", "m", False)],
    "eval of a child": [("child", "m", "c", "n"), ("eval", "n")],
    "added after eval": [("eval", "m"), ("child", "m", "c", "n")],
    "replaced parameter": [A, B, ("parameter", "m", "a", [3.0])],
    "replaced child": [*NESTED, ("parameter", "k", "b", [3.0]), ("child", "m", "c", "k")],
    "a child in place of a parameter": [A, ("child", "m", "b", "n"), ("child", "m", "a", "k")],
    "a parameter in place of a child": [("child", "m", "a", "n"), B, A],
    "a parameter in place of a buffer": [BUFFER, B, A],
    "a child in place of a buffer": [BUFFER, ("child", "m", "a", "n"), ("parameter", "n", "b", [1.0])],
    "a parameter in place of a hidden buffer": [("buffer", "m", "a", [1.0], False), A, ("delete", "m", "a"), BUFFER],
    "a parameter in place of a number": [("number", "m", "a"), A],
    "a child in place of a number": [("number", "m", "a"), ("child", "m", "a", "n")],
    "a buffer in place of others": [A, BUFFER, ("number", "m", "b"), ("buffer", "m", "b", [1.0], True)],
    "a buffer in place of a child": [("child", "m", "a", "n"), BUFFER],
    "a number in place of others": [A, ("number", "m", "a"), ("child", "m", "b", "n"), ("number", "m", "b")],
    "a number in place of a buffer": [BUFFER, ("number", "m", "a")],
    "an array in place of others": [
        A,
        ("array", "m", "a", [5.0]),
        ("child", "m", "b", "n"),
        ("array", "m", "b", [5.0]),
    ],
    "an array in place of a buffer": [BUFFER, B, ("array", "m", "a", [5.0]), ("array", "m", "c", [6.0])],
    "an array in place of a hidden buffer": [("buffer", "m", "a", [1.0], False), ("array", "m", "a", [5.0])],
    "a plain array": [("array", "m", "a", [5.0]), ("array", "m", "a", [6.0])],
    "a list": [("parameter", "n", "a", [1.0]), ("list", "m", "b", "n"), ("eval", "m"), ("list", "n", "a", "k")],
    "added to a child": [("child", "m", "c", "n"), ("parameter", "n", "a", [1.0])],
    "none for a parameter": [A, B, ("none", "m", "a")],
    "none and back": [A, B, ("none", "m", "a"), ("parameter", "m", "a", [3.0])],
    "none for a parameter keeps its name": [A, ("none", "m", "a"), ("number", "m", "a"), BUFFER],
    "none for a buffer": [BUFFER, ("none", "m", "a"), ("number", "m", "a"), ("array", "m", "a", [4.0])],
    "a buffer twice": [BUFFER, ("buffer", "m", "b", [1.0], True), ("buffer", "m", "a", [3.0], True)],
    "a buffer that becomes hidden": [BUFFER, ("buffer", "m", "a", [3.0], False)],
    "a buffer that was hidden": [("buffer", "m", "a", [3.0], False), BUFFER],
    "hidden here, not there": [
        ("buffer", "m", "a", [3.0], False),
        ("buffer", "n", "a", [3.0], True),
        ("child", "m", "b", "n"),
    ],
    "deleted parameter": [A, B, ("delete", "m", "a"), A],
    "deleted child": [*NESTED, ("delete", "m", "c")],
    "deleted buffer": [BUFFER, ("delete", "m", "a"), ("delete", "m", "a")],
    "deleted number": [("number", "m", "a"), ("delete", "m", "a"), A, ("delete", "m", "a")],
    "deleted hidden buffer": [("buffer", "m", "a", [3.0], False), ("delete", "m", "a"), BUFFER],
    "nothing to delete": [("delete", "m", "a")],
    "tied": [A, ("tie", "m", "b", "m", "a")],
    "tied across modules": [A, ("tie", "n", "b", "m", "a"), ("child", "m", "c", "n"), ("write", "m", "c.b", 5.0)],
    "tied, then the first one replaced": [A, ("tie", "m", "b", "m", "a"), ("parameter", "m", "a", [3.0])],
    "a child twice": [
        ("parameter", "n", "a", [1.0]),
        ("child", "m", "b", "n"),
        ("child", "m", "a", "n"),
        ("eval", "m"),
    ],
    "a grandchild twice": [
        ("parameter", "k", "a", [1.0]),
        *(("child", "n", "b", "k"), ("child", "m", "a", "n"), ("child", "m", "b", "k")),
    ],
    "a live array": [A, BUFFER, ("buffer", "m", "c", [1.0], True), ("write", "m", "a", 5.0), ("write", "m", "c", 6.0)],
    "a live array of a child": [*NESTED, ("write", "m", "c.a", 5.0)],
    "load": [A, ("buffer", "m", "b", [2.0], True), ("load", "m", {"b": [20.0], "a": [10.0]}, True)],
    "load into a child": [*NESTED, ("load", "m", {"c.a": [10.0], "b": [20.0]}, True)],
    "load into tied": [A, ("tie", "m", "b", "m", "a"), ("load", "m", {"b": [20.0], "a": [10.0]}, True)],
    "load half of tied": [A, ("tie", "m", "b", "m", "a"), ("load", "m", {"a": [10.0]}, True)],
    "load half of tied, not strictly": [A, ("tie", "m", "b", "m", "a"), ("load", "m", {"a": [10.0]}, False)],
    "missing": [A, B, ("load", "m", {"a": [10.0]}, True)],
    "missing, not strictly": [A, B, ("load", "m", {"a": [10.0]}, False)],
    "unexpected": [A, ("load", "m", {"a": [10.0], "b": [20.0]}, True)],
    "unexpected, not strictly": [A, ("load", "m", {"a": [10.0], "b": [20.0], "a.a": [1.0]}, False)],
    "a name that ends alike": [*NESTED, ("load", "m", {"a": [10.0], "b": [20.0], "c.a": [30.0]}, False)],
    "one prefix of another": [*NESTED, ("load", "n", {"c.a": [10.0]}, False)],
    "a hidden buffer is unexpected": [
        A,
        ("buffer", "m", "b", [1.0], False),
        ("load", "m", {"a": [10.0], "b": [20.0]}, True),
    ],
    "hidden, not strictly": [A, ("buffer", "m", "b", [1.0], False), ("load", "m", {"a": [10.0], "b": [20.0]}, False)],
    "none is unexpected": [A, B, ("none", "m", "b"), ("load", "m", {"a": [10.0], "b": [20.0]}, True)],
    "a shape that could be broadcast": [("parameter", "m", "a", [1.0, 2.0]), ("load", "m", {"a": [10.0]}, True)],
    "the same, not strictly": [("parameter", "m", "a", [1.0, 2.0]), ("load", "m", {"a": [10.0]}, False)],
    "a shape of one more axis": [("parameter", "m", "a", [[1.0, 2.0]]), ("load", "m", {"a": [3.0, 4.0]}, True)],
    "as many values": [("parameter", "m", "a", [[1.0, 2.0]]), ("load", "m", {"a": [[3.0], [4.0]]}, False)],
    "a shape of one axis less": [A, ("load", "m", {"a": [[3.0]]}, False)],
    "a shape of a buffer": [("buffer", "m", "a", [1.0, 2.0], True), ("load", "m", {"a": [3.0]}, False)],
    "a second array of another shape": [A, B, ("load", "m", {"a": [10.0], "b": [1.0, 2.0]}, False)],
    "missing, and of another shape": [A, B, ("load", "m", {"b": [1.0, 2.0]}, False)],
    "load nothing": [A, ("load", "m", {}, False), ("load", "m", {}, True)],
    "load into an empty module": [
        ("load", "m", {}, True),
        ("load", "m", {"a": [1.0]}, False),
        ("load", "m", {"a": [1.0]}, True),
    ],
    "load what was deleted": [A, B, ("delete", "m", "b"), ("load", "m", {"a": [10.0]}, True)],
    "a copy of its own": [
        A,
        (*BUFFER[:2], "c", [1.0], True),
        ("copy", "n", "m"),
        ("write", "n", "a", 5.0),
        ("write", "n", "c", 6.0),
    ],
    "ties of a copy": [A, ("tie", "m", "b", "m", "a"), ("copy", "n", "m"), ("write", "n", "b", 5.0)],
    "a copy of a child": [*NESTED, ("copy", "k", "m"), ("eval", "k"), ("load", "k", {"b": [3.0], "c.a": [4.0]}, True)],
    "a hidden buffer of a copy": [
        ("buffer", "m", "a", [1.0], False),
        ("copy", "n", "m"),
        ("buffer", "n", "a", [2.0], True),
    ],
    "a copy in training": [("eval", "m"), ("copy", "n", "m"), ("train", "m")],
}
"""A program for every rule; each of them has caught somebody."""


def with_programs(test: Any) -> Any:
    """The test with every pinned program as an example, the first one first."""
    for program in reversed(PROGRAMS.values()):
        test = example(program=list(program))(test)
    return test


@settings(max_examples=100)
@given(program=programs())
@with_programs
def test_programs_end_as_the_rules_say(kata, solution, program):
    expected = module_model.run(program)
    with trusted_parts():
        check(program, solution.run(probes.run_program, program), expected)
    for kind in ("load", "copy", "none", "delete"):
        if any(step[0] == kind for step in program):
            event(kind)
    check(program, kata.run(probes.run_program, program), expected)


@settings(max_examples=30)
@given(program=programs())
@with_programs
def test_programs_end_as_in_torch(kata, program):
    pytest.importorskip("torch")
    from tests.nn import torch_modules

    theirs = probes.run_program(torch_modules, program)
    with trusted_parts():
        check(program, theirs, module_model.run(program))
    expected = theirs | {"steps": module_model.run(program)["steps"]}
    check(program, kata.run(probes.run_program, program), expected)


def check(program, report, expected):
    """Compare what the steps gave, then what each module holds."""
    for step, got, wanted in zip(program, report["steps"], expected["steps"], strict=True):
        said = " ".join([step[0], *map(str, step[1:])])
        if isinstance(wanted, tuple) and all(isinstance(each, str) for each in wanted):
            assert got in wanted, f"{said} must raise {' or '.join(wanted)}, it gives {got}"
        else:
            names = "(missing, unexpected) = " if isinstance(wanted, tuple) else ""
            assert got == wanted, f"{said} gives {got}, expected {names}{wanted}"
    for name, module in expected.items():
        if name != "steps":
            for what, wanted in module.items():
                got = report[name][what]
                assert got == wanted, f"{what} of {name}: {got}, expected {wanted}"
                assert shown(got) == shown(wanted), f"{what} of {name}: {shown(got)}, expected {shown(wanted)}"


@st.composite
def plans(draw, *, deep=True):
    """Layers of fitting sizes in a row, some of them used twice, some rows inside rows; and x for them."""
    features = first = draw(st.integers(1, 3))
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        outputs = draw(st.integers(1, 3))
        part = ("linear", features, outputs, draw(st.booleans()))
        if deep and draw(st.sampled_from([False, False, True])):
            part = ("sequential", part)
        parts.append(part)
        if features == outputs and draw(st.booleans()):
            parts.append(("again",))
        features = outputs
    samples = draw(sizes(small=3, largest=130))
    x = draw(float_arrays((samples, first), dtype=draw(dtypes())))
    return ("sequential", *parts), x


ROW = ("sequential", ("linear", 2, 3, True), ("linear", 3, 1, False))


@settings(max_examples=40)
@given(pair=plans(), seed=st.integers(0, 2**32))
@example(pair=(ROW, np.array([[1.0, 2.0], [3.0, 5.0]])), seed=0)
@example(pair=(ROW, np.array([[1.0, 2.0]], np.float32)), seed=1)
@example(pair=(ROW, np.array([1.0, 2.0])), seed=1)
@example(pair=(("sequential",), np.array([[1.0, 2.0]])), seed=0)
@example(pair=(("sequential", ("linear", 2, 2, True), ("again",)), np.array([[1.0, 2.0]])), seed=0)
@example(pair=(("sequential", ("sequential", ("linear", 2, 2, True)), ("again",)), np.array([[1.0, 2.0]])), seed=0)
@example(pair=(("sequential", ("linear", 40, 60, True)), np.ones((1, 40))), seed=3)
@example(pair=(("sequential", *[("linear", 1, 1, True)] * 12), np.ones((1, 1))), seed=4)
def test_layers_in_a_row_compute_with_what_they_hold(kata, pair, seed):
    plan, x = pair
    replacing = {"0": ("linear", x.shape[-1], plan[1][2], True)} if len(plan) > 1 and plan[1][0] == "linear" else {}
    if ("again",) in plan:
        replacing = {}
    for changes in ({}, replacing):
        with np.errstate(all="ignore"):
            report = kata.run(probes.run_network, plan, seed, x, changes)
        expected, terms, shapes = np.asarray(x, np.float64), np.abs(x).astype(np.float64), {}
        for prefix, (_, inputs, outputs, bias) in layers(plan, changes):
            shapes[f"{prefix}.weight"] = (outputs, inputs)
            shapes |= {f"{prefix}.bias": (outputs,)} if bias else {}
            weight, offset = (report["state"].get(f"{prefix}.{name}") for name in ("weight", "bias"))
            assert weight is not None, f"{prefix}.weight is not in the state, which has {list(report['state'])}"
            expected = oracles.linear(expected, weight, offset if bias else None)[0]
            terms = oracles.linear(terms, np.abs(weight), np.abs(offset) if bias else None)[0]
        got_shapes = {name: array.shape for name, array in report["state"].items()}
        assert got_shapes == shapes, f"the state has {got_shapes}, expected {shapes}"
        assert_within(report["out"], expected, terms, dtype=str(x.dtype), roundings=200, what="the result")
        check_first_values(report["first"])
    other = kata.run(probes.run_network, plan, seed + 1, x, {})["first"]
    if other:
        assert any(not np.array_equal(other[name], report["first"].get(name)) for name in other), "rng is not used"


def layers(plan, changes, prefix=""):
    """Every linear layer of a plan with its name, in the order in which x meets them."""
    last = None
    for index, planned in enumerate(plan[1:]):
        name = f"{prefix}{index}"
        part = planned if prefix else changes.get(name, planned)
        if part[0] == "sequential":
            inner = list(layers(part, {}, f"{name}."))
            last = inner[-1][1] if inner else last
            yield from inner
        else:
            last = last if part == ("again",) else part
            yield name, last


def check_first_values(state):
    """Weights and biases are drawn evenly from -b to b, b = 1 / sqrt(inputs): bounds, then mean and spread of many."""
    for name, array in state.items():
        inputs = state[name.replace(".bias", ".weight")].shape[1]
        scaled = array * math.sqrt(inputs)
        assert array.dtype == np.float64, f"{name} has dtype {array.dtype}"
        assert np.all(np.abs(scaled) <= 1 + 1e-12), f"{name} has {np.abs(array).max()}, 1 / sqrt({inputs}) is the limit"
        if array.size > 30:
            n = array.size
            assert abs(scaled.mean()) < 7 / math.sqrt(3 * n), f"{name} has mean {scaled.mean()} / sqrt({inputs})"
            off = abs(np.square(scaled).mean() - 1 / 3)
            assert off < 7 * math.sqrt(4 / 45 / n), f"{name}: the mean square is {np.square(scaled).mean()} / {inputs}"


LARGE = np.arange(1.0, 401.0)
MODES = ("as it is", "eval", "as it is", "train")


@settings(max_examples=40)
@given(
    x=dtypes().flatmap(lambda dtype: float_arrays((3,), dtype=dtype)),
    p=st.sampled_from([0.5, 0.25, 0.9, 0.0, 1.0, None]),
    seed=st.integers(0, 2**32),
    modes=st.lists(st.sampled_from(MODES), min_size=1, max_size=4),
)
@example(x=LARGE, p=0.25, seed=0, modes=["as it is", "as it is", "eval", "as it is", "train"])
@example(x=LARGE, p=None, seed=1, modes=["as it is", "as it is"])
@example(x=np.ones(2), p=1.0, seed=1, modes=["as it is", "eval"])
@example(x=np.ones(2, np.float32), p=0.0, seed=1, modes=["eval", "train"])
def test_dropout_drops_while_the_model_is_trained(kata, x, p, seed, modes):
    with np.errstate(all="ignore"):
        report = kata.run(probes.run_dropout, x, p, seed, list(modes))
    assert not report["shared"], "a result shares memory with x: it must be a new array"
    p = 0.5 if p is None else p
    training, dropped = True, []
    for number, (mode, result) in enumerate(zip(modes, report["results"], strict=True)):
        training = training if mode == "as it is" else mode == "train"
        where = f"with p={p} result {number + 1} ({'in training' if training else 'not in training'})"
        gone = np.zeros(x.shape, bool)
        if training and isinstance(result, np.ndarray) and result.shape == x.shape:
            gone = result == 0 if p else gone
            dropped.append(gone)
        factor = (1 / (1 - p) if p < 1 else 0.0) if training else 1.0
        expected = np.where(gone, 0.0, x.astype(np.float64) * factor)
        assert_within(result, expected, np.abs(expected), dtype=str(x.dtype), roundings=8, what=where)
    if x.size == LARGE.size and 0 < p < 1:
        for gone in dropped:
            count, limit = np.count_nonzero(gone), 7 * math.sqrt(400 * p * (1 - p)) + 8
            assert abs(count - 400 * p) < limit, f"with p={p} {count} of 400 values are dropped"
        for one, other in itertools.pairwise(dropped):
            assert not np.array_equal(one, other), "two calls dropped the same values"


def test_what_does_not_fit_is_refused(kata):
    for kind in ("parameter", "child", "buffer"):
        refuses(kata.run, probes.register_too_early, kind, error=AttributeError)
    assert kata.run(probes.register_too_early, "number"), "a plain attribute needs no super().__init__()"
    wrong = (ValueError, TypeError)
    for arguments in ([0, 1], [1, 0], [-1, 2], [2, -1], [0, 0], [0, 1, False], [1, 0, False, "rng"]):
        refuses(kata.run, probes.make, "Linear", arguments, error=wrong)
    for p in (-0.1, 1.1, -1, 2, NAN, math.inf, -5e-324, 1 + 2.0**-52):
        refuses(kata.run, probes.make, "Dropout", [p], error=wrong)
        refuses(kata.run, probes.make, "Dropout", [p, "rng"], error=wrong)
    for modules in ([1], [None], ["ab"], [np.ones(1)], [[]]):
        refuses(kata.run, probes.make, "Sequential", modules, error=wrong)
    got = kata.run(probes.call, [1, [2]], {"factor": 3})
    assert got == ((1, [2]), {"factor": 3}, True), f"a call hands its arguments to forward; there arrived {got}"
    got = kata.run(probes.unpinned, 4, 300)
    wanted = {"shapes": [(300, 4), (300,)] * 2, "largest": True, "different": True, "dropped": True}
    assert got == wanted, f"layers without a generator: {got}, expected {wanted}"
