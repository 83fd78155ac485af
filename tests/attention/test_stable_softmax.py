"""Properties of attention/stable_softmax."""

from __future__ import annotations

import functools
import math
import random
from decimal import Context, Decimal

import numpy as np
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.attention.probes import stable_softmax as probes
from tests.refusals import refuses
from tests.strategies.layouts import array_layouts, laid_out
from tests.strategies.sizes import sizes
from tests.tolerance import assert_close

INF, NAN = np.inf, np.nan
NAMES = ("softmax", "log_softmax", "logsumexp")

# Scores out of masks and matrix products: few, so that they tie; and those at which a formula overflows or cancels.
COMMON = (0, 1, -1, 2, -2, -INF, 3.5, 0.1, -1 / 3, -20, -0.0, 12, 88.8, -104, 1e4, -1e4)
# Scores as any other, though many a mask is made of them.
LOWEST = {name: float(np.finfo(name).min) for name in ("float64", "float32", "float16")}
POOLS = {
    "float64": (*COMMON, 709.5, 710, -746, 2.0**53, 5e-324, -1e300, 1e300, 1.7e308, -1.7e308, LOWEST["float64"]),
    "float32": (*COMMON, 1e6, -1e6, 2.0**24, 1e-45, -1e30, 3e38, -3e38, LOWEST["float32"]),
    "float16": (*COMMON, 65504, LOWEST["float16"], 6e-8),
}
# Integers up to 2 may be added to these, exactly.
FAR = {"float64": 2.0**51, "float32": 2.0**22, "float16": 2.0**9}


@st.composite
def arrays(draw, *, pools=POOLS, levels=(0, 0, 0, 1, -1)):
    """Scores and an axis, None for the default: one to three dimensions, slices that are masked, high or low."""
    axes = draw(st.integers(1, 3))
    axis = draw(st.none() | st.integers(-axes, axes - 1))
    shape = [draw(st.integers(0, 3)) for _ in range(axes)]
    shape[-1 if axis is None else axis] = draw(sizes(smallest=1, small=4, largest=300 if axes == 1 else 70))
    dtype = draw(st.sampled_from(["float64", "float64", "float32", "float16"]))
    pool = draw(st.lists(st.sampled_from(pools[dtype]), min_size=1, max_size=6))
    values = random.Random(draw(st.integers(0, 999))).choices(pool, k=math.prod(shape))
    x = np.array(values, dtype=np.float64).reshape(shape)
    level = draw(st.sampled_from(levels))
    if level:  # all are as far from 0 as digits allow
        x = np.where(np.isneginf(x), x, np.round(np.clip(x, -2, 2)) + level * FAR[dtype])
        event("all scores are far above 0" if level > 0 else "all scores are far below 0")
    return x.astype(dtype), axis


@settings(max_examples=70)
@given(pair=arrays(), layout=array_layouts())
@example(pair=(np.array([1000, 1000 + np.log(3)]), None), layout="plain")
@example(pair=(np.array([1e300, 1e300]), None), layout="plain")
@example(pair=(np.array([[0, np.log(3)], [-INF, 7]]), None), layout="plain")
@example(pair=(np.array([0, -1e4, -INF]), None), layout="plain")
@example(pair=(np.array([[1000.0, 1000.0], [-INF, -INF]]), None), layout="plain")
@example(pair=(np.array([-INF]), None), layout="plain")
@example(pair=(np.array([5.0]), 0), layout="plain")
@example(pair=(np.array([[-INF, -INF], [0, 1]]), 0), layout="plain")
@example(pair=(np.array([[0.0, 1.0], [2.0, 4.0]]), 0), layout="plain")
@example(pair=(np.array([[0.0, 1.0], [2.0, 4.0]]), 1), layout="plain")
@example(pair=(np.array([[0.0, 1.0], [2.0, 4.0]]), -1), layout="plain")
@example(pair=(np.array([[0.0, 1.0], [2.0, 4.0]]), -2), layout="plain")
@example(pair=(np.arange(12.0).reshape(2, 3, 2) ** 2, 1), layout="plain")
@example(pair=(np.arange(12.0).reshape(2, 3, 2) ** 2, -3), layout="plain")
@example(pair=(np.arange(12.0).reshape(2, 3, 2) ** 2, None), layout="transposed")
@example(pair=(np.arange(6.0).reshape(2, 3), 1), layout="sliced")
@example(pair=(np.arange(6.0).reshape(2, 3), None), layout="read-only")
@example(pair=(np.array([[0.0, 1.0], [-2000.0, -2001.0]]), None), layout="plain")
@example(pair=(np.array([[0.0, 1.0], [2000.0, 2001.0]]), None), layout="plain")
@example(pair=(np.array([1e4, -1e4, 1e4]), None), layout="plain")
@example(pair=(np.array([-1000.0, -1001.0]), None), layout="plain")
@example(pair=(np.array([-1e300, -1e300, -INF]), None), layout="plain")
@example(pair=(np.array([1.7e308, -1.7e308, 0]), None), layout="plain")
@example(pair=(np.array([0, -745, -800, -40.0]), None), layout="plain")
@example(pair=(np.array([0.1, 1 / 3, -20, 5e-324]), None), layout="plain")
@example(pair=(np.array([-INF, LOWEST["float64"], LOWEST["float64"]]), None), layout="plain")
@example(pair=(np.array([-INF, LOWEST["float32"], LOWEST["float32"]], np.float32), None), layout="plain")
@example(pair=(np.array([-INF, LOWEST["float16"], LOWEST["float16"]], np.float16), None), layout="plain")
@example(pair=(np.array([1e4, 1e4 - 1], np.float32), None), layout="plain")
@example(pair=(np.array([0.1, 100, 1e6, 1e6], np.float32), None), layout="plain")
@example(pair=(np.array([3e38, -3e38], np.float32), None), layout="plain")
@example(pair=(np.array([12, 13, 0.1], np.float16), None), layout="plain")
@example(pair=(np.array([65504, 65504, -65504], np.float16), None), layout="plain")
@example(pair=(np.array([[-INF, -INF], [0, 12]], np.float16), None), layout="plain")
@example(pair=(np.array([[-INF, -INF], [0, 12]], np.float32), 0), layout="transposed")
@example(pair=(np.zeros((0, 3)), None), layout="plain")
@example(pair=(np.zeros((3, 0), np.float32), 0), layout="plain")
@example(pair=(np.zeros((2, 0, 1), np.float16), -1), layout="plain")
@example(pair=(np.arange(17.0), None), layout="plain")
@example(pair=(np.arange(300.0) % 7, None), layout="plain")
@example(pair=(np.arange(140.0).reshape(70, 2) % 11, 0), layout="plain")
@example(pair=(np.arange(3000.0), None), layout="plain")
@example(pair=(np.arange(4200.0, dtype=np.float32).reshape(2100, 2), 0), layout="plain")
def test_each_slice_has_the_weights_of_exact_arithmetic(kata, solution, pair, layout):
    judge(kata, solution, *pair, layout)


@settings(max_examples=12)
@given(
    count=st.sampled_from([1024, 2049, 3000]),
    first=st.sampled_from([0, 3.5, 100, -100]),
    gap=st.integers(0, 80),
    axis=st.sampled_from([0, -1]),
)
@example(count=3000, first=0, gap=0, axis=0)
@example(count=3000, first=0, gap=64, axis=-1)
@example(count=3000, first=0.0973, gap=66, axis=-1)
@example(count=3000, first=0.0973, gap=66, axis=0)
def test_float16_is_summed_in_float32(kata, solution, count, first, gap, axis):
    # Sums of ones stop at 2048 in float16, where numpy sums along the first axis; and a difference near 8 is rounded
    # by as much as 1 / 256, the same for all the scores that make up the sum.
    slices = [(first, first - gap / 8), (first, first - gap / 8 - 1)]
    x = np.array([[one] + [other] * (count - 1) for one, other in slices], np.float16)
    expected = exact(x.T if axis == 0 else x, axis)
    for name in NAMES:
        with trusted_parts():
            result = solution.run(probes.of_many, name, slices, count, axis)
            close(name, result, expected[name], np.float16, axis)
        close(name, kata.run(probes.of_many, name, slices, count, axis), expected[name], np.float16, axis)


# Exact in every dtype, also when the shift is added.
EIGHTHS = dict.fromkeys(POOLS, (0, 1, -1, 0.125, -0.375, 2.5, -INF, 6, -7.75))
LARGEST_SHIFT = {"float64": 49, "float32": 20, "float16": 7}


@settings(max_examples=40)
@given(pair=arrays(pools=EIGHTHS, levels=(0,)), shift=st.integers(0, 49))
@example(pair=(np.array([0.0, 1.0]), None), shift=40)
@example(pair=(np.array([0.0, 1.0]), None), shift=10)
@example(pair=(np.array([0.0, 0.125], np.float32), None), shift=20)
@example(pair=(np.array([[0.0, -INF], [1.0, -INF]], np.float16), 0), shift=7)
@example(pair=(np.array([[0.0, -INF, 6], [1.0, 2.5, -7.75]]), 1), shift=49)
def test_a_shift_of_all_scores_changes_no_weight(kata, pair, shift):
    x, axis = pair
    size = 2.0 ** min(shift, LARGEST_SHIFT[str(x.dtype)])
    for added in (size, -size):
        shifted = (x + x.dtype.type(added)).astype(x.dtype)
        for name in NAMES:
            before, after = (answer(kata, name, each, axis) for each in (x, shifted))
            expected = np.asarray(before, np.float64) + (added if name == "logsumexp" else 0)
            close(name, after, expected, x.dtype, axis, factor=2, why=f"with {added:g} added to all scores, ")


@settings(max_examples=40)
@given(pair=arrays(), at=st.lists(st.integers(0, 5), min_size=1, max_size=4))
@example(pair=(np.array([1.0, 2.0]), None), at=[0])
@example(pair=(np.array([-1e4, -1e4]), None), at=[1])
@example(pair=(np.array([[1.0, 2.0], [-7.0, 8.0]], np.float32), 0), at=[2, 0])
@example(pair=(np.array([[1.0, 2.0], [-INF, -INF]]), 1), at=[0, 2])
@example(pair=(np.array([1.0, 12.0], np.float16), None), at=[0])
@example(pair=(np.array([-1e300, -1e300]), None), at=[0])
def test_masked_scores_count_as_if_they_were_not_there(kata, pair, at):
    x, axis = pair
    along = x.ndim - 1 if axis is None else axis
    places = [min(each, x.shape[along]) for each in at]
    masked = np.insert(x, places, -INF, axis=along)
    there = np.insert(np.ones(x.shape[along], bool), places, values=False)
    for name in NAMES:
        before, after = answer(kata, name, x, axis), answer(kata, name, masked, axis)
        if name != "logsumexp":
            hidden = np.compress(~there, after, axis=along)
            assert (hidden == (0 if name == "softmax" else -INF)).all(), (
                f"{name} of a score of -inf is {hidden.ravel()[0]}"
            )
            after = np.compress(there, after, axis=along)
        close(name, after, before, x.dtype, axis, factor=2, why="with scores of -inf put in between, ")


@settings(max_examples=30)
@given(pair=arrays(), at=st.integers(0, 2**30), layout=array_layouts())
@example(pair=(np.array([1.0, 2.0]), None), at=0, layout="plain")
@example(pair=(np.array([[1.0, 2.0], [3.0, 4.0]]), None), at=1, layout="plain")
@example(pair=(np.array([[1.0, 2.0], [3.0, 4.0]]), 0), at=1, layout="plain")
@example(pair=(np.array([[-INF, -INF], [3.0, 4.0]]), None), at=0, layout="plain")
@example(pair=(np.array([[-INF, -INF], [-INF, -INF]], np.float16), 1), at=3, layout="plain")
@example(pair=(np.array([[0.0, 1e4], [3e38, -INF]], np.float32), 1), at=2, layout="transposed")
def test_nan_stays_in_its_slice(kata, solution, pair, at, layout):
    x, axis = pair[0].copy(), pair[1]
    if x.size:
        x.flat[at % x.size] = NAN
    judge(kata, solution, x, axis, layout)


def test_an_axis_that_is_empty_or_not_there_is_refused(kata):
    for shape, axis in [
        ((0,), 0),
        ((0,), -1),
        ((3, 0), 1),
        ((3, 0), -1),
        ((0, 3), 0),
        ((0, 3), -2),
        ((0, 0), 0),
        ((0, 0), 1),
        ((2, 0, 3), 1),
        ((2, 0, 3), -2),
        ((1,), 1),
        ((1,), -2),
        ((3,), 2),
        ((2, 3), 2),
        ((2, 3), -3),
        ((2, 3), 7),
        ((0, 3), 2),
        ((3, 0), 2),
        ((3, 0), -3),
    ]:
        for dtype in ("float64", "float16"):
            for name in NAMES:
                refuses(getattr(kata, name), np.ones(shape, dtype), axis)
    for shape in [(0,), (3, 0), (0, 0), (1, 2, 0)]:
        for name in NAMES:
            refuses(getattr(kata, name), np.ones(shape))


def judge(kata, solution, x, axis, layout):
    """Compare all three functions with exact arithmetic."""
    expected = exact(x, -1 if axis is None else axis)
    given_x = laid_out(x, layout)
    for name in NAMES:
        with trusted_parts():
            close(name, answer(solution, name, given_x, axis), expected[name], x.dtype, axis)
        result = answer(kata, name, given_x, axis)
        assert np.array_equal(given_x, x, equal_nan=True), f"{name} changed x to {given_x}"
        close(name, result, expected[name], x.dtype, axis)
    if x.ndim == 1:
        kind = kata.run(probes.type_of_a_slice, given_x)
        assert kind == str(x.dtype), f"logsumexp of one slice has dtype {kind}, expected {x.dtype}"


def answer(kata, name, x, axis):
    """What the function returns; the axis is left out where it is None."""
    return getattr(kata, name)(x) if axis is None else getattr(kata, name)(x, axis)


def close(name, got, expected, dtype, axis, *, factor=1.0, why=""):
    """Fail where a result is not the expected one, in shape, dtype and value."""
    what, shape = why + name, np.shape(expected)
    # A number of numpy arrives from the answer's process as a number of Python, which has no dtype of ours.
    assert isinstance(got, np.ndarray | (np.floating | float if shape == () else np.ndarray)), (
        f"{what} is {got!r}, expected an array"
    )
    assert np.shape(got) == shape, f"{what} has shape {np.shape(got)}, expected {shape}"
    assert not isinstance(got, np.ndarray) or got.dtype == dtype, f"{what} has dtype {got.dtype}, expected {dtype}"
    expected = np.asarray(expected, dtype=np.float64)
    got, unknown = np.asarray(got, dtype=np.float64), np.isnan(expected)
    assert (np.isnan(got) | ~unknown).all(), f"{what} is {got}: a slice that holds NaN is NaN"
    got, expected = np.where(unknown, 0, got), np.where(unknown, 0, expected)
    # Weights are rounded in proportion to the largest one of their slice; logarithms to their own size, or to 1.
    if name == "softmax" and got.size:
        terms = np.broadcast_to(expected.max(-1 if axis is None else axis, keepdims=True), shape)
        terms = np.where(terms == 0, 1, terms)
    else:
        terms = np.maximum(1, np.where(np.isinf(expected), 1, np.abs(expected)))
    assert_close(got, expected, dtype=np.dtype(dtype).name, terms=terms, factor=factor, what=what)
    if name == "softmax":
        wrong = (got < 0) | (expected == 0) & (got > np.finfo(dtype).tiny)  # no weight at all, or one that underflows
        assert not wrong.any(), f"{what} is {got}, expected {expected}"


PRECISE = Context(prec=50)


@functools.cache
def exponential(exponent: Decimal) -> Decimal:
    """exp, with 50 digits; below any float it is 0."""
    return Decimal(0) if exponent < -100_000 else PRECISE.exp(exponent)


def exact(x, axis):
    """All three results, a slice at a time and with 50 digits; those below the range of the dtype are -inf."""
    results = {"softmax": np.zeros(x.shape), "log_softmax": np.zeros(x.shape)}
    moved = {name: np.moveaxis(each, axis, -1) for name, each in results.items()}
    slices = np.moveaxis(x, axis, -1)
    results["logsumexp"] = np.zeros(slices.shape[:-1])
    for index in np.ndindex(slices.shape[:-1]):
        moved["softmax"][index], moved["log_softmax"][index], results["logsumexp"][index] = exact_slice(
            slices[index].tolist()
        )
    with np.errstate(over="ignore"):
        return {name: np.where(np.isneginf(each.astype(x.dtype)), -INF, each) for name, each in results.items()}


def exact_slice(scores):
    if any(map(math.isnan, scores)):
        return NAN, NAN, NAN
    seen = [Decimal(each) for each in scores if each > -INF]
    if not seen:
        return 0, -INF, -INF
    largest = max(seen)  # beyond 1e9 the exponential of a score is too large for a Decimal, too
    total = sum(exponential(PRECISE.subtract(each, largest)) for each in seen)
    logarithm = PRECISE.ln(total)
    weights, logarithms = [], []
    for each in scores:
        rest = PRECISE.subtract(Decimal(each), largest) if each > -INF else None
        weights.append(0.0 if rest is None else float(exponential(rest) / total))
        logarithms.append(-INF if rest is None else float(rest - logarithm))
    return weights, logarithms, float(PRECISE.add(largest, logarithm))
