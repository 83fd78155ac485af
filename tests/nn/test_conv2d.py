"""Properties of nn/conv2d."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same, shown
from tests.agreement import trusted_parts
from tests.nn import oracles
from tests.nn.rounding import assert_within
from tests.refusals import refuses
from tests.strategies.float_arrays import ORDINARY, dtypes, float_arrays
from tests.strategies.layouts import array_layouts, laid_out
from tests.strategies.sizes import sizes

OTHER = {"float64": "float32", "float32": "float64"}
LARGE = {"float64": (1e200, -1e200, 1e-200, 5e-324), "float32": (1e30, -1e30, 1e-30, 1e-45)}
OPTIONS = {"stride": 1, "padding": 0, "dilation": 1}
"""The options that are an int or two, with their defaults."""


@st.composite
def pairs_of(draw, values):
    """Rows and columns, mostly different."""
    return draw(values), draw(values)


@st.composite
def geometries(draw):
    """Shapes of x and weight, and the options as pairs; the kernel always fits, often just so."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    inputs, outputs = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel = draw(pairs_of(st.integers(1, 3)))
    options = {
        "stride": draw(pairs_of(st.integers(1, 3))),
        "padding": draw(pairs_of(st.integers(0, 2))),
        "dilation": draw(pairs_of(st.integers(1, 3))),
    }
    least = [
        max(1, d * (k - 1) + 1 - 2 * p) for k, d, p in zip(kernel, options["dilation"], options["padding"], strict=True)
    ]
    lengths = [each + draw(st.integers(0, 3)) for each in least]
    samples = draw(st.sampled_from([1, 2, 0]))
    if samples == 1 and draw(st.sampled_from([False, False, True])):
        groups, outputs = 1, 1
        long = draw(st.integers(0, 1))
        lengths = [each + (draw(sizes(small=3, largest=130)) if axis == long else 0) for axis, each in enumerate(least)]
    return (samples, groups * inputs, *lengths), (groups * outputs, inputs, *kernel), options, groups


@st.composite
def calls(draw):
    """The arguments and keywords: every form of the options, mixed dtypes, large values beside small ones."""
    shape, kernel, options, groups = draw(geometries())
    dtype = draw(dtypes())
    elements = st.one_of(ORDINARY, ORDINARY, st.sampled_from(LARGE[dtype]))
    x = draw(float_arrays(shape, dtype=dtype, elements=elements))
    weight, bias = (
        draw(float_arrays(size, dtype=draw(st.sampled_from((dtype, dtype, OTHER[dtype])))))
        for size in (kernel, kernel[:1])
    )
    keywords = {}
    for name, pair in options.items():
        as_int = pair[0] == pair[1] and draw(st.booleans())
        if pair != (OPTIONS[name],) * 2 or draw(st.booleans()):
            keywords[name] = pair[0] if as_int else pair
    if groups > 1 or draw(st.booleans()):
        keywords["groups"] = groups
    arguments = (laid_out(x, draw(array_layouts())), laid_out(weight, draw(array_layouts())))
    return arguments if draw(st.sampled_from([False, False, True])) else (*arguments, bias), keywords


def numbers(*shape, dtype="float64"):
    """Different small integers."""
    return (np.arange(math.prod(shape)) * 7 % 11 - 4.0).reshape(shape).astype(dtype)


ROW, KERNEL = np.array([[[[1.0, 2, 3, 4]]]]), np.array([[[[1.0, 10]]]])


@settings(max_examples=60)
@given(call=calls())
@example(call=((ROW, KERNEL), {}))
@example(call=((ROW, KERNEL), {"stride": 2}))
@example(call=((ROW, KERNEL), {"dilation": (1, 2)}))
@example(call=((ROW, KERNEL), {"dilation": 2}))
@example(call=((ROW, KERNEL), {"padding": (0, 1)}))
@example(call=((ROW, KERNEL), {"padding": (0, 1), "stride": (1, 2)}))
@example(call=((numbers(1, 1, 3, 3), numbers(1, 1, 2, 2)), {}))
@example(call=((numbers(1, 1, 4, 3), numbers(1, 1, 2, 2)), {}))
@example(call=((numbers(1, 1, 5, 5), numbers(1, 1, 2, 2)), {"stride": (1, 2)}))
@example(call=((numbers(1, 1, 5, 5), numbers(1, 1, 2, 2)), {"dilation": (1, 2)}))
@example(call=((numbers(1, 1, 3, 3), numbers(1, 1, 2, 2)), {"padding": (0, 1)}))
@example(call=((numbers(1, 1, 6, 6), numbers(1, 1, 2, 2)), {"stride": 2, "dilation": 3}))
@example(call=((numbers(1, 1, 6, 6), numbers(1, 1, 2, 2)), {"stride": 3, "dilation": 2, "padding": 1}))
@example(call=((numbers(1, 1, 4, 4), numbers(1, 1, 3, 2)), {"padding": 1}))
@example(call=((numbers(2, 2, 3, 3), numbers(3, 2, 2, 2), numbers(3)), {}))
@example(call=((numbers(2, 4, 3, 3), numbers(4, 2, 2, 2), numbers(4)), {"groups": 2}))
@example(call=((numbers(1, 4, 2, 2), numbers(6, 2, 1, 1)), {"groups": 2}))
@example(call=((numbers(1, 3, 3, 3), numbers(3, 1, 2, 2), numbers(3)), {"groups": 3}))
@example(call=((numbers(1, 3, 3, 3), numbers(6, 1, 2, 2), numbers(6)), {"groups": 3, "padding": 1}))
@example(call=((numbers(1, 6, 1, 1), numbers(3, 2, 1, 1)), {"groups": 3}))
@example(call=((numbers(1, 1, 1, 1), numbers(1, 1, 1, 1), numbers(1)), {"padding": 2, "stride": 3}))
@example(call=((numbers(1, 1, 1, 1), numbers(1, 1, 3, 3)), {"padding": 1}))
@example(call=((numbers(1, 1, 4, 7), numbers(1, 1, 2, 3)), {"dilation": (3, 3)}))
@example(call=((numbers(0, 2, 3, 3), numbers(3, 2, 2, 2), numbers(3)), {"padding": 1}))
@example(call=((numbers(2, 2, 2, 2), numbers(2, 2, 1, 1), numbers(2)), {}))
@example(call=((numbers(1, 1, 2, 2, dtype="float32"), numbers(1, 1, 1, 1) / 3, numbers(1) / 3), {}))
@example(call=((numbers(1, 1, 2, 2) / 3, numbers(1, 1, 1, 1, dtype="float32"), numbers(1, dtype="float32")), {}))
@example(
    call=((numbers(1, 1, 2, 2) / 3, numbers(1, 1, 2, 2) / 3), {"stride": 1, "padding": 0, "dilation": 1, "groups": 1})
)
@example(call=((np.array([[[[1e200, 0, 0, 1 / 3, 1, 0.1]]]]), KERNEL), {}))
@example(call=((numbers(1, 1, 1, 129), numbers(1, 1, 1, 3)), {"stride": (1, 2), "padding": (0, 1)}))
@example(call=((numbers(1, 65, 1, 1), numbers(1, 65, 1, 1)), {}))
@example(call=((numbers(1, 1, 2, 3), np.ones((1, 1, 1, 1))), {}))
def test_outputs_are_sums_over_their_windows(kata, solution, call):
    arguments, keywords = call
    pairs = [value for value in keywords.values() if isinstance(value, tuple)]
    event("rows and columns differ" if any(row != column for row, column in pairs) else "the same for rows and columns")
    compare(kata, solution, arguments, keywords)


@settings(max_examples=40)
@given(call=calls())
@example(call=((ROW, KERNEL), {"stride": (2, 1), "padding": (0, 1), "dilation": (1, 2)}))
@example(call=((numbers(1, 1, 5, 5), numbers(1, 1, 2, 2)), {"stride": (1, 2)}))
@example(call=((numbers(1, 1, 5, 5), numbers(1, 1, 2, 2)), {"dilation": (1, 2), "padding": (1, 0)}))
def test_transposed_images_give_transposed_results(kata, call):
    (x, weight, *bias), keywords = call
    swapped = {name: value[::-1] if isinstance(value, tuple) else value for name, value in keywords.items()}
    with np.errstate(all="ignore"):
        got = kata.conv2d(x, weight, *bias, **keywords)
        other = kata.conv2d(x.swapaxes(2, 3).copy(), weight.swapaxes(2, 3).copy(), *bias, **swapped)
        terms = oracles.conv2d(x, weight, *bias, **keywords)[1]
    assert isinstance(other, np.ndarray), f"conv2d gave {other!r}, an array is expected"
    assert other.ndim == 4, f"conv2d gave an array of shape {other.shape}"
    expected = other.swapaxes(2, 3).astype(np.float64)
    what = f"against the transposed image with {swapped} the result"
    assert_within(got, expected, 2 * terms, dtype=str(x.dtype), what=what, **rounding(call[0]))


@settings(max_examples=40)
@given(call=calls())
@example(call=((numbers(1, 4, 2, 2), numbers(6, 2, 1, 1)), {"groups": 2}))
@example(call=((numbers(2, 6, 3, 2), numbers(3, 2, 2, 2), numbers(3)), {"groups": 3, "padding": 1}))
def test_groups_are_convolutions_side_by_side(kata, call):
    (x, weight, *bias), keywords = call
    groups = keywords.get("groups", 1)
    parts = [np.split(x, groups, 1), np.split(weight, groups), *(np.split(each, groups) for each in bias)]
    with np.errstate(all="ignore"):
        alone = [
            kata.conv2d(*map(np.ascontiguousarray, part), **keywords | {"groups": 1})
            for part in zip(*parts, strict=True)
        ]
        got = kata.conv2d(x, weight, *bias, **keywords)
        terms = oracles.conv2d(x, weight, *bias, **keywords)[1]
    expected = np.concatenate([np.asarray(each, np.float64) for each in alone], axis=1)
    what = f"against {groups} convolutions of one group the result"
    assert_within(got, expected, 2 * terms, dtype=str(x.dtype), what=what, **rounding(call[0]))


@settings(max_examples=40)
@given(call=calls())
@example(call=((numbers(2, 4, 3, 3), numbers(4, 2, 2, 2), numbers(4)), {"groups": 2, "padding": (0, 1), "stride": 2}))
def test_results_are_those_of_torch(kata, solution, call):
    torch = pytest.importorskip("torch")
    arguments, keywords = call
    tensors = [torch.from_numpy(each.astype(np.float64)) for each in arguments]
    theirs = torch.nn.functional.conv2d(*tensors, **keywords)
    compare(kata, solution, arguments, keywords, theirs=theirs.numpy())


def refused_calls():
    """Calls that each break one clause."""
    x, weight = numbers(2, 4, 3, 4), numbers(6, 2, 2, 2)
    for groups in (1, 3, 4, 6, 0, -1, -2):
        yield (x, weight), {"groups": groups}
    yield (numbers(1, 4, 3, 3), numbers(3, 2, 1, 1)), {"groups": 2}
    yield (numbers(1, 3, 3, 3), numbers(2, 1, 1, 1)), {"groups": 2}
    yield (numbers(1, 2, 3, 3), numbers(2, 1, 1, 1)), {}
    yield (numbers(1, 1, 3, 3), numbers(2, 2, 1, 1)), {}
    yield (numbers(0, 1, 3, 3), numbers(2, 2, 1, 1)), {}
    for shape in [(1,), (5,), (7,), (), (6, 1), (1, 6), (6, 1, 1), (2, 6, 2, 3), (3,), (0,)]:
        yield (x, weight, np.ones(shape)), {"groups": 2}
    for shape in [(4, 3, 4), (4, 3), (1, 2, 4, 3, 4), ()]:
        yield (np.ones(shape), weight), {"groups": 2}
    for shape in [(6, 2, 2), (6, 2), (6, 2, 2, 2, 1), (2, 2)]:
        yield (x, np.ones(shape)), {"groups": 2}
    for name, default in OPTIONS.items():
        below = default - 1
        for value in (below, -7, (below, default), (default, below), (2, -7), (1, 1, 1), (1,), (), (1, 1, 1, 1)):
            yield (x, weight), {"groups": 2, name: value}
    image = numbers(1, 1, 3, 4)
    for kernel, options in [
        ((4, 1), {}),
        ((1, 5), {}),
        ((4, 4), {}),
        ((2, 2), {"dilation": 3}),
        ((2, 2), {"dilation": (3, 1)}),
        ((2, 2), {"dilation": (1, 4)}),
        ((6, 1), {"padding": 1}),
        ((1, 7), {"padding": (5, 1)}),
        ((6, 1), {"padding": (1, 9)}),
        ((3, 3), {"dilation": (1, 3), "padding": (3, 1)}),
        ((5, 5), {"stride": 5}),
        ((4, 1), {"stride": 4}),
    ]:
        yield (image, numbers(1, 1, *kernel)), options
        yield (numbers(0, 1, 3, 4), numbers(2, 1, *kernel), numbers(2)), options


def test_what_does_not_fit_is_refused(kata):
    for arguments, keywords in refused_calls():
        refuses(kata.conv2d, *arguments, error=(ValueError, TypeError), **keywords)


def rounding(arrays):
    """A window's sum rounds once a term, and a few times more."""
    used = {str(each.dtype) for each in arrays}
    return {"precision": "float32" if "float32" in used else "float64", "roundings": 8 + math.prod(arrays[1].shape[1:])}


def compare(kata, solution, arguments, keywords, theirs=None):
    """Compare a call with the oracle, after the reference (and torch, where its result is given) agreed with it."""
    allowed = rounding(arguments) | {"what": "the result"}
    kind = str(arguments[0].dtype)
    with np.errstate(all="ignore"):
        expected, terms = oracles.conv2d(*arguments, **keywords)
        with trusted_parts():
            assert_within(solution.conv2d(*arguments, **keywords), expected, terms, dtype=kind, **allowed)
            if theirs is not None:
                assert_within(theirs, expected, terms, dtype="float64", **allowed)
        before = copy.deepcopy(arguments)
        got = kata.conv2d(*arguments, **keywords)
    assert same(before, arguments), f"the arguments were {shown(before)} and are now {shown(arguments)}"
    assert_within(got, expected, terms, dtype=kind, **allowed)
