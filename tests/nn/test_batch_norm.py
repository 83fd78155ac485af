"""Properties of nn/batch_norm."""

from __future__ import annotations

import copy
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same, shown
from tests.agreement import trusted_parts
from tests.nn import oracles
from tests.nn.rounding import assert_within
from tests.refusals import refuses
from tests.strategies.float_arrays import dtypes, float_arrays
from tests.strategies.layouts import array_layouts, laid_out
from tests.strategies.sizes import sizes

LAYOUTS = st.tuples(array_layouts(), array_layouts())
"""Of x, and of the running statistics."""

PLAIN = ("plain", "plain")
OTHER = {"float64": "float32", "float32": "float64"}
MOMENTA = (0.1, 0.0, 1.0, 0.25, None, 0.9, 0, 1)


def array(values, dtype="float64"):
    return np.array(values, dtype=dtype)


@st.composite
def inputs(draw, *, smallest=1):
    """x: at least ``smallest`` values per channel, in two to five axes; means far from 0, variances near eps."""
    dtype = draw(dtypes())
    samples, channels = draw(sizes(smallest=1, small=4, largest=130)), draw(st.integers(1, 3))
    rest = draw(st.sampled_from([(), (), (2,), (3,), (2, 3), (1, 2, 2)])) if samples < 10 else ()
    if samples * math.prod(rest) < smallest:
        samples = smallest
    x = draw(float_arrays((samples, channels, *rest)))
    scale = draw(st.sampled_from([1, 1, 1e-3, 1e-160 if dtype == "float64" else 1e-30]))
    mean = draw(st.sampled_from([0, 0, 10, 1e8 if dtype == "float64" else 1e4]))
    return (x * scale + mean).astype(dtype)


@st.composite
def calls(draw, *, training):
    """The arguments and keywords of one call."""
    x = draw(inputs(smallest=2 if training else 1))
    dtype, channels = str(x.dtype), x.shape[1:2]
    kinds = st.sampled_from((dtype, dtype, OTHER[dtype]))
    mean = draw(float_arrays(channels, dtype=draw(kinds)))
    var = np.abs(draw(float_arrays(channels, dtype=str(mean.dtype)))) + (0 if training else np.float32(0.125))
    weight, bias = (draw(st.none() | float_arrays(channels, dtype=draw(kinds))) for _ in range(2))
    keywords = {"training": training} if training or draw(st.booleans()) else {}
    if draw(st.booleans()):
        keywords |= {"momentum": draw(st.sampled_from(MOMENTA)), "batches_seen": draw(st.sampled_from([0, 1, 2, 9]))}
    if draw(st.booleans()):
        keywords["eps"] = draw(st.sampled_from([1e-5, 1e-12, 0.5, 3.0]))
    return (x, mean, var, weight, bias), keywords


COLUMN = array([[1], [3]])
SPATIAL = array([[[1, 3], [2, 2], [0, 5]], [[5, 7], [2, 2], [1, 4]]])
"""Two samples, three channels, two places."""


def zeros_and_ones(channels, dtype="float64"):
    return np.zeros(channels, dtype), np.ones(channels, dtype)


@settings(max_examples=60)
@given(call=calls(training=True), layouts=LAYOUTS)
@example(call=((COLUMN, *zeros_and_ones(1)), {"training": True, "eps": 1e-12}), layouts=PLAIN)
@example(call=((COLUMN, *zeros_and_ones(1)), {"training": True}), layouts=PLAIN)
@example(call=((COLUMN, array([4]), array([8])), {"training": True, "momentum": 0.25}), layouts=PLAIN)
@example(call=((COLUMN, array([4]), array([8])), {"training": True, "momentum": 0.0, "batches_seen": 3}), layouts=PLAIN)
@example(call=((COLUMN, array([4]), array([8])), {"training": True, "momentum": 1.0, "batches_seen": 3}), layouts=PLAIN)
@example(call=((COLUMN, array([4]), array([8])), {"training": True, "momentum": 0.1, "batches_seen": 3}), layouts=PLAIN)
@example(call=((COLUMN, array([4]), array([8])), {"training": True, "momentum": None}), layouts=PLAIN)
@example(
    call=((COLUMN, array([4]), array([8])), {"training": True, "momentum": None, "batches_seen": 1}), layouts=PLAIN
)
@example(
    call=((COLUMN, array([4]), array([8])), {"training": True, "momentum": None, "batches_seen": 9}), layouts=PLAIN
)
@example(call=((SPATIAL, *zeros_and_ones(3)), {"training": True}), layouts=PLAIN)
@example(call=((SPATIAL, *zeros_and_ones(3)), {"training": True}), layouts=("read-only", "sliced"))
@example(call=((SPATIAL, *zeros_and_ones(3)), {"training": True}), layouts=("transposed", "plain"))
@example(
    call=((SPATIAL, *zeros_and_ones(3), array([1, 2, 3]), array([4, 5, 6])), {"training": True, "eps": 0.5}),
    layouts=PLAIN,
)
@example(call=((SPATIAL, *zeros_and_ones(3), None, array([4, 5, 6])), {"training": True}), layouts=PLAIN)
@example(call=((SPATIAL[:, :, :, None].astype("float32"), *zeros_and_ones(3)), {"training": True}), layouts=PLAIN)
@example(call=((SPATIAL[:1], *zeros_and_ones(3)), {"training": True}), layouts=PLAIN)
@example(call=((SPATIAL[:, :, None, :, None], *zeros_and_ones(3)), {"training": True}), layouts=PLAIN)
@example(call=((np.moveaxis(SPATIAL, 1, 2), *zeros_and_ones(2)), {"training": True}), layouts=PLAIN)
@example(call=((SPATIAL[:, :2], *zeros_and_ones(2), array([1, 2]), array([3, 4])), {"training": True}), layouts=PLAIN)
@example(call=((array([[1e-3], [3e-3]]), *zeros_and_ones(1)), {"training": True}), layouts=PLAIN)
@example(call=((array([[0], [1e-160]]), *zeros_and_ones(1)), {"training": True}), layouts=PLAIN)
@example(call=((array([[1e8], [1e8 + 1], [1e8 + 3]]), *zeros_and_ones(1)), {"training": True}), layouts=PLAIN)
@example(
    call=((array([[1e4], [1e4 + 1], [1e4 + 3]], "float32"), *zeros_and_ones(1, "float32")), {"training": True}),
    layouts=PLAIN,
)
@example(call=((COLUMN / 3, *zeros_and_ones(1, "float32"), array([2], "float32")), {"training": True}), layouts=PLAIN)
@example(
    call=((array([[1], [3]], "float32"), *zeros_and_ones(1), array([2]), array([1 / 3])), {"training": True}),
    layouts=PLAIN,
)
@example(
    call=((array([[1, 2, 3, 4]] * 64 + [[0, 2, 9, 8]] * 65), *zeros_and_ones(4)), {"training": True}), layouts=PLAIN
)
def test_training_uses_the_batch_and_moves_the_running_statistics(kata, solution, call, layouts):
    arguments, keywords = call
    event(f"momentum {keywords.get('momentum', 'left out')}")
    compare(kata, solution, arguments, keywords, layouts)


@settings(max_examples=40)
@given(call=calls(training=False), layouts=LAYOUTS)
@example(call=((array([[1.25]]), array([0.2]), array([1.1])), {"eps": 0.0}), layouts=PLAIN)
@example(call=((array([[1], [3]]), array([0.2]), array([1.1])), {}), layouts=PLAIN)
@example(call=((array([[1], [3]]), array([0.2]), array([1.1])), {}), layouts=("read-only", "read-only"))
@example(
    call=((array([[1, 2]]), array([3, 1]), array([4, 0.25]), array([2, 3]), array([1, -1])), {"training": False}),
    layouts=PLAIN,
)
@example(call=((SPATIAL, array([1, 2, 3]), array([4, 5, 6]), None, array([1, 2, 3])), {"eps": 0.5}), layouts=PLAIN)
@example(
    call=((SPATIAL[:, :2], array([1, 2]), array([4, 5]), array([2, 3]), array([1, 2])), {"momentum": None}),
    layouts=PLAIN,
)
@example(call=((array([[1]]), array([0]), array([1e-6])), {"momentum": 0.5, "batches_seen": 2}), layouts=PLAIN)
@example(call=((np.zeros((0, 2)), *zeros_and_ones(2)), {}), layouts=PLAIN)
@example(call=((np.zeros((2, 3, 0)), *zeros_and_ones(3)), {}), layouts=PLAIN)
def test_later_the_running_statistics_are_used_and_stay(kata, solution, call, layouts):
    compare(kata, solution, *call, layouts)


@st.composite
def batch_lists(draw):
    """Batches of two values per channel or more, of the same channels and different sizes."""
    channels = draw(st.integers(1, 2))
    shapes = st.sampled_from([(2, channels), (3, channels), (1, channels, 2), (2, channels, 3)])
    return [draw(float_arrays(draw(shapes))) for _ in range(draw(st.integers(1, 5)))]


@settings(max_examples=40)
@given(batches=batch_lists(), between=st.booleans(), dtype=dtypes())
@example(batches=[array([[1], [3]]), array([[5], [9], [1]]), array([[[0, 2]]])], between=True, dtype="float64")
def test_without_momentum_the_running_statistics_are_averages_over_batches(kata, batches, between, dtype):
    channels = batches[0].shape[1]
    mean, var = np.full(channels, 100, dtype), np.full(channels, 1e6, dtype)
    with np.errstate(all="ignore"):
        for seen, batch in enumerate(batches):
            kata.batch_norm(batch, mean, var, training=True, momentum=None, batches_seen=seen)
            if between:
                kata.batch_norm(batch + 1, mean, var, momentum=None, batches_seen=seen + 1)
    statistics = [oracles.batch_statistics(batch) for batch in batches]
    k = len(batches)
    for c in range(channels):
        exact = {
            "running_mean": sum(each[c][0] for each in statistics) / k,
            "running_var": sum(each[c][1] * Fraction(each[c][2], each[c][2] - 1) for each in statistics) / k,
        }
        largest = max(each[c][3] for each in statistics)
        for name, got, terms in (("running_mean", mean, largest + 100), ("running_var", var, largest**2 + 1e6)):
            assert_within(
                got[c : c + 1],
                np.array([float(exact[name])]),
                np.array([terms]),
                dtype=dtype,
                roundings=16 + 4 * k,
                what=f"after {k} batches {name} of channel {c},",
            )


@settings(max_examples=40)
@given(call=calls(training=True) | calls(training=False))
@example(call=((SPATIAL, *zeros_and_ones(3), array([1, 2, 3]), array([4, 5, 6])), {"training": True, "eps": 0.5}))
@example(call=((SPATIAL, array([1, 2, 3]), array([4, 5, 6]), None, array([1, 2, 3])), {"eps": 0.5}))
def test_results_are_those_of_torch(kata, solution, call):
    torch = pytest.importorskip("torch")
    arguments, keywords = call
    tensors = [None if each is None else torch.from_numpy(each.astype(np.float64)) for each in arguments]
    options = {key: value for key, value in keywords.items() if key not in ("momentum", "batches_seen")}
    momentum = keywords.get("momentum", 0.1)
    if momentum is None:  # torch.nn.BatchNorm does this before it calls the function
        momentum = 1 / (keywords.get("batches_seen", 0) + 1)
    theirs = torch.nn.functional.batch_norm(*tensors, momentum=momentum, **options)
    compare(kata, solution, arguments, keywords, theirs=[each.numpy() for each in (theirs, *tensors[1:3])])


def refused_calls():
    """Calls with one shape that does not fit, in training and later; and one value per channel in training."""
    x = np.arange(12.0).reshape(2, 3, 2)
    fit = np.ones(3)
    for training in (True, False):
        keywords = {"training": training, "momentum": 0.5}
        for wrong in [(1,), (2,), (4,), (), (3, 1), (1, 3), (0,), (2, 3, 2)]:
            for place in range(4):
                arrays = [fit.copy() for _ in range(4)]
                arrays[place] = np.ones(wrong)
                yield (x, *arrays), keywords
            yield (x, fit.copy(), fit.copy(), None, np.ones(wrong)), keywords
        yield (np.ones(3), fit.copy(), fit.copy()), keywords
        yield (np.ones(()), fit.copy(), fit.copy()), keywords
        yield (np.ones((3, 2)), fit.copy(), fit.copy()), keywords
    for shape in [(1, 3), (1, 3, 1), (1, 3, 1, 1)]:
        for options in ({}, {"momentum": None}, {"momentum": 0.0}, {"batches_seen": 5}):
            yield (np.ones(shape), fit.copy(), fit.copy(), fit, fit), {"training": True, **options}


def test_shapes_that_do_not_fit_and_single_values_are_refused(kata):
    for arguments, keywords in refused_calls():
        refuses(kata.batch_norm, *arguments, error=(ValueError, TypeError), **keywords)


def compare(kata, solution, arguments, keywords, layouts=PLAIN, theirs=None):
    """Compare a call with the oracle, after the reference (and torch, where its results are given) agreed with it."""
    names = ["the result", "running_mean", "running_var"]
    used = {str(each.dtype) for each in arguments if each is not None}
    x = arguments[0]
    allowed = {
        "precision": "float32" if "float32" in used else "float64",
        "roundings": 16 + x.size // x.shape[1],
    }

    def check(results, dtypes):
        for name, result, (exact, terms), dtype in zip(names, results, expected, dtypes, strict=True):
            assert_within(result, exact, terms, dtype=dtype, what=name, **allowed)

    def run(implementation):
        rest = copy.deepcopy(arguments[3:])
        x = laid_out(arguments[0], layouts[0])
        writable = "sliced" if keywords.get("training") and layouts[1] == "read-only" else layouts[1]
        statistics = [laid_out(each, writable) for each in arguments[1:3]]
        before = copy.deepcopy((x, rest))
        result = implementation.batch_norm(x, *statistics, *rest, **keywords)
        assert same(before, (x, rest)), f"x, weight and bias must stay {shown(before)}, they are {shown((x, rest))}"
        if not keywords.get("training"):
            for name, new, old in zip(names[1:], statistics, arguments[1:3], strict=True):
                assert same(new, old), f"outside of training {name} stays {shown(old)}, it is {shown(new)}"
        return result, *statistics

    with np.errstate(all="ignore"):
        expected = oracles.batch_norm(*arguments, **keywords)
        kinds = [str(each.dtype) for each in arguments[:3]]
        with trusted_parts():
            check(run(solution), kinds)
            if theirs is not None:
                check(theirs, ["float64"] * 3)
        results = run(kata)
    check(results, kinds)
