"""Properties of checkpointing/checkpoint_chain."""

from __future__ import annotations

import math
import warnings
from itertools import pairwise
from types import SimpleNamespace

import torch
import torch.utils.checkpoint
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.binding import InProcess
from tests.agreement import trusted_parts
from tests.checkpointing.probes import checkpoint_chain as probes
from tests.refusals import refuses
from tests.strategies.sizes import sizes
from tests.tolerance import assert_close


def run(layers, x):
    """The plain chain."""
    for layer in layers:
        x = layer(x)
    return x


def library(*, use_reentrant):
    """Each segment by PyTorch's own checkpointing, as an oracle."""

    def checkpoint_sequential(layers, segments, x):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for start, end in segments:
                x = torch.utils.checkpoint.checkpoint(run, layers[start:end], x, use_reentrant=use_reentrant)
        return x

    return InProcess(SimpleNamespace(checkpoint_sequential=checkpoint_sequential))


PLAIN = InProcess(SimpleNamespace(checkpoint_sequential=lambda layers, _, x: run(layers, x)))
REENTRANT, NOT_REENTRANT = library(use_reentrant=True), library(use_reentrant=False)


def check_segments(segments, n):
    """Fail where segments are not those of a chain of n layers."""
    assert type(segments) is list, f"the segments are {segments!r}; expected a list"
    pairs = all(type(each) is tuple and len(each) == 2 and type(each[0]) is type(each[1]) is int for each in segments)
    assert pairs, f"the segments are {segments}; expected pairs of integers"
    borders = [0, *[end for _, end in segments]]
    assert [start for start, _ in segments] == borders[:-1], f"{segments} have gaps or overlaps"
    assert borders[-1] == n, f"{segments} end at {borders[-1]}, expected {n}"
    lengths = [end - start for start, end in segments]
    assert all(length > 0 for length in lengths), f"one of {segments} is empty"
    assert not lengths or max(lengths) - min(lengths) <= 1, f"the lengths {lengths} differ by more than 1"
    root = math.isqrt(n)
    allowed = {root} if root * root == n else {root, root + 1}
    assert len(segments) in allowed, f"{len(segments)} segments of {n} layers, expected one of {sorted(allowed)}"


@settings(max_examples=60)
@given(n=st.one_of(sizes(), st.tuples(st.integers(1, 40), st.sampled_from([-1, 0, 1])).map(lambda p: p[0] ** 2 + p[1])))
@example(n=0)
@example(n=1)
@example(n=2)
@example(n=3)
@example(n=5)
@example(n=6)
@example(n=7)
@example(n=8)
@example(n=9)
@example(n=16)
@example(n=48)
@example(n=257)
@example(n=1001**2 - 1)
def test_about_sqrt_n_segments_of_about_the_same_length(kata, solution, n):
    with trusted_parts():
        check_segments(solution.sqrt_segments(n), n)
    check_segments(kata.sqrt_segments(n), n)


def values(shape, number=0, dtype="float64"):
    """A tensor of small multiples of 1/4, all different from their neighbours."""
    count = torch.Size(shape).numel()
    return ((torch.arange(count) * 5 + 3 * number) % 9 - 3.5).div(4).view(shape).to(getattr(torch, dtype))


def case(layers, segments=None, kind="leaf", *, shape=(2,), dtype="float64", ids=False, **more):
    """A case for the probes. Layers are names: a linear one has a number that is its width, others may be pairs."""
    width = shape[-1]
    x = torch.arange(torch.Size(shape).numel()).view(shape) % 4 if ids else values(shape, dtype=dtype)
    made, parameters = [], []
    for each in layers:
        name, *more_of_it = (each,) if isinstance(each, str) else each
        if name in ("scale", "add", "linear", "embed"):
            rows = {"linear": (width,), "embed": (4,)}.get(name, ())
            width = more_of_it[0] if more_of_it else width
            parameters.append(values((*rows, width), len(parameters) + 1, dtype))
            made.append((name, len(parameters) - 1))
        else:
            made.append((name, *more_of_it))
    return {
        "x": x,
        "kind": "" if ids else kind,
        "parameters": parameters,
        "layers": made,
        "segments": [(0, len(made))] if segments is None else segments,
        "seed": 0,
        "grad": True,
        "backward": True,
        **more,
    }


def cut(n, lengths):
    """Segments of these lengths over n layers; the last one is as long as it takes."""
    borders = [0]
    for length in lengths:
        if borders[-1] + length < n:
            borders.append(borders[-1] + length)
    borders += [n] if n else []
    return list(pairwise(borders))


@st.composite
def cases(draw):
    """Short chains over small tensors, cut anywhere."""
    shape = draw(st.sampled_from([(2,), (1,), (2, 3), (1, 2), (0, 2), (33,)]))
    ids = draw(st.sampled_from([False, False, False, True]))
    names = st.sampled_from(["tanh", "dropout", "sin", "noise", "scale", "add", "linear", "same", "view", "again"])
    layers = ["embed"] if ids else []
    for name in draw(st.lists(names, max_size=8)):
        earlier = [at for at, each in enumerate(layers) if each in ("tanh", "dropout", "noise", "sin")]
        if name == "again":
            layers.append(("again", draw(st.sampled_from(earlier))) if earlier else "tanh")
        else:
            layers.append((name, draw(st.sampled_from([2, 1, 3]))) if name == "linear" and len(shape) > 1 else name)
    layers = [each if each != "linear" else "scale" for each in layers]
    segments = cut(len(layers), draw(st.lists(st.integers(1, 4), max_size=8)))
    kind = draw(st.sampled_from(["leaf", "result", ""]))
    made = case(layers, segments, kind, shape=shape, ids=ids, dtype=draw(st.sampled_from(["float64", "float32"])))
    return {**made, "seed": draw(st.integers(0, 99)), "backward": bool(made["kind"] or made["parameters"])}


def assert_as_plain(got, expected):
    """Fail where a trace differs from that of the plain chain."""
    compare(got["result"], expected["result"], "the result")
    for when, one, other in zip(("forward", "backward"), got["drawn"], expected["drawn"], strict=True):
        assert torch.equal(one, other), (
            f"the random numbers drawn after the {when} pass are {one.tolist()}, after a plain call {other.tolist()}"
        )
    for number, (one, other) in enumerate(zip(got["gradients"], expected["gradients"], strict=True)):
        what = f"the gradient of parameter {number - 1}" if number else "the gradient of x"
        if one is not None or other is not None:
            compare(
                torch.zeros_like(other) if one is None else one, torch.zeros_like(one) if other is None else other, what
            )
    assert torch.equal(got["x"], expected["x"]), f"x was changed to {got['x']}"


def compare(got, expected, what):
    assert got.dtype == expected.dtype, f"{what} has dtype {got.dtype}, expected {expected.dtype}"
    if not got.is_floating_point():
        assert torch.equal(got, expected), f"{what} is {got}, expected {expected}"
        return
    # The same operators on the same values: only the order in which gradients are added may differ.
    terms = max(1.0, float(expected.abs().max()) if expected.numel() else 0.0)
    assert_close(got, expected, dtype=str(expected.dtype).removeprefix("torch."), terms=terms, what=what)


@settings(max_examples=40)
@given(case=cases())
@example(case=case([]))
@example(case=case([], []))
@example(case=case(["tanh"]))
@example(case=case(["tanh", "sin", "tanh"], [(0, 2), (2, 3)]))
@example(case=case(["tanh", "sin", "tanh"], [(0, 1), (1, 2), (2, 3)], "result"))
@example(case=case(["dropout", "tanh", "dropout", "tanh"], [(0, 2), (2, 4)], shape=(33,)))
@example(case=case(["noise", "sin", "noise", "sin", "noise"], [(0, 2), (2, 4), (4, 5)], "result", shape=(33,)))
@example(case=case(["scale", "tanh", "scale", "tanh"], [(0, 2), (2, 4)], ""))
@example(case=case(["scale", "dropout", "scale"], [(0, 1), (1, 3)], "", shape=(33,)))
@example(case=case(["embed", "tanh", "scale"], [(0, 1), (1, 3)], ids=True))
@example(case=case(["tanh", "scale", "sin"], [(0, 1), (1, 3)], ""))
@example(case=case([("linear", 3), "tanh", ("linear", 1)], [(0, 2), (2, 3)], shape=(2, 2)))
@example(case=case(["sin", ("again", 0), ("again", 0), "tanh"], [(0, 1), (1, 4)]))
@example(case=case(["dropout", "sin", ("again", 0), ("again", 1)], [(0, 2), (2, 4)], shape=(33,)))
@example(case=case(["same", "view", "tanh", "same"], [(0, 2), (2, 3), (3, 4)]))
@example(case=case(["view", "same"], [(0, 1), (1, 2)], "result"))
@example(case=case(["tanh", "sin", "tanh", "sin", "tanh"], [(0, 4), (4, 5)], dtype="float32"))
@example(case=case(["tanh", "sin", "tanh", "sin", "tanh"], [(0, 1), (1, 5)], dtype="float32"))
def test_results_gradients_and_random_numbers_are_those_of_the_plain_chain(kata, solution, device, case):
    case = case if case["layers"] else {**case, "segments": []}
    expected = PLAIN.run(probes.trace, case, device)
    with trusted_parts():
        # The reentrant one drops the gradients of parameters where x needs none.
        for oracle in (solution, NOT_REENTRANT, REENTRANT) if case["kind"] else (solution, NOT_REENTRANT):
            assert_as_plain(oracle.run(probes.trace, case, device), expected)
    assert_as_plain(kata.run(probes.trace, case, device), expected)
    event(f"{len(case['segments'])} segments")


SAVING = ("tanh", "sin", "scale", "noise", "dropout")
NINE, SIXTEEN = ["tanh", "sin", "scale"] * 3, ["sin", "tanh", "sin", "scale"] * 4


@st.composite
def long_cases(draw):
    """Chains of 9 to 30 layers that all save values, in segments far shorter than the chain, not all equal."""
    n = draw(st.integers(9, 30))
    length = math.isqrt(n)
    lengths = draw(st.lists(st.integers(max(1, length - 1), length + 1), min_size=n, max_size=n))
    layers = ["scale", *draw(st.lists(st.sampled_from(SAVING), min_size=n - 1, max_size=n - 1))]
    return case(layers, cut(n, lengths), draw(st.sampled_from(["leaf", ""])), shape=(2, 2))


def assert_calls(calls, layers, limit, when):
    """Fail where a layer was called more often than it may, for each place where it stands."""
    originals = [layer[1] if layer[0] == "again" else place for place, layer in enumerate(layers)]
    for place, count in enumerate(calls):
        allowed = limit * originals.count(originals[place])
        assert count <= allowed, f"layer {place} was called {count} times {when}, at most {allowed} are allowed"


@settings(max_examples=20)
@given(case=long_cases())
@example(case=case(["tanh"]))
@example(case=case(NINE, [(0, 3), (3, 6), (6, 9)]))
@example(case=case(NINE, [(0, 3), (3, 6), (6, 9)], "", shape=(2, 2)))
@example(case=case(SIXTEEN, [(0, 4), (4, 8), (8, 12), (12, 16)]))
@example(case=case(SIXTEEN, [(0, 2), (2, 7), (7, 9), (9, 16)]))
@example(case=case(SIXTEEN, [(0, 6), (6, 11), (11, 13), (13, 15), (15, 16)]))
@example(case=case(["embed", *SIXTEEN], [(0, 4), (4, 8), (8, 12), (12, 16), (16, 17)], ids=True, shape=(3, 2)))
@example(case=case(["sin", *[("again", 0)] * 8], [(0, 3), (3, 6), (6, 9)]))
def test_few_outputs_are_in_memory_and_no_layer_runs_three_times(kata, device, case):
    use = kata.run(probes.measure, case, device)
    assert not use["library"], "torch.utils.checkpoint called the layers; write out what it does"
    lengths = [end - start for start, end in case["segments"]]
    limit = len(lengths) + max(lengths)
    assert use["most"] <= limit, (
        f"{use['most']} outputs of layers were in memory at once; {len(lengths)} segments, of which the longest "
        f"has {max(lengths)} layers, allow {limit}, and there are {len(case['layers'])} layers"
    )
    assert_calls(use["calls"][0], case["layers"], 1, "in the forward pass")
    assert_calls(use["calls"][1], case["layers"], 2, "in both passes")


@settings(max_examples=10)
@given(case=long_cases(), grad=st.booleans())
@example(case=case(["tanh", "sin", "scale"], [(0, 1), (1, 3)]), grad=False)
@example(case=case(["tanh", "sin", "tanh"], [(0, 1), (1, 3)], ""), grad=True)
@example(case=case(NINE, [(0, 3), (3, 6), (6, 9)]), grad=False)
def test_where_no_gradient_is_needed_every_layer_runs_once(kata, device, case, grad):
    if grad:  # then nothing may need one
        layers = [("tanh",) if layer[0] == "scale" else layer for layer in case["layers"]]
        case = {**case, "kind": "", "layers": layers, "parameters": []}
    use = kata.run(probes.measure, {**case, "grad": grad, "backward": False}, device)
    assert not use["library"], "torch.utils.checkpoint called the layers; write out what it does"
    assert use["calls"] == [[1] * len(case["layers"])], f"the layers were called {use['calls'][0]} times"
    limit = len(case["segments"]) + max(end - start for start, end in case["segments"])
    assert use["most"] <= limit, f"{use['most']} outputs of layers were in memory at the same time, expected {limit}"


def test_segments_that_do_not_fit_the_layers_are_refused(kata):
    for n in (-1, -4, -(10**6)):
        refuses(kata.sqrt_segments, n)
    for count, segments in (
        (0, [(0, 1)]),
        (0, [(0, 0)]),
        (1, []),
        (3, []),
        (3, [(0, 2)]),
        (3, [(0, 4)]),
        (3, [(1, 3)]),
        (3, [(-1, 3)]),
        (3, [(0, 1), (2, 3)]),
        (3, [(0, 2), (1, 3)]),
        (3, [(0, 1), (1, 2)]),
        (3, [(0, 1), (1, 4)]),
        (3, [(0, 1), (1, 1), (1, 3)]),
        (3, [(0, 0), (0, 3)]),
        (3, [(0, 3), (3, 3)]),
        (3, [(0, 2), (2, 1), (1, 3)]),
        (3, [(1, 3), (0, 1)]),
        (3, [(0, 3), (0, 3)]),
        (3, [(0, 3), (3, 0)]),
        (3, [(0, 1), (1, 2), (2, 2), (2, 3)]),
        (4, [(0, 1), (1, 3), (2, 4)]),
        (4, [(0, 1), (2, 4)]),
        (4, [(0, 1), (1, -1)]),
        (4, [(0, 1), (-3, 4)]),
    ):
        refuses(kata.run, probes.refused, count, segments)
