"""Properties of nn/cross_entropy."""

from __future__ import annotations

import copy
import math
import random

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

NAN, INF = math.nan, math.inf
LARGE = {"float64": (1e3, -1e3, 1e8, 1e300, -1e300, 5e-324), "float32": (1e3, -1e3, 1e4, 1e30, -1e30, 1e-45)}


def array(values, dtype="float64"):
    return np.array(values, dtype=dtype)


def classes(*values, dtype="int64"):
    return np.array(values, dtype=dtype)


@st.composite
def calls(draw, *, smoothing=(0.0, 0.1, 1.0, 0.5)):
    """The arguments and keywords: ignored positions with any logits, logits of every size, weights, all switches."""
    dtype = draw(dtypes())
    positions, count = draw(
        st.sampled_from([(small, large) for small in (False, True) for large in (False, False, True)])
    )
    n = draw(sizes(small=4, largest=130)) if positions and not count else draw(st.integers(0, 4))
    c = draw(sizes(smallest=2, small=5, largest=300)) if count else draw(st.integers(1, 4))
    rest = draw(st.sampled_from([(), (), (2,), (3,), (1, 2)])) if n * c < 30 else ()
    elements = st.one_of(ORDINARY, st.integers(-3, 3).map(float), st.sampled_from(LARGE[dtype]))
    logits = draw(float_arrays((n, c, *rest), dtype=dtype, elements=elements))
    ignored = draw(st.sampled_from([None, -100, 0, c - 1, -1, 255, 10**6]))
    choices = [*range(min(c, 4)), c - 1, *[-100 if ignored is None else ignored] * draw(st.integers(0, 2))]
    size = n * math.prod(rest)
    few = st.lists(st.sampled_from(choices), min_size=min(size, 8), max_size=min(size, 8))
    values = draw(few) if size <= 8 else random.Random(draw(st.integers(0, 999))).choices(choices, k=size)
    target = np.array(values, dtype=np.int64).reshape(n, *rest)
    weight = draw(
        st.none() | float_arrays((c,), dtype=draw(dtypes()), elements=st.sampled_from([1.0, 2.0, 0.5, 0.0, 1 / 3]))
    )
    keywords = {} if ignored is None else {"ignore_index": ignored}
    for name, choice in (("reduction", ("none", "sum", "mean")), ("label_smoothing", smoothing)):
        if draw(st.booleans()):
            keywords[name] = draw(st.sampled_from(choice))
    counts = target != keywords.get("ignore_index", -100)
    if weight is not None and not weight[target[counts]].any():
        weight = weight + np.ones(c, weight.dtype)  # a mean of nothing but zeros is left open
    spoil(logits, counts, draw(st.sampled_from([0.0, 0.0, NAN, INF, -INF])))
    if draw(st.booleans()) and weight is None and not keywords.get("label_smoothing"):
        hide(logits, target, draw(st.integers(0, c - 1)))
    fitting = [
        "int64",
        "int32",
        *(["uint8", "uint64"] if not size or (target.min() >= 0 and target.max() < 256) else []),
    ]
    target = target.astype(draw(st.sampled_from(fitting)))
    return (laid_out(logits, draw(array_layouts())), laid_out(target, draw(array_layouts())), weight), keywords


def spoil(logits, counts, value):
    """Write a value into the logits of ignored positions."""
    if value:
        event(f"ignored logits are {value}")
        np.moveaxis(logits, 1, -1)[~counts] = value


def hide(logits, target, hidden):
    """Give one class the logit -inf wherever that leaves a class that is not hidden."""
    if logits.shape[1] > 1:
        event("a class has probability 0")
        logits[:, hidden][...] = -INF
        if (target == hidden).all() and target.size:
            event("an infinite loss")


LOGITS = array([[0, math.log(3)], [1000, 0]])
THREE = array([[1, 2, 4], [0, 0, 0], [-1, 3, 1]])
MAP = array([[[1, 2], [3, 5], [0, 0]], [[4, 1], [1, 1], [2, 7]]])
"""Two samples, three classes, two places."""


@settings(max_examples=60)
@given(call=calls())
@example(call=((LOGITS, classes(1, 1)), {"reduction": "none"}))
@example(call=((LOGITS, classes(1, -100)), {"label_smoothing": 0.2}))
@example(call=((LOGITS, classes(0, 0)), {}))
@example(call=((THREE, classes(2, 0, 1)), {}))
@example(call=((THREE, classes(2, 0, 1), array([1, 2, 4])), {}))
@example(call=((THREE, classes(2, 0, 1), array([1, 2, 4])), {"reduction": "sum"}))
@example(call=((THREE, classes(2, 0, 1), array([1, 2, 4])), {"reduction": "mean", "label_smoothing": 0.3}))
@example(call=((THREE, classes(2, 0, 1), array([1, 2, 4])), {"reduction": "none", "label_smoothing": 1.0}))
@example(call=((THREE, classes(2, -100, 1), array([1, 2, 4])), {"label_smoothing": 0.3}))
@example(call=((THREE, classes(2, -100, 1)), {"label_smoothing": 0.3, "reduction": "sum"}))
@example(call=((THREE, classes(2, -100, 1)), {"ignore_index": -100, "label_smoothing": 0.0}))
@example(call=((THREE, classes(2, 0, 1)), {"ignore_index": 0}))
@example(call=((THREE, classes(2, 0, 1)), {"ignore_index": 2, "reduction": "none"}))
@example(call=((THREE, classes(2, 0, 1)), {"ignore_index": 0, "label_smoothing": 0.3}))
@example(call=((THREE, classes(2, -1, 1)), {"ignore_index": -1, "reduction": "none"}))
@example(call=((THREE, classes(2, 255, 1, dtype="uint8")), {"ignore_index": 255}))
@example(call=((THREE, classes(2, 0, 1, dtype="uint8")), {}))
@example(call=((THREE, classes(2, 0, 1, dtype="uint64")), {"reduction": "none"}))
@example(call=((array([[1, 2], [NAN, 3]]), classes(1, -100)), {}))
@example(call=((array([[1, 2], [INF, -INF]]), classes(1, -100)), {"label_smoothing": 0.5, "reduction": "sum"}))
@example(call=((array([[1, -INF], [-INF, -INF]]), classes(0, -100)), {"reduction": "none"}))
@example(call=((array([[1, -INF]]), classes(0)), {"label_smoothing": 0.0}))
@example(call=((array([[1, -INF]]), classes(1)), {}))
@example(call=((array([[1, -INF], [0, 0]]), classes(1, 1)), {"reduction": "none"}))
@example(call=((THREE, classes(-100, -100, -100)), {}))
@example(call=((THREE, classes(-100, -100, -100)), {"reduction": "sum", "label_smoothing": 0.5}))
@example(call=((THREE, classes(-100, -100, -100), array([1, 2, 3])), {"label_smoothing": 0.5}))
@example(call=((np.zeros((0, 3)), classes()), {}))
@example(call=((np.zeros((0, 3)), classes()), {"reduction": "sum"}))
@example(call=((np.zeros((0, 3)), classes()), {"reduction": "none"}))
@example(call=((array([[3.0]]), classes(0)), {}))
@example(call=((MAP, array([[2, 0], [1, 2]], "int64")), {"reduction": "none"}))
@example(call=((MAP, array([[2, -100], [1, 2]], "int64"), array([1, 2, 4])), {"label_smoothing": 0.5}))
@example(call=((MAP[:, :2], array([[1, 0], [1, 1]], "int64")), {"reduction": "none"}))
@example(call=((MAP[..., None], array([[[2], [0]], [[1], [2]]], "int32")), {}))
@example(call=((array([[1e8, 1e8 + 1], [-1e8, 0]]), classes(0, 0)), {"reduction": "none"}))
@example(call=((array([[1e300, -1e300]]), classes(1)), {}))
@example(call=((array([[-800, -801]]), classes(1)), {}))
@example(call=((array([[100, 0], [0, -200]], "float32"), classes(1, 1)), {"reduction": "none"}))
@example(call=((array([[1, 2]], "float32"), classes(1), array([1 / 3, 3])), {"label_smoothing": 0.1}))
@example(call=((array([[1, 2]]), classes(1), array([1 / 3, 3], "float32")), {"reduction": "sum"}))
@example(call=((np.arange(258.0).reshape(2, 129) % 5, classes(128, 3)), {"label_smoothing": 0.1}))
@example(call=((np.arange(300.0)[None] % 7, classes(1, dtype="uint8")), {}))
@example(call=((THREE, classes(2, 0, 1), array([0, 2, 4])), {"reduction": "mean"}))
def test_losses_are_those_of_the_formula(kata, solution, call):
    compare(kata, solution, *call)


@settings(max_examples=30)
@given(call=calls(), data=st.randoms(use_true_random=False))
@example(call=((THREE, classes(2, -100, 1), array([1, 2, 4])), {"label_smoothing": 0.3}), data=random.Random(0))
@example(call=((THREE, classes(2, 0, 1)), {"ignore_index": 0}), data=random.Random(0))
@example(call=((THREE, classes(2, -100, 1)), {"reduction": "sum", "label_smoothing": 0.3}), data=random.Random(0))
def test_ignored_positions_are_as_if_they_were_not_there(kata, call, data):
    (logits, target, weight), keywords = ([*call[0], None][:3], call[1] | {"reduction": data.choice(["mean", "sum"])})
    counts = target != keywords.get("ignore_index", -100)
    left = np.moveaxis(logits, 1, -1)[counts], target[counts]
    with np.errstate(all="ignore"):
        expected = np.asarray(kata.cross_entropy(*left, weight, **keywords), np.float64)
        terms = oracles.cross_entropy(logits, target, weight, **keywords)[1]
        got = kata.cross_entropy(logits, target, weight, **keywords)
    what = f"beside {target.size - len(left[1])} ignored positions the {keywords['reduction']}"
    assert_within(got, expected, terms, dtype=str(logits.dtype), what=what, **rounding((logits, target, weight)))


@settings(max_examples=30)
@given(call=calls(smoothing=(0.1, 0.5, 1.0)))
@example(call=((THREE, classes(2, 0, 1)), {"label_smoothing": 0.5}))
@example(call=((THREE, classes(2, 0, 1)), {"label_smoothing": 1.0}))
@example(call=((THREE, classes(2, -100, 1), array([1, 2, 4])), {"label_smoothing": 0.1}))
def test_smoothing_mixes_in_the_losses_of_all_classes(kata, call):
    (logits, target, weight), keywords = ([*call[0], None][:3], call[1] | {"reduction": "none"})
    s, c, ignored = keywords.pop("label_smoothing", 0.5), logits.shape[1], keywords.get("ignore_index", -100)
    counts = target.astype(np.int64) != ignored
    logits = np.where(np.isfinite(logits), logits, 0).astype(logits.dtype)
    keywords["ignore_index"] = -100
    target = np.where(counts, target.astype(np.int64), -100)
    with np.errstate(all="ignore"):
        plain = np.asarray(kata.cross_entropy(logits, target, weight, **keywords), np.float64)
        others = [kata.cross_entropy(logits, np.where(counts, k, -100), weight, **keywords) for k in range(min(c, 6))]
        if len(others) < c:
            return  # a call for each of 300 classes shows no more
        expected = (1 - s) * plain + s * np.mean(np.array(others, np.float64), axis=0)
        terms = 2 * oracles.cross_entropy(logits, target, weight, **keywords, label_smoothing=s)[1]
        got = kata.cross_entropy(logits, target, weight, **keywords, label_smoothing=s)
    assert_within(
        got, expected, terms, dtype=str(logits.dtype), what=f"with smoothing {s} the loss", **rounding((logits, weight))
    )


@settings(max_examples=30)
@given(call=calls())
@example(call=((THREE, classes(2, -100, 1), array([1, 2, 4])), {"label_smoothing": 0.3}))
@example(call=((THREE, classes(-100, -100, -100)), {}))
def test_results_are_those_of_torch(kata, solution, call):
    torch = pytest.importorskip("torch")
    (logits, target, weight), keywords = [*call[0], None][:3], call[1]
    tensors = [torch.from_numpy(each.astype(kind)) for each, kind in ((logits, np.float64), (target, np.int64))]
    weights = None if weight is None else torch.from_numpy(weight.astype(np.float64))
    theirs = torch.nn.functional.cross_entropy(*tensors, weights, **keywords)
    compare(kata, solution, (logits, target, weight), keywords, theirs=theirs.numpy())


def refused_calls():
    """Calls that each break one clause, beside arguments that are right, also at their edges."""
    good = classes(2, 0, 1)
    for bad in (3, 8, -1, -3, -99, 2**40):
        yield (THREE, classes(2, bad, 1)), {}
        yield (MAP, np.array([[0, 1], [2, bad]])), {"reduction": "none", "label_smoothing": 0.5}
        yield (THREE, classes(-7, bad, -7)), {"ignore_index": -7}
    yield (THREE, classes(2, -100, 1)), {"ignore_index": -1}
    yield (THREE, classes(2, 200, 1, dtype="uint8")), {"ignore_index": -56}
    for shape in [(2,), (4,), (3, 1), (1, 3), (3, 3), (), (1,), (0,)]:
        yield (THREE, np.zeros(shape, np.int64)), {}
    for shape in [(2,), (2, 3), (2, 1), (2, 2, 1), (2, 3, 2), (4,)]:
        yield (MAP, np.zeros(shape, np.int64)), {"reduction": "sum"}
    yield (array([1, 2, 3]), np.array(1)), {}
    yield (array([1, 2, 3]), classes(0, 1, 2)), {}
    yield (np.array(1.0), np.array(0)), {}
    for shape in [(2,), (4,), (1,), (), (3, 1), (1, 3), (0,)]:
        yield (THREE, good, np.ones(shape)), {}
        yield (THREE, classes(-100, -100, -100), np.ones(shape)), {"reduction": "none"}
    for target in (good, classes(-100, -100, -100)):
        for word in ("", "Mean", "average", "batchmean", "sums"):
            yield (THREE, target), {"reduction": word}
        for share in (-0.1, 1.1, 2, -1, NAN, INF, -5e-324, 1 + 2.0**-52):
            yield (THREE, target), {"label_smoothing": share}
            yield (THREE, target, np.ones(3)), {"label_smoothing": share, "reduction": "none"}
    yield (np.zeros((0, 3)), classes()), {"reduction": "max"}
    yield (THREE, array([2, 0, 1])), {}
    yield (THREE, array([2, 0, 1], "float32")), {"reduction": "none"}
    yield (THREE, THREE), {}


def test_what_does_not_fit_is_refused(kata):
    for arguments, keywords in refused_calls():
        refuses(kata.cross_entropy, *arguments, error=(ValueError, TypeError), **keywords)


def rounding(arrays):
    """A sum over C classes and one over all positions round once for each, and a few times more."""
    used = {str(each.dtype) for each in arrays if each is not None}
    return {"precision": "float32" if "float32" in used else "float64", "roundings": 16 + arrays[0].size}


def compare(kata, solution, arguments, keywords, theirs=None):
    """Compare a call with the oracle, after the reference (and torch, where its result is given) agreed with it."""
    allowed = rounding([each for each in arguments if each is not None]) | {"what": "the loss"}
    with np.errstate(all="ignore"):
        expected, terms = oracles.cross_entropy(*arguments, **keywords)
        kind = str(arguments[0].dtype)
        with trusted_parts():
            assert_within(solution.cross_entropy(*arguments, **keywords), expected, terms, dtype=kind, **allowed)
            if theirs is not None:
                assert_within(theirs, expected, terms, dtype="float64", **allowed)
        before = copy.deepcopy(arguments)
        got = kata.cross_entropy(*arguments, **keywords)
    assert same(before, arguments), f"the arguments were {shown(before)} and are now {shown(arguments)}"
    assert_within(got, expected, terms, dtype=kind, **allowed)
