"""Properties of vision_language/rope_2d."""

from __future__ import annotations

import cmath
import itertools

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same
from tests.agreement import trusted_parts
from tests.refusals import refuses
from tests.strategies.grids import grids
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.strategies.patches import patches
from tests.tolerance import as_array

DTYPES = ("float32", "float64", "bfloat16", "float16")
THETAS = (None, 10000.0, 100.0, 2.0, 1e6)


@settings(max_examples=60)
@given(
    given_grids=grids(most=3),
    heads=st.integers(1, 3),
    d=st.sampled_from([4, 8, 12, 16]),
    theta=st.sampled_from(THETAS),
    dtype=st.sampled_from(DTYPES),
    layout=tensor_layouts(),
    kind=st.sampled_from(("numbered", "normal")),
)
@example(given_grids=[(1, 2), (1, 1)], heads=1, d=4, theta=None, dtype="float32", layout="plain", kind="numbered")
@example(given_grids=[(1, 3), (2, 2)], heads=1, d=8, theta=None, dtype="float32", layout="plain", kind="numbered")
@example(given_grids=[(2, 3)], heads=2, d=12, theta=None, dtype="float64", layout="plain", kind="normal")
@example(given_grids=[(3, 2)], heads=1, d=16, theta=100.0, dtype="float64", layout="transposed", kind="normal")
@example(given_grids=[(3, 2)], heads=1, d=16, theta=None, dtype="float64", layout="sliced", kind="normal")
@example(given_grids=[(3, 2)], heads=2, d=16, theta=10000.0, dtype="float32", layout="transposed", kind="normal")
@example(given_grids=[(4, 5), (5, 1)], heads=3, d=8, theta=2.0, dtype="float32", layout="differentiable", kind="normal")
@example(given_grids=[(1, 600)], heads=1, d=4, theta=None, dtype="float32", layout="plain", kind="normal")
@example(given_grids=[(600, 1)], heads=1, d=16, theta=None, dtype="bfloat16", layout="plain", kind="normal")
@example(given_grids=[(1, 3), (1, 300)], heads=1, d=4, theta=None, dtype="float16", layout="plain", kind="normal")
@example(given_grids=[(9, 8), (8, 9)], heads=1, d=64, theta=None, dtype="float32", layout="plain", kind="normal")
@example(given_grids=[(1, 2)] * 17, heads=1, d=4, theta=None, dtype="float32", layout="plain", kind="normal")
def test_pairs_are_turned_like_complex_numbers(kata, solution, given_grids, heads, d, theta, dtype, layout, kind):
    describe(given_grids)
    values = patches((area(given_grids), heads, d), kind=kind, dtype=dtype)
    x, options = laid_out(values, layout), {} if theta is None else {"theta": theta}
    expected, bound = turned(values, given_grids, theta or 10000.0)
    with trusted_parts():
        assert_turned(solution.rope_2d(x, given_grids, **options), expected, bound, dtype)
    result = kata.rope_2d(x, list(given_grids), **options)
    assert same(x.detach(), values), f"x was changed to {x}"
    assert_turned(result, expected, bound, dtype)


@settings(max_examples=40)
@given(given_grids=grids(most=2, longest=9), d=st.sampled_from([4, 8, 12]), theta=st.sampled_from(THETAS[1:]))
@example(given_grids=[(2, 3)], d=4, theta=10000.0)
@example(given_grids=[(3, 2), (1, 4)], d=8, theta=100.0)
@example(given_grids=[(2, 2), (2, 3)], d=12, theta=10000.0)
def test_scores_depend_on_differences_only_and_norms_are_kept(kata, given_grids, d, theta):
    # One query and one key, as two heads, in every patch of every image.
    both = patches((1, 2, d), kind="normal", dtype="float64", seed=d)
    x = both.expand(area(given_grids), 2, d).contiguous()
    result = kata.rope_2d(x, given_grids, theta=theta)
    assert_form(result, x)
    turned_both = as_array(result)
    far = max(max(grid) for grid in given_grids)
    scale = float((both * both).sum())
    nearly = 256 * 2.0**-23 * (1 + far) * scale
    norms, before = (np.square(each).sum(axis=2) for each in (turned_both, as_array(x)))
    worst = np.abs(norms - before).max()
    assert worst <= nearly, f"a turn keeps the norm; squares of norms are off by {worst}: {norms.tolist()}"
    scores = turned_both[:, 0] @ turned_both[:, 1].T
    first: dict[tuple[int, int], tuple[int, int]] = {}
    for one, other in itertools.product(enumerate(places(given_grids)), repeat=2):
        apart = (one[1][0] - other[1][0], one[1][1] - other[1][1])
        i, j = first.setdefault(apart, (one[0], other[0]))
        difference = abs(scores[one[0], other[0]] - scores[i, j])
        assert difference <= nearly, (
            f"patches {one[0]} and {other[0]} are {apart} rows and columns apart, like patches {i} and {j}, "
            f"but their scores are {scores[one[0], other[0]]} and {scores[i, j]}"
        )


@settings(max_examples=40)
@given(given_grids=grids(fewest=2, most=4), heads=st.integers(1, 2), seed=st.integers(0, 99))
@example(given_grids=[(1, 2), (1, 2)], heads=1, seed=0)
@example(given_grids=[(2, 3), (3, 2), (1, 1)], heads=2, seed=1)
@example(given_grids=[(2, 2), (5, 7)], heads=1, seed=2)
def test_images_and_heads_are_turned_as_if_alone(kata, given_grids, heads, seed):
    x = patches((area(given_grids), heads, 8), kind="normal", seed=seed)
    together = kata.rope_2d(x, given_grids)
    assert_form(together, x)
    _, bound = turned(x, given_grids, 10000.0)
    start = 0
    for number, (h, w) in enumerate(given_grids):
        part = slice(start, start + h * w)
        for head in range(heads):
            alone = kata.rope_2d(x[part, head : head + 1].clone(), [(h, w)])
            got = together[part, head : head + 1]
            assert_turned(alone, as_array(got), 2 * bound[part, head : head + 1], "float32", f"image {number} alone")
        start += h * w


def refusals():
    """Shapes and grids that do not go together."""
    for d in (1, 2, 3, 5, 6, 7, 10, 66):
        yield from [((6, 1, d), [(2, 3)]), ((1, 2, d), [(1, 1)])]
    for d in (4, 8):
        for right in ([(2, 3)], [(3, 2), (1, 1)], [(1, 1)]):
            count = area(right)
            yield from [((count + more, 1, d), right) for more in (1, -1, count, 64)]
        yield from [((6, 1, d), [(2, 2)]), ((4, 1, d), [(2, 2), (2, 2)]), ((0, 1, d), [(2, 2)]), ((5, 1, d), [(2, 3)])]


def test_widths_and_grids_that_do_not_fit_are_refused(kata):
    for shape, given_grids in refusals():
        refuses(kata.rope_2d, torch.ones(shape), given_grids)
        refuses(kata.rope_2d, torch.ones(shape, dtype=torch.bfloat16), given_grids, theta=100.0)


def area(given_grids):
    """How many patches there are."""
    return sum(h * w for h, w in given_grids)


def places(given_grids):
    """Row and column of every patch, counted."""
    return [(row, column) for h, w in given_grids for row in range(h) for column in range(w)]


def turned(x, given_grids, theta):
    """The result in float64, pair by pair; and how far each number may be off.

    An angle in float32 is off by some eps times itself, the more so as its frequency is a power: 32 eps are allowed.
    The result is rounded to the dtype; in a half type 4 eps are allowed, for an answer that turns in that type.
    """
    d, values = x.shape[2], as_array(x)
    expected, bound = np.zeros(values.shape), np.zeros(values.shape)
    eps = max(torch.finfo(x.dtype).eps, 2.0**-23)
    for patch, (row, column) in enumerate(places(given_grids)):
        for pair in range(d // 2):
            i, position = pair // 2, row if pair % 2 else column
            angle = position * theta ** (-4 * i / d)
            for head in range(x.shape[1]):
                a, b = values[patch, head, 2 * pair : 2 * pair + 2]
                result = complex(a, b) * cmath.exp(1j * angle)
                expected[patch, head, 2 * pair : 2 * pair + 2] = result.real, result.imag
                off = abs(complex(a, b)) * (4 * eps + 32 * 2.0**-23 * (1 + angle))
                bound[patch, head, 2 * pair : 2 * pair + 2] = off + torch.finfo(x.dtype).tiny
    return expected, bound


def assert_form(result, x):
    """Fail where the result has another form than x."""
    assert isinstance(result, torch.Tensor), f"a tensor is expected, got {result!r}"
    assert result.dtype == x.dtype, f"the result is {result.dtype}, expected {x.dtype}"
    assert tuple(result.shape) == tuple(x.shape), f"the result has shape {tuple(result.shape)}, x {tuple(x.shape)}"


def assert_turned(result, expected, bound, dtype, what="the result"):
    """Fail where a number is further from the expected one than its bound."""
    assert isinstance(result, torch.Tensor), f"a tensor is expected, got {result!r}"
    assert str(result.dtype) == f"torch.{dtype}", f"{what} is {result.dtype}, expected torch.{dtype}"
    got = as_array(result)
    assert got.shape == expected.shape, f"{what} has shape {got.shape}, expected {expected.shape}"
    wrong = np.argwhere(~(np.abs(got - expected) <= bound))
    if len(wrong):
        where = tuple(map(int, wrong[0]))
        raise AssertionError(
            f"{what} at {list(where)} (patch, head, number) is {got[where]:.6g}, expected {expected[where]:.6g}; "
            f"{len(wrong)} of {got.size} numbers are wrong"
        )


def describe(given_grids):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    if any(h != w for h, w in given_grids):
        event("a rectangle")
    if len(given_grids) > 1:
        event("several images")
    if max(max(grid) for grid in given_grids) > 16:
        event("a long image")
