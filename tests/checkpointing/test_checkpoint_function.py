"""Properties of checkpointing/checkpoint_function."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import torch
import torch.utils.checkpoint
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.binding import InProcess
from tests.agreement import trusted_parts
from tests.checkpointing.probes import checkpoint_function as probes
from tests.refusals import refuses
from tests.tolerance import assert_close

SLACK = 16_384
"""Bytes that are no tensor of a measured program: a random state (5056 on a CPU), a list of numbers."""


def library(*, use_reentrant):
    """PyTorch's own checkpointing, as an oracle."""

    def checkpoint(function, *args, preserve_rng_state=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # inside of a call that runs without gradients, no input needs one
            return torch.utils.checkpoint.checkpoint(
                function, *args, use_reentrant=use_reentrant, preserve_rng_state=preserve_rng_state
            )

    return InProcess(SimpleNamespace(checkpoint=checkpoint))


PLAIN = InProcess(SimpleNamespace(checkpoint=lambda function, *args, **_: function(*args)))
REENTRANT, NOT_REENTRANT = library(use_reentrant=True), library(use_reentrant=False)


def values(shape, number=0, dtype="float64"):
    """A tensor of small multiples of 1/4, all different from their neighbours."""
    count = torch.Size(shape).numel()
    return ((torch.arange(count) * 5 + 3 * number) % 9 - 3.5).div(4).view(shape).to(getattr(torch, dtype))


def case(kinds="l", steps=(("tanh", 0),), results=None, *, shape=(2,), extra=(), order=None, dtype="float64", **more):
    """A case for the probes: one letter of ``kinds`` a tensor (leaf, result, or - that needs no gradient)."""
    names = {"l": "leaf", "r": "result", "-": ""}
    tensors = [(values(shape, number, dtype), names[kind]) for number, kind in enumerate(kinds)]
    arguments = [*[("tensor", number) for number in range(len(tensors))], *[("plain", each) for each in extra]]
    arguments = [arguments[at] for at in order] if order else arguments
    return {
        "tensors": tensors,
        "arguments": arguments,
        "parameters": [values(shape[-1:], 5 + number, dtype) for number in range(2)],
        "steps": list(steps),
        "results": len(arguments) + len(steps) - 1 if results is None else results,
        "unused": [],
        "seed": 0,
        "options": {},
        "grad": True,
        **more,
    }


ONE = ("tanh", "dropout", "noise", "same", "weight", "mul", "add", "roll", "pick", "named", "order", "mul", "dropout")
BODIES = (
    ([("dropout", 0), ("tanh", 2), ("mul", 3, 1)], 4),
    ([("mul", 0, 1), ("weight", 2, 1), ("noise", 3)], 4),
    ([("nested", [("noise", 0), ("mul", 1, 1)], 2, [0]), ("dropout", 2), ("mul", 3, 3)], 4),
)


@st.composite
def cases(draw, *, nested=False):
    """Small programs over arguments of every kind, in any order."""
    width = draw(st.sampled_from([2, 1, 3, 0, 33]))
    shape = draw(st.sampled_from([(width,), (2, width), (1, width)]))
    kinds = "".join(draw(st.lists(st.sampled_from("lr-"), min_size=1, max_size=2)))
    index = (torch.arange(width) * 2 + 1) % max(1, width)
    extra = draw(st.lists(st.sampled_from(["int", "index", "name"]), unique=True, max_size=3))
    plain = {"int": 1, "index": index, "name": draw(st.sampled_from([None, "exp", "cos"]))}
    arguments = [*range(len(kinds)), *extra, *draw(st.sampled_from([[], [0]]))]
    arguments = draw(st.permutations(arguments))
    floats = [at for at, each in enumerate(arguments) if isinstance(each, int)]
    others = []
    steps = []
    names = st.sampled_from([*ONE, "nested"] if nested else ONE)
    wanted = draw(st.lists(st.tuples(names, st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
    if nested:
        wanted.append(("nested", draw(st.integers(0, 9)), draw(st.integers(0, 9))))
    for name, a, b in wanted:
        first, second = floats[a % len(floats)], floats[b % len(floats)]
        special = {"roll": "int", "pick": "index", "named": "name"}.get(name)
        if special:
            step = (name, first, arguments.index(special)) if special in arguments else ("tanh", first)
        elif name == "nested":
            body, result = BODIES[(a + b) % len(BODIES)]
            step = (name, body, result, [first, second])
        elif name in ("mul", "add"):
            step = (name, first, second)
        else:
            step = (name, first, b % 2) if name == "weight" else (name, first)
        (others if name == "order" else floats).append(len(arguments) + len(steps))
        steps.append(step)
    results = floats[-1]
    if draw(st.booleans()):
        results = draw(st.lists(st.sampled_from([*floats, *others]), unique=True, max_size=2))
        results.insert(draw(st.integers(0, len(results))), floats[-1])
        results = list(dict.fromkeys(results))
    randomly = any(step[0] in ("dropout", "noise", "nested") for step in steps)
    made = case(
        kinds,
        steps,
        results,
        shape=shape,
        dtype=draw(st.sampled_from(["float64", "float32"])),
        unused=draw(st.sampled_from([[], [], [0], [1]])),
        seed=draw(st.integers(0, 99)),
        options=draw(st.sampled_from([{}, {"preserve_rng_state": True}, {"preserve_rng_state": randomly}])),
    )
    made["arguments"] = [("tensor", each) if isinstance(each, int) else ("plain", plain[each]) for each in arguments]
    return made


def assert_as_plain(got, expected, dtype):
    """Fail where a trace differs from that of a plain call."""
    assert got["type"] == expected["type"], f"the result is a {got['type']}, the function returns a {expected['type']}"
    assert len(got["results"]) == len(expected["results"]), (
        f"{len(got['results'])} results, the function returns {len(expected['results'])}"
    )
    for number, (one, other) in enumerate(zip(got["results"], expected["results"], strict=True)):
        compare(one, other, f"result {number}", dtype)
    for when, one, other in zip(("forward", "backward"), got["drawn"], expected["drawn"], strict=True):
        assert torch.equal(one, other), (
            f"the random numbers drawn after the {when} pass are {one.tolist()}, after a plain call {other.tolist()}"
        )
    for what in ("gradients", "gradients of parameters"):
        pairs = zip(got[what], expected[what], strict=True)
        for number, (one, other) in enumerate(pairs):
            if one is None and other is None:
                continue
            given_one = torch.zeros_like(other) if one is None else one
            compare(given_one, torch.zeros_like(one) if other is None else other, f"{what}: number {number}", dtype)
    assert got["need a gradient"] == expected["need a gradient"], "requires_grad of an argument was changed"
    for number, (one, other) in enumerate(zip(got["tensors"], expected["tensors"], strict=True)):
        assert torch.equal(one, other), f"argument {number} was changed to {one}"


def compare(got, expected, what, dtype):
    assert got.dtype == expected.dtype, f"{what} has dtype {got.dtype}, expected {expected.dtype}"
    # The same operators on the same values: only the order in which gradients are added may differ.
    terms = max(1.0, float(expected.abs().max()) if expected.numel() else 0.0)
    assert_close(got, expected, dtype=dtype, terms=terms, what=what)


def check(kata, solution, device, case):
    dtype = str(case["tensors"][0][0].dtype).removeprefix("torch.")
    expected = PLAIN.run(probes.trace, case, device)
    case = {**case, "used": expected["used"]}
    with trusted_parts():
        oracles = [solution, NOT_REENTRANT]
        if all(kind for _, kind in case["tensors"]):
            oracles.append(REENTRANT)  # it drops the gradients of parameters where no argument needs one
        for oracle in oracles:
            assert_as_plain(oracle.run(probes.trace, case, device), expected, dtype)
    assert_as_plain(kata.run(probes.trace, case, device), expected, dtype)
    event(f"{len(expected['results'])} results, {len(expected['used'])} tensors in the loss")


@settings(max_examples=40)
@given(case=cases())
@example(case=case("l", [("mul", 0, 0), ("mul", 2, 1)], extra=(3,)))
@example(case=case("l", [("dropout", 0), ("mul", 1, 1)], shape=(33,)))
@example(case=case("r", [("mul", 0, 0), ("noise", 1), ("noise", 2)], shape=(33,)))
@example(case=case("-", [("weight", 0, 0), ("tanh", 1)]))
@example(case=case("-", [("tanh", 0)]))
@example(case=case("l-", [("tanh", 0), ("tanh", 1)], [2, 3]))
@example(case=case("l-", [("tanh", 0), ("tanh", 1)], [3, 2]))
@example(case=case("l", [("tanh", 0)], [1]))
@example(case=case("r", [("tanh", 0), ("mul", 0, 0)], [1, 2]))
@example(case=case("r", [("tanh", 0), ("mul", 0, 0)], [1, 2], unused=[0]))
@example(case=case("r", [("tanh", 0), ("mul", 0, 0)], [2, 1], unused=[1]))
@example(case=case("r", [("tanh", 0), ("mul", 0, 0)], [1, 2], unused=[0, 1]))
@example(case=case("l", [("tanh", 0), ("order", 0)], [2, 1]))
@example(case=case("l", [("tanh", 0)], [0, 1]))
@example(case=case("r", [("mul", 0, 0)], [1, 0]))
@example(case=case("l-", [("mul", 0, 1), ("tanh", 2)]))
@example(case=case("rl", [("mul", 0, 1), ("tanh", 2)], order=[1, 0]))
@example(case=case("l", [("mul", 0, 1), ("tanh", 2)], order=[0, 0]))
@example(case=case("l", [("pick", 1, 0), ("mul", 2, 2)], extra=(torch.tensor([1, 1]),), order=[1, 0]))
@example(case=case("l", [("named", 1, 0), ("mul", 2, 2)], extra=(None,), order=[1, 0]))
@example(case=case("l", [("named", 0, 1), ("mul", 2, 2)], extra=("exp",)))
@example(case=case("l", [("roll", 0, 1), ("mul", 2, 2)], extra=(1, 2.5, True)))
@example(case=case("l", [("mul", 0, 0), ("tanh", 1)], options={"preserve_rng_state": False}))
@example(case=case("l", [("dropout", 0), ("mul", 1, 1)], shape=(33,), options={"preserve_rng_state": True}))
@example(case=case("l", [("weight", 0, 0), ("weight", 1, 0), ("weight", 2, 1)], dtype="float32"))
def test_results_gradients_and_random_numbers_are_those_of_a_plain_call(kata, solution, device, case):
    check(kata, solution, device, case)


@settings(max_examples=15)
@given(case=cases(nested=True))
@example(case=case("l", [("nested", [("mul", 0, 0)], 1, [0]), ("mul", 1, 1)]))
@example(case=case("r", [("tanh", 0), ("nested", [("dropout", 0), ("mul", 1, 1)], 2, [1]), ("noise", 2)], shape=(33,)))
@example(case=case("l", [("nested", *BODIES[1], [0, 0]), ("nested", *BODIES[0], [1, 1]), ("mul", 2, 2)], shape=(33,)))
@example(case=case("-", [("nested", [("weight", 0, 0), ("tanh", 1)], 2, [0]), ("mul", 1, 1)]))
@example(case=case("l", [("noise", 0), ("nested", *BODIES[2], [1, 0]), ("dropout", 2), ("mul", 3, 3)], shape=(33,)))
def test_a_checkpointed_call_may_stand_inside_of_another(kata, solution, device, case):
    check(kata, solution, device, case)


DEEP = [("tanh", 0), ("mul", 1, 1), ("dropout", 2), ("weight", 3, 0), ("tanh", 4), ("noise", 5), ("tanh", 6)]


@st.composite
def deep_cases(draw, kinds=("l", "r", "-", "ll")):
    """Chains of five steps or more, on tensors of 64 KiB, that all save values and need a gradient."""
    kinds = draw(st.sampled_from(kinds))
    start = len(kinds)
    steps = [("weight", 0, 0)]
    for name in draw(st.lists(st.sampled_from(["tanh", "mul", "dropout", "noise", "weight"]), min_size=5, max_size=9)):
        last = start + len(steps) - 1
        steps.append((name, last, {"mul": last, "weight": 1}[name]) if name in ("mul", "weight") else (name, last))
    results = draw(st.sampled_from([None, [start + len(steps) - 1, start + 1]]))
    return case(kinds, steps, results, shape=(64, 128), seed=draw(st.integers(0, 9)))


@settings(max_examples=8)
@given(case=deep_cases())
@example(case=case("l", DEEP, shape=(64, 128)))
@example(case=case("r", DEEP, [3, 7], shape=(64, 128)))
@example(case=case("-", [("weight", 0, 0), ("tanh", 1), ("mul", 2, 2), ("tanh", 3), ("tanh", 4)], shape=(64, 128)))
@example(case=case("l", DEEP, shape=(64, 128), options={"preserve_rng_state": True}))
def test_little_is_kept_between_the_passes_and_nothing_after_them(kata, device, case):
    use = kata.run(probes.measure, case, device)
    given_bytes = sum(tensor.numel() * tensor.element_size() for tensor, _ in case["tensors"])
    assert use["kept"] <= given_bytes + SLACK, (
        f"{use['kept']} bytes are kept between forward and backward, beside arguments and results; a copy of the "
        f"arguments has {given_bytes}, and each of the {len(case['steps'])} inner values as many"
    )
    assert use["left"] <= SLACK, f"{use['left']} bytes are still in use after the backward pass, without the results"


@settings(max_examples=10)
@given(case=deep_cases())
@example(case=case("l", [("tanh", 0)]))
@example(case=case("l", [("mul", 0, 0), ("mul", 1, 1), ("mul", 2, 2)]))
@example(case=case("-", [("weight", 0, 0), ("tanh", 1)]))
@example(case=case("l", [("dropout", 0), ("mul", 1, 1)], options={"preserve_rng_state": True}))
@example(case=case("r", [("tanh", 0), ("mul", 0, 0)], [1, 2]))
@example(case=case("l", [("tanh", 0), ("tanh", 1)], options={"preserve_rng_state": False}))
def test_the_function_is_called_once_in_each_pass(kata, device, case):
    use = kata.run(probes.measure, case, device)
    assert not use["library"], "torch.utils.checkpoint made the call; write out what it does"
    assert use["calls"] == [1, 2], (
        f"the function was called {use['calls'][0]} times when the forward pass was done, and {use['calls'][1]} times "
        "when the backward pass was; expected 1 and 2"
    )


@settings(max_examples=8)
@given(case=deep_cases(), grad=st.booleans())
@example(case=case("l", DEEP, shape=(64, 128)), grad=False)
@example(case=case("-", [("tanh", 0), ("mul", 1, 1), ("tanh", 2), ("tanh", 3)], shape=(64, 128)), grad=True)
def test_where_no_gradient_is_needed_the_function_is_called_once(kata, device, case, grad):
    if grad:  # then nothing may need one
        steps = [("tanh", step[1]) if step[0] == "weight" else step for step in case["steps"]]
        tensors = [(tensor, "") for tensor, _ in case["tensors"]]
        case = {**case, "steps": steps, "tensors": tensors}
    use = kata.run(probes.measure, {**case, "grad": grad, "backward": False}, device)
    assert not use["library"], "torch.utils.checkpoint made the call; write out what it does"
    assert use["calls"] == [1], f"the function was called {use['calls'][0]} times, expected 1"
    given_bytes = sum(tensor.numel() * tensor.element_size() for tensor, _ in case["tensors"])
    assert use["kept"] <= given_bytes + SLACK, f"{use['kept']} bytes are kept beside arguments and results"


@settings(max_examples=10)
@given(options=st.sampled_from([{}, {"preserve_rng_state": False}]), kinds=st.sampled_from(["l", "-", "r-"]))
@example(options={}, kinds="l")
@example(options={}, kinds="-")
def test_an_error_of_the_function_comes_through(kata, device, options, kinds):
    steps = [("tanh", 0), ("fail",), ("tanh", 0)]
    refuses(kata.run, probes.trace, case(kinds, steps, options=options), device, error=KeyError)
