"""Properties of autograd/gradcheck."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.autograd.probes import gradcheck as probes
from tests.strategies.layouts import array_layouts, laid_out

SHAPES = [(), (1,), (2,), (3,), (1, 2), (2, 2), (2, 1, 2), (0,), (2, 0)]
DTYPES = ["float64", "int64", "float32", "int8"]
STEPS = [{}, {"eps": 1e-6}, {"eps": 0.25}, {"eps": 2.0}, {"eps": 2.0**-20}]
ROUNDING = 2.0**-48
"""Of the terms that a difference is made of: some sixteen roundings."""


@st.composite
def problems(draw):
    """Terms, a point, and the options of numerical_gradient."""
    shape = draw(st.sampled_from(SHAPES))
    size = math.prod(shape)
    dtype = draw(st.sampled_from(DTYPES))
    numbers = st.integers(-3, 3) if dtype.startswith("int") else st.sampled_from([0.0, 1.0, -0.5, 3.0, 0.25, -2.0])
    x = np.array([draw(numbers) for _ in range(size)], dtype=dtype).reshape(shape)
    element = st.integers(0, size - 1) if size else st.nothing()
    factors = st.lists(st.tuples(element, st.integers(1, 3)), max_size=2 if size else 0)
    coefficients = st.sampled_from([1.0, -1.0, 2.0, 0.5, -3.0])
    terms = draw(st.lists(st.tuples(coefficients, factors), max_size=4))
    layout = draw(array_layouts()) if draw(st.booleans()) else "plain"
    return terms, laid_out(x, "plain" if layout == "read-only" else layout), draw(st.sampled_from(STEPS))


def square(*elements):
    """The sum of the squares of these elements."""
    return [(1.0, [(element, 2)]) for element in elements]


def exactly(terms, point):
    """The function at a point, in fractions."""
    flat = [Fraction(float(each)) for each in np.asarray(point).reshape(-1)]
    return sum(
        (
            Fraction(c) * math.prod((flat[e] ** power for e, power in factors), start=Fraction(1))
            for c, factors in terms
        ),
        start=Fraction(0),
    )


def central(terms, x, eps):
    """Central differences of the exact function, and the size of what each is made of."""
    start = np.array(x, dtype=np.float64)
    differences, sizes = [], []
    for element in range(start.size):
        sides = []
        for step in (eps, -eps):
            point = start.copy()
            point.reshape(-1)[element] += step
            sides.append(exactly(terms, point))
        differences.append(float((sides[0] - sides[1]) / (2 * Fraction(eps))))
        largest = max((abs(exactly([term], p)) for term in terms for p in (start, start + eps, start - eps)), default=0)
        sizes.append(float(largest) * (len(terms) + 1) / eps + abs(differences[-1]))
    return np.array(differences).reshape(start.shape), np.array(sizes).reshape(start.shape)


@settings(max_examples=80)
@given(problem=problems())
@example(problem=(square(0), np.array([1.0]), {"eps": 0.25}))
@example(problem=(square(0, 1), np.array([1, 3]), {"eps": 0.25}))
@example(problem=([(1.0, [(0, 3)])], np.array([1.0]), {"eps": 0.25}))
@example(problem=(square(0, 1), np.array([1, -2], dtype=np.int8), {}))
@example(problem=(square(0, 1), np.array([0.5, 3.0], dtype=np.float32), {}))
@example(problem=(square(0), np.array(2.0), {}))
@example(problem=([(1.0, [(0, 1), (3, 2)]), (2.0, [(1, 1)])], np.arange(4.0).reshape(2, 2), {"eps": 0.25}))
@example(problem=([(1.0, [(0, 1), (1, 1)])], np.array([2.0, 5.0]), {"eps": 2.0}))
@example(problem=([(1.0, [(1, 2)])], laid_out(np.arange(4.0).reshape(2, 2), "transposed"), {"eps": 0.25}))
@example(problem=([(1.0, [])], np.zeros((2, 0)), {}))
@example(problem=([(3.0, [])], np.array([1.0, 2.0]), {}))
def test_differences_to_both_sides_of_each_element(kata, solution, problem):
    terms, x, options = problem
    event(f"{x.ndim} axes, {x.dtype}")
    eps = options.get("eps", 1e-6)
    expected, sizes = central(terms, x, eps)
    before = x.copy()

    def check(report):
        gradient = report["gradient"]
        assert isinstance(gradient, np.ndarray), f"the gradient is {gradient!r}, an array is expected"
        assert gradient.dtype == np.float64, f"the gradient has dtype {gradient.dtype}, expected float64"
        assert gradient.shape == x.shape, f"the gradient has shape {gradient.shape}, x has {x.shape}"
        for index in np.ndindex(x.shape):
            off = abs(gradient[index] - expected[index])
            assert off <= ROUNDING * sizes[index], (
                f"gradient[{', '.join(map(str, index))}] is {gradient[index]:.9g}, expected {expected[index]:.9g}"
            )
        assert len(report["points"]) == 2 * x.size, f"f was called {len(report['points'])} times for {x.size} elements"
        wanted = {("float64", x.shape)} if x.size else set()
        assert set(report["arguments"]) == wanted, (
            f"f was given {report['arguments']}, float64 of {x.shape} is expected"
        )

    with trusted_parts():
        check(solution.run(probes.gradient_and_points, terms, x, options, 0))
    check(kata.run(probes.gradient_and_points, terms, x, options, 0))
    assert np.array_equal(x, before), f"x was {before.tolist()} and is now {x.tolist()}"


@settings(max_examples=40)
@given(problem=problems(), data=st.data())
def test_only_one_element_is_off_at_a_time(kata, problem, data):
    terms, x, options = problem
    assume(x.size)
    eps = options.get("eps", 1e-6)
    fails_at = data.draw(st.integers(0, 2 * x.size))
    before = x.copy()
    report = kata.run(probes.gradient_and_points, terms, x, options, fails_at)
    assert np.array_equal(x, before), f"x was {before.tolist()} and is now {x.tolist()} (call {fails_at} of f failed)"
    assert (report["gradient"] is None) == bool(fails_at), "an error of f must reach the caller"
    steps = []
    for point in report["points"]:
        off = point.reshape(-1) - before.astype(np.float64).reshape(-1)
        moved = [(int(e), 1 if off[e] > 0 else -1) for e in np.flatnonzero(np.abs(off) > eps / 4)]
        assert len(moved) == 1, f"f was asked at {point.tolist()}: {len(moved)} elements of {before.tolist()} are off"
        assert abs(abs(off[moved[0][0]]) - eps) <= eps / 1000, f"f was asked {abs(off[moved[0][0]])} away, not {eps}"
        steps += moved
    assert len(set(steps)) == len(steps), f"f was asked twice on the same side of an element: {steps}"


CUBE = [(1.0, [(0, 3)]), (2.0, [(1, 1)]), (0.5, [(0, 1), (1, 1)])]
POINT = np.array([1.0, 2.0])


@st.composite
def claims(draw):
    """A problem, and a gradient that is off in one element by a multiple of what is allowed."""
    terms, x, options = draw(problems())
    options = options | draw(
        st.sampled_from([{}, {"atol": 1e-3}, {"rtol": 0.5}, {"atol": 0.0}, {"atol": 1e-2, "rtol": 0.0}])
    )
    factor = draw(st.sampled_from([0.0, 0.5, -0.5, 2.0, -2.0, 1e3, math.nan, math.inf, -math.inf]))
    return terms, x, options, draw(st.integers(0, max(0, x.size - 1))), factor


@settings(max_examples=100)
@given(claim=claims())
@example(claim=(CUBE, POINT, {"eps": 0.25}, 1, 0.5))
@example(claim=(CUBE, POINT, {"eps": 0.25}, 1, 2.0))
@example(claim=(CUBE, POINT, {"eps": 0.25}, 0, -2.0))
@example(claim=(CUBE, POINT, {"eps": 0.25}, 1, math.nan))
@example(claim=(CUBE, POINT, {"eps": 0.25}, 0, -math.inf))
@example(claim=(CUBE, POINT, {"rtol": 0.5, "atol": 0.0}, 0, 0.5))
@example(claim=(CUBE, POINT, {"rtol": 0.5, "atol": 0.0}, 0, -2.0))
@example(claim=(CUBE, POINT, {"rtol": 0.0, "atol": 1e-2}, 0, 2.0))
@example(claim=(CUBE, POINT, {"rtol": 0.0, "atol": 1e-2}, 0, 0.5))
@example(claim=(CUBE, POINT, {"atol": 1e-3}, 1, 0.5))
@example(claim=(CUBE, POINT, {"eps": 2.0}, 0, 0.0))
@example(claim=([(-1.0, [(0, 2)])], np.array([3]), {"rtol": 0.5, "atol": 0.0}, 0, 0.9))
@example(claim=([(-1.0, [(0, 2)])], np.array([3]), {"rtol": 0.5, "atol": 0.0}, 0, -1.1))
@example(claim=([], np.zeros((2, 0)), {}, 0, 0.0))
@example(claim=([], np.zeros(2), {}, 1, 2.0))
@example(claim=([], np.zeros(2), {}, 1, 0.5))
def test_a_gradient_passes_within_the_bound_and_not_beyond(kata, claim):
    terms, x, options, element, factor = claim
    numerical, sizes = central(terms, x, options.get("eps", 1e-6))
    bound = options.get("atol", 1e-5) + options.get("rtol", 1e-3) * np.abs(numerical)
    assume(np.all(bound > 1e4 * ROUNDING * sizes))  # else rounding decides
    gradient = numerical.copy()
    if x.size:
        gradient.reshape(-1)[element] += factor * bound.reshape(-1)[element]
    expected = not x.size or bool(abs(factor) < 1)
    report = kata.run(probes.verdict, terms, x, gradient, options)
    result = report["result"]
    assert type(result) is bool, f"a bool is expected, got {result!r}"
    assert result is expected, (
        f"gradcheck is {result} for a gradient of {gradient.tolist()} with {options}; the numerical one is "
        f"{numerical.tolist()}, so that {expected} is expected"
    )
    for point in report["asked"]:
        assert point.dtype == np.float64, f"grad_f was given {point.dtype}, expected float64"
        assert np.array_equal(point, x), f"grad_f was asked at {point.tolist()}, x is {x.tolist()}"


def test_a_gradient_of_another_shape_is_false(kata):
    for shape, others in (((2,), [(2, 1), (1, 2), (1,), (), (3,)]), ((), [(1,), (1, 1)]), ((1, 2), [(2,), (2, 1)])):
        x = np.ones(shape)
        terms = square(*range(x.size))
        for other in (shape, *others):
            report = kata.run(probes.verdict, terms, x, np.full(other, 2.0), {})
            expected = other == shape
            assert report["result"] is expected, (
                f"x has shape {shape}, the gradient {other}: gradcheck is {report['result']!r}, expected {expected}"
            )
