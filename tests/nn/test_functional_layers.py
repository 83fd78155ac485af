"""Properties of nn/functional_layers."""

from __future__ import annotations

import copy
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same, shown
from tests.agreement import trusted_parts
from tests.nn import oracles
from tests.nn.probes import functional_layers as probes
from tests.nn.rounding import assert_within
from tests.refusals import refuses
from tests.strategies.float_arrays import ORDINARY, dtypes, float_arrays
from tests.strategies.layouts import array_layouts, laid_out
from tests.strategies.sizes import sizes

NAN, INF = math.nan, math.inf
OTHER = {"float64": "float32", "float32": "float64"}
LIMITS = {"float64": (5e-324, 1e-300, 1e-160, 1e100, 1e300), "float32": (1e-45, 1e-38, 1e-20, 1e10, 1e30)}


def array(values, dtype="float64"):
    return np.array(values, dtype=dtype)


def numbers(dtype):
    """Small numbers first, then those of every size that the dtype holds."""
    extremes = st.tuples(st.sampled_from(LIMITS[dtype]), st.sampled_from((1.0, -1.0))).map(math.prod)
    return st.one_of(ORDINARY, ORDINARY, extremes)


@st.composite
def linear_calls(draw):
    """x, weight and bias: few samples of many features or the other way round, any length 0, mixed dtypes."""
    dtype = draw(dtypes())
    features = draw(sizes(small=5))
    outputs = draw(st.integers(0, 4))
    shape = draw(st.sampled_from([(1,), (3,), (), (2, 2), (0,), (1, 3)]))
    if features < 20 and draw(st.booleans()):
        shape = (draw(sizes(small=3, largest=130)),)
    x = draw(float_arrays((*shape, features), dtype=dtype, elements=numbers(dtype)))
    weight, bias = (
        draw(float_arrays(size, dtype=draw(st.sampled_from((dtype, dtype, OTHER[dtype])))))
        for size in ((outputs, features), (outputs,))
    )
    call = [laid_out(each, draw(array_layouts())) for each in (x, weight)]
    return tuple(call) if draw(st.sampled_from([False, False, True])) else (*call, bias)


@settings(max_examples=60)
@given(call=linear_calls())
@example(call=(array([[1, 3]]), array([[1, 1], [0, 2]]), array([0, 5])))
@example(call=(array([1, 3]), array([[1, 1], [0, 2]])))
@example(call=(array([2]), array([[3]]), array([1])))
@example(call=(array([[1, 0], [0, 1]]), array([[1, 2], [3, 4]]), array([10, 20])))
@example(call=(array([[[1, 0]], [[0, 1]]]), array([[1, 2], [3, 4], [5, 6]]), array([10, 20, 30])))
@example(call=(np.zeros((2, 0)), np.zeros((3, 0)), array([1, 2, 3])))
@example(call=(np.zeros((0, 2)), np.ones((3, 2)), array([1, 2, 3])))
@example(call=(np.ones((1, 129)), np.ones((1, 129)), array([-129])))
@example(call=(array([1, 1 / 3], "float32"), array([[1, 1 / 3]]), array([1 / 3])))
@example(call=(array([1, 1 / 3]), array([[1, 1 / 3]], "float32"), array([1 / 3], "float32")))
def test_linear_is_the_product_with_the_transposed_weight(kata, solution, call):
    event("float64 among float32" if len({each.dtype for each in call}) > 1 else "one dtype")
    compare(kata, solution, "linear", call)


@st.composite
def activation_calls(draw):
    """The function, its arguments and its keywords: arrays of every shape, numbers of every size."""
    dtype = draw(dtypes())
    shape = draw(st.sampled_from([(1,), (2, 3), (0,), (2, 1, 2)])) if draw(st.booleans()) else (draw(sizes(small=4)),)
    x = draw(float_arrays(shape, dtype=dtype, elements=numbers(dtype)))
    x = laid_out(x, draw(array_layouts()))
    name, keywords = draw(
        st.sampled_from(
            [("relu", {}), ("gelu", {}), ("gelu", {"approximate": "none"}), ("gelu", {"approximate": "tanh"})]
        )
    )
    return name, (x,), keywords


GRID = np.linspace(-12, 12, 97)


@settings(max_examples=60)
@given(call=activation_calls())
@example(call=("relu", (array([2, -1]),), {}))
@example(call=("relu", (array([NAN, -INF, INF, -0.0]),), {}))
@example(call=("relu", (array([5e-324, -5e-324, 1e300, -1e300]),), {}))
@example(call=("relu", (GRID.astype("float32"),), {}))
@example(call=("gelu", (array([1, -1, 100]),), {}))
@example(call=("gelu", (array([1]),), {"approximate": "tanh"}))
@example(call=("gelu", (GRID,), {}))
@example(call=("gelu", (GRID,), {"approximate": "none"}))
@example(call=("gelu", (GRID,), {"approximate": "tanh"}))
@example(call=("gelu", (GRID.astype("float32").reshape(1, 97),), {}))
@example(call=("gelu", (GRID.astype("float32").reshape(97, 1),), {"approximate": "tanh"}))
@example(call=("gelu", (array([5e-324, 1e-300, 1e154, -1e154, 1e300, -1e300]),), {}))
@example(call=("gelu", (array([5e-324, 1e-300, 1e154, -1e154, 1e300, -1e300]),), {"approximate": "tanh"}))
@example(call=("gelu", (array([1e30, -1e30, 30, -30], "float32"),), {"approximate": "tanh"}))
def test_relu_and_gelu_take_each_value_on_its_own(kata, solution, call):
    compare(kata, solution, *call)


@st.composite
def layer_norm_calls(draw):
    """The arguments and keywords: one axis or several, means far from 0, variances near eps, one value a sample."""
    dtype = draw(dtypes())
    single = (draw(sizes(smallest=1, small=5)),)
    axes = draw(st.sampled_from([single, single, (1,), (2, 2), (3, 2), (1, 2, 2)]))
    samples = draw(st.sampled_from([(1,), (3,), (), (2, 2), (0,)]))
    x = draw(float_arrays((*samples, *axes), dtype="float64", elements=ORDINARY | st.integers(-4, 4).map(float)))
    scale = draw(st.sampled_from([1, 1, 1e-3, 1e-160 if dtype == "float64" else 1e-30]))
    mean = draw(st.sampled_from([0, 0, 10, 1e8 if dtype == "float64" else 1e4]))
    x = (x * scale + mean).astype(dtype)
    shape = axes[0] if len(axes) == 1 and draw(st.booleans()) else axes
    weight, bias = (
        draw(st.none() | float_arrays(axes, dtype=draw(st.sampled_from((dtype, dtype, OTHER[dtype])))))
        for _ in range(2)
    )
    keywords = {"eps": draw(st.sampled_from([1e-5, 1e-12, 0.5, 3.0]))} if draw(st.booleans()) else {}
    return (laid_out(x, draw(array_layouts())), shape, weight, bias), keywords


@settings(max_examples=60)
@given(call=layer_norm_calls())
@example(call=((array([[1, 3], [5, 5]]), 2), {"eps": 1e-12}))
@example(call=((array([1, 3]), 2), {}))
@example(call=((array([1, 3]), (2,)), {"eps": 0.0}))
@example(call=((array([[1, 3], [2, 4], [5, 9]]), 2, array([1, 2]), array([0, 5])), {}))
@example(call=((array([[1, 2], [3, 4]]), (2, 2), array([[1, 2], [3, 4]]), array([[5, 6], [7, 8]])), {}))
@example(call=((array([[[1, 2], [3, 5]], [[0, 0], [0, 4]]]), (2, 2)), {}))
@example(call=((array([[1, 2, 4], [1, 1, 4]]), (3,), None, array([1, 2, 3])), {}))
@example(call=((array([[7]]), 1, array([3]), array([2])), {}))
@example(call=((array([1e-3, 3e-3]), 2), {}))
@example(call=((array([0, 1e-160]), 2), {}))
@example(call=((array([1, 3]), 2), {"eps": 3.0}))
@example(call=((array([1e8, 1e8 + 1, 1e8 + 3]), 3), {}))
@example(call=((array([1e4, 1e4 + 1, 1e4 + 3], "float32"), 3), {}))
@example(call=((array([[1, 2, 4]], "float32"), 3, array([1, 2, 3]), array([1 / 3, 2, 3])), {}))
@example(call=((array([[1, 2, 4]]), 3, array([1, 2, 3], "float32"), array([1, 2, 3], "float32")), {"eps": 1e-5}))
@example(call=((np.arange(129.0).reshape(1, 129) % 7, 129), {}))
@example(call=((np.zeros((0, 2)), 2), {}))
def test_layer_norm_takes_mean_and_variance_of_each_sample(kata, solution, call):
    arguments, keywords = call
    event(f"eps {keywords.get('eps')}")
    compare(kata, solution, "layer_norm", arguments, keywords)


@given(
    call=st.one_of(
        linear_calls().map(lambda each: ("linear", each, {})),
        activation_calls(),
        layer_norm_calls().map(lambda each: ("layer_norm", *each)),
    )
)
@example(call=("gelu", (array([-3, 0, 0.5]),), {"approximate": "tanh"}))
@example(call=("layer_norm", (array([[1, 2, 4]]), 3, array([1, 2, 3]), array([4, 5, 6])), {"eps": 0.5}))
@example(call=("layer_norm", (array([[1, 2, 4]]), 3, None, array([4, 5, 6])), {}))
@settings(max_examples=40)
def test_results_are_those_of_torch(kata, solution, call):
    torch = pytest.importorskip("torch")
    name, arguments, keywords = call
    tensors = [
        torch.from_numpy(each.astype(np.float64)) if isinstance(each, np.ndarray) else each for each in arguments
    ]
    if name == "layer_norm":
        tensors[1] = (tensors[1],) if isinstance(tensors[1], int) else tensors[1]
    theirs = getattr(torch.nn.functional, name)(*tensors, **keywords).numpy()
    compare(kata, solution, name, arguments, keywords, theirs=theirs)


LARGE = (np.arange(64 * 66) % 7 - 3.5).reshape(64, 66)
"""Large enough to see, within 7 standard deviations, how often a value is dropped, and together with which."""


@st.composite
def dropout_calls(draw):
    """x, p, training and the seed."""
    shape = draw(st.sampled_from([(1,), (2, 3), (0,), (2, 2, 3)])) if draw(st.booleans()) else (draw(sizes(small=4)),)
    x = draw(float_arrays(shape, dtype=draw(dtypes())))
    p = draw(st.sampled_from([0.5, 0.25, 0.1, 0.9, 0.0, 1.0, 0, 1, 1e-300, 1 - 2.0**-53]))
    return laid_out(x, draw(array_layouts())), p, draw(st.booleans()), draw(st.integers(0, 2**32))


@settings(max_examples=40)
@given(call=dropout_calls())
@example(call=(np.ones(3), 0.75, False, 0))
@example(call=(np.ones(3), 0.75, True, 0))
@example(call=(np.ones(1000), 0.75, True, 0))
@example(call=(array([1, 3], "float32"), 0.25, True, 1))
@example(call=(array([1, -2, 0]), 1.0, True, 0))
@example(call=(array([1, -2, 0]), 1, False, 0))
@example(call=(array([1, -2, 0]), 0.0, True, 0))
@example(call=(LARGE, 0.5, True, 0))
@example(call=(LARGE, 0.1, True, 1))
@example(call=(LARGE, 0.9, True, 2))
@example(call=(LARGE[:, :1], 0.5, True, 3))
@example(call=(LARGE[:1], 0.25, True, 4))
@example(call=(LARGE.reshape(4, 16, 66).astype("float32"), 0.3, True, 5))
def test_dropout_drops_each_value_on_its_own(kata, solution, call):
    with trusted_parts():
        check_dropout(solution, *call)
    check_dropout(kata, *call)


ONES = np.ones((2, 3))

CALLS_THAT_MUST_BE_REFUSED = [
    ("linear", (ONES, np.ones((2, 2)))),
    ("linear", (ONES, np.ones((3, 2)))),
    ("linear", (np.ones((2, 2)), np.ones((3, 1)))),
    ("linear", (np.ones((2, 1)), np.ones((1, 2)))),
    ("linear", (np.ones((0, 3)), np.ones((1, 2)))),
    ("linear", (np.ones(()), np.ones((1, 1)))),
    ("linear", (ONES, np.ones(3))),
    ("linear", (ONES, np.ones((1, 1, 3)))),
    ("linear", (ONES, np.ones((2, 2, 3)))),
    *(("linear", (ONES, np.ones((2, 3)), np.ones(shape))) for shape in [(1,), (3,), (), (1, 2), (2, 1), (2, 2), (0,)]),
    *(("layer_norm", (ONES, shape)) for shape in [2, 1, 0, 6, (3, 2), (2,), (1, 2, 3), (1, 3), (), (2, 3, 1)]),
    ("layer_norm", (np.ones(3), (2, 3))),
    ("layer_norm", (np.ones((0, 3)), 2)),
    *(
        ("layer_norm", (ONES, 3, *pair))
        for shape in [(1,), (2,), (), (1, 3), (2, 3), (4,)]
        for pair in [(np.ones(shape),), (None, np.ones(shape)), (np.ones(3), np.ones(shape))]
    ),
    ("layer_norm", (ONES, (2, 3), np.ones(3))),
    ("layer_norm", (ONES, (2, 3), None, np.ones((1, 3)))),
    *(("gelu", (x, name)) for x in (ONES, np.ones(0)) for name in ("", "Tanh", "erf", "none ")),
]


def test_what_does_not_fit_is_refused(kata):
    for name, arguments in CALLS_THAT_MUST_BE_REFUSED:
        refuses(getattr(kata, name), *arguments, error=(ValueError, TypeError))
    for p, training in itertools.product((-0.1, 1.1, -1, 2, -5e-324, 1 + 2.0**-52, NAN, INF, -INF), (True, False)):
        for x in (ONES, np.ones(0)):
            refuses(kata.run, probes.dropouts, x, p, training, 0, error=(ValueError, TypeError))


def compare(kata, solution, name, arguments, keywords=None, theirs=None):
    """Compare a call with the oracle, after the reference, and torch where its result is given, have agreed with it."""
    keywords = keywords or {}
    x = arguments[0]
    used = {str(each.dtype) for each in arguments if isinstance(each, np.ndarray)}
    with np.errstate(all="ignore"):
        expected, terms = getattr(oracles, name)(*arguments, **keywords)
        # A sum of n terms rounds n times; what comes before and after it takes a few more.
        added = {"relu": 0, "gelu": 16, "linear": 4 + x.shape[-1], "layer_norm": 16 + math.prod(x.shape[-3:])}[name]
        allowed = {"precision": "float32" if "float32" in used else "float64", "roundings": added, "what": name}
        with trusted_parts():
            mine = getattr(solution, name)(*arguments, **keywords)
            assert_within(mine, expected, terms, dtype=str(x.dtype), **allowed)
            if theirs is not None:
                assert_within(theirs, expected, terms, dtype="float64", **allowed)
        before = copy.deepcopy(arguments)
        got = getattr(kata, name)(*arguments, **keywords)
    assert same(before, arguments), f"{name} changed its arguments from {shown(before)} to {shown(arguments)}"
    assert_within(got, expected, terms, dtype=str(x.dtype), **allowed)


def check_dropout(kata, x, p, training, seed):
    """Six calls with one generator: what each makes of x, how often it drops, whether places drop together."""
    with np.errstate(all="ignore"):
        report = kata.run(probes.dropouts, x, p, training, seed, 6)
    kept = np.array([float(Fraction(float(each)) / (1 - Fraction(p))) if p < 1 else 0.0 for each in x.flat])
    kept = kept.reshape(x.shape) if training else x.astype(np.float64)
    dropped = []
    for number, result in enumerate(report["results"]):
        where = f"result {number + 1} of dropout"
        assert isinstance(result, np.ndarray), f"{where} is {result!r}, an array is expected"
        dropped.append(result == 0 if training and result.shape == x.shape else np.zeros(x.shape, bool))
        expected = np.where(dropped[-1], 0.0, kept)
        assert_within(result, expected, np.abs(expected), dtype=str(x.dtype), roundings=8, what=where)
    assert not report["shared"], "a result shares memory with x: it must be a new array"
    if not training:
        assert not report["drawn"], "outside of training nothing may be drawn from rng"
    elif p in (0, 1):
        assert all(np.array_equal(each, (x == 0) | (p == 1)) for each in dropped), f"with p={p}: {report['results']}"
    elif x.all():
        check_rates(x, dropped, p)


def check_rates(x, dropped, p):
    """Right answers use rng as they like, so these limits are 7 standard deviations and a bit, once in 10^11 draws."""

    def check_rate(events, rate, what):
        n, count = events.size, int(np.count_nonzero(events))
        limit = 7 * math.sqrt(n * rate * (1 - rate)) + 8
        assert abs(count - n * rate) <= limit, (
            f"{what} in {count} of {n} places, {n * rate:.6g} are expected, give or take {limit:.3g}"
        )

    for number, each in enumerate(dropped):
        check_rate(each[x > 0], p, f"call {number + 1} with p={p} dropped positive values")
        check_rate(each[x < 0], p, f"call {number + 1} with p={p} dropped negative values")
        for axis, length in enumerate(each.shape):
            halves = np.split(each.take(range(length - length % 2), axis), 2, axis) if length > 1 else ()
            turns = [each.take(range(first, length - length % 2, 2), axis) for first in (0, 1)] if length > 1 else ()
            for pair in filter(len, (halves, turns)):
                check_rate(pair[0] & pair[1], p * p, f"along axis {axis} pairs of values were dropped together")
    for one, other in itertools.pairwise(dropped):
        check_rate(one & other, p * p, "two calls dropped the same values")
    counts = {int(np.count_nonzero(each)) for each in dropped}
    if dropped[0].size == LARGE.size:
        assert len(counts) > 1, f"{len(dropped)} calls dropped exactly {counts} values each: not each on its own"
