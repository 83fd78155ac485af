"""Properties of vision_language/patch_merger."""

from __future__ import annotations

import math
from dataclasses import dataclass

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

KERNELS = ((2, 2), (1, 1), (1, 2), (2, 1), (3, 2), (2, 3))
DTYPES = ("float32", "float64", "bfloat16", "float16")


@st.composite
def merges(draw):
    """Grids, a kernel, a width, a dtype and a kind of values."""
    kernel = draw(st.sampled_from(KERNELS))
    return (
        draw(grids(kernel=kernel, fewest=0)),
        None if kernel == (2, 2) and draw(st.booleans()) else kernel,
        draw(st.integers(1, 3)),
        draw(st.sampled_from(DTYPES)),
        draw(st.sampled_from(("numbered", "normal", "every float"))),
    )


@settings(max_examples=60)
@given(merge=merges(), layout=tensor_layouts())
@example(merge=([(2, 4)], None, 1, "float32", "numbered"), layout="plain")
@example(merge=([(4, 2)], (2, 2), 1, "float32", "numbered"), layout="plain")
@example(merge=([(4, 6)], None, 1, "float32", "numbered"), layout="transposed")
@example(merge=([(6, 4)], None, 3, "float64", "numbered"), layout="sliced")
@example(merge=([(2, 6), (4, 4), (6, 2)], None, 2, "float32", "numbered"), layout="differentiable")
@example(merge=([(4, 6)], (1, 2), 1, "float32", "numbered"), layout="plain")
@example(merge=([(4, 6)], (2, 1), 1, "float32", "numbered"), layout="plain")
@example(merge=([(6, 4)], (3, 2), 1, "float32", "numbered"), layout="plain")
@example(merge=([(4, 9)], (2, 3), 2, "bfloat16", "normal"), layout="plain")
@example(merge=([(3, 5), (1, 1)], (1, 1), 2, "float32", "numbered"), layout="plain")
@example(merge=([(2, 66)], None, 1, "float32", "numbered"), layout="plain")
@example(merge=([(34, 36)], None, 1, "float64", "numbered"), layout="plain")
@example(merge=([(2, 4)] * 17, None, 1, "float32", "numbered"), layout="plain")
@example(merge=([(2, 6)], None, 3, "float32", "every float"), layout="plain")
@example(merge=([(2, 6)], None, 3, "float16", "every float"), layout="plain")
@example(merge=([], None, 2, "float32", "numbered"), layout="plain")
def test_blocks_and_their_patches_stand_row_by_row(kata, solution, merge, layout):
    given_grids, kernel, width, dtype, kind = merge
    describe(given_grids, kernel or (2, 2))
    x = laid_out(patches((area(given_grids), width), kind=kind, dtype=dtype), layout)
    before, options = x.detach().clone(), {} if kernel is None else {"kernel": kernel}
    expected = merged_by_loops(before, given_grids, kernel or (2, 2))
    with trusted_parts():
        assert_merged(solution.merge_patches(x, given_grids, **options), expected)
    merged = kata.merge_patches(x, list(given_grids), **options)
    assert same(x.detach(), before), f"x was changed to {x}"
    assert_merged(merged, expected)


@settings(max_examples=40)
@given(given_grids=grids(kernel=(2, 2), most=5))
@example(given_grids=[(2, 4), (4, 2)])
@example(given_grids=[(4, 4), (2, 2), (2, 6)])
@example(given_grids=[(2, 2)])
def test_images_are_merged_as_if_alone_and_no_patch_is_lost(kata, given_grids):
    x = patches((area(given_grids), 2), kind="numbered", dtype="float64")
    together = kata.merge_patches(x, given_grids)
    parts = x.split([h * w for h, w in given_grids])
    alone = [kata.merge_patches(part.clone(), [grid])[0] for part, grid in zip(parts, given_grids, strict=True)]
    assert_merged(together, alone)
    for number, (part, image) in enumerate(zip(parts, together, strict=True)):
        found = sorted(image.reshape(-1, 2).tolist())
        assert found == part.tolist(), f"image {number} holds the patches {found}, expected {part.tolist()}"


@dataclass(frozen=True)
class Network:
    """Sizes of a call of project, and what its numbers are."""

    counts: tuple[int, ...] = (1,)
    block: int = 4
    d: int = 2
    hidden: int = 2
    out: int = 1
    kind: str = "normal"
    dtype: str = "float64"
    seed: int = 0

    def tensors(self):
        """The merged images, and the six weights."""
        shapes = [(count, self.block, self.d) for count in self.counts]
        merged = [
            patches(shape, kind=self.kind, dtype=self.dtype, seed=100 * self.seed + number)
            for number, shape in enumerate(shapes)
        ]
        wide = self.block * self.d
        shapes = [(self.d,), (self.d,), (self.hidden, wide), (self.hidden,), (self.out, self.hidden), (self.out,)]
        weights = [
            patches(shape, kind="normal", dtype=self.dtype, seed=10_000 + 10 * self.seed + number)
            for number, shape in enumerate(shapes)
        ]
        weights[2] = weights[2] / wide**0.5
        return merged, weights


@st.composite
def networks(draw, *, dtypes=("float64", "float32"), kinds=("normal", "numbered", "offset", "nearly equal")):
    counts = st.integers(1, 3) | st.sampled_from([17, 65])
    return Network(
        counts=tuple(draw(st.lists(counts, min_size=1, max_size=3))),
        block=draw(st.sampled_from([4, 1, 2, 6])),
        d=draw(st.sampled_from([2, 1, 3, 8])),
        hidden=draw(st.integers(1, 5)),
        out=draw(st.integers(1, 3)),
        kind=draw(st.sampled_from(kinds)),
        dtype=draw(st.sampled_from(dtypes)),
        seed=draw(st.integers(0, 99)),
    )


@settings(max_examples=40)
@given(network=networks(), layout=tensor_layouts())
@example(network=Network(), layout="plain")
@example(network=Network(counts=(2, 1, 3), d=3, hidden=4, out=2), layout="transposed")
@example(network=Network(counts=(2, 1), d=8, hidden=5, out=3, seed=1), layout="differentiable")
@example(network=Network(counts=(2,), block=1, d=5, hidden=6, out=2, seed=2), layout="sliced")
@example(network=Network(counts=(2,), d=3, hidden=3, kind="nearly equal"), layout="plain")
@example(network=Network(counts=(3,), d=16, hidden=4, out=2, kind="offset", dtype="float32"), layout="plain")
@example(network=Network(counts=(1, 129), hidden=3, out=2, dtype="float32"), layout="plain")
@example(network=Network(counts=(2,) * 17, hidden=3, out=2), layout="plain")
@example(network=Network(counts=(2,), d=1, hidden=2), layout="plain")
@example(network=Network(counts=(2,), d=200, block=2, hidden=2), layout="plain")
def test_the_projection_is_that_of_the_scalar_loops(kata, solution, network, layout):
    event(f"{network.kind}, {network.dtype}")
    merged, weights = network.tensors()
    expected = projected_by_loops(merged, weights)
    with trusted_parts():
        assert_projected(solution.project(merged, *weights), expected, network.dtype)
    merged_now, weights_now = ([laid_out(each, layout) for each in some] for some in (merged, weights))
    result = kata.project(merged_now, *weights_now)
    for old, new in zip((*merged, *weights), (*merged_now, *weights_now), strict=True):
        assert same(new.detach(), old), f"an argument was changed from {old} to {new}"
    assert_form(result, network)
    assert_projected(result, expected, network.dtype)


@settings(max_examples=20)
@given(network=networks(dtypes=("float16", "bfloat16"), kinds=("normal", "large")))
@example(network=Network(counts=(2,), d=8, hidden=3, kind="large", dtype="float16"))
@example(network=Network(counts=(2,), d=64, hidden=3, kind="large", dtype="float16", seed=1))
@example(network=Network(counts=(1, 2), d=8, hidden=3, out=2, dtype="bfloat16"))
def test_half_types_keep_their_range(kata, network):
    merged, weights = network.tensors()
    result = kata.project(merged, *weights)
    assert_form(result, network)
    assert_projected(result, projected_by_loops(merged, weights), network.dtype)


def refusals():
    """Patches, grids and a kernel that do not go together."""
    for kernel, wrong in (
        ((2, 2), [(3, 4), (4, 3), (1, 4), (4, 1), (1, 1), (3, 3), (2, 5)]),
        ((1, 2), [(2, 3), (4, 1), (2, 65)]),
        ((2, 1), [(3, 2), (1, 4), (65, 2)]),
        ((3, 2), [(2, 3), (4, 6), (6, 3), (2, 6)]),
        ((4, 4), [(2, 8), (8, 2)]),
    ):
        right = (2 * kernel[0], kernel[1])
        for grid in wrong:  # alone, last, first
            yield from ((area(each), each, kernel) for each in ([grid], [right, grid], [grid, right]))
        for more in (1, -1, kernel[0] * kernel[1], -area([right])):
            yield from ((area(each) + more, each, kernel) for each in ([right], [right, right]))
        yield 4, [], kernel


def test_grids_that_do_not_fit_and_nothing_to_project_are_refused(kata):
    for count, given_grids, kernel in refusals():
        refuses(kata.merge_patches, torch.ones(count, 1), given_grids, kernel=kernel)
    refuses(kata.merge_patches, torch.ones(12, 1), [(3, 4)])
    for network in (Network(), Network(block=1, d=3, out=2, dtype="float32")):
        refuses(kata.project, [], *network.tensors()[1])


def area(given_grids):
    """How many patches there are."""
    return sum(h * w for h, w in given_grids)


def merged_by_loops(x, given_grids, kernel):
    """Each image patch by patch: the block of a row and a column, and the place inside that block."""
    high, wide = kernel
    rows, merged = x.tolist(), []
    for h, w in given_grids:
        image, rows = rows[: h * w], rows[h * w :]
        blocks = [[None] * (high * wide) for _ in range((h // high) * (w // wide))]
        for row in range(h):
            for column in range(w):
                block = (row // high) * (w // wide) + column // wide
                blocks[block][(row % high) * wide + column % wide] = image[row * w + column]
        merged.append(torch.tensor(blocks, dtype=x.dtype).reshape(len(blocks), high * wide, x.shape[1]))
    return merged


def projected_by_loops(merged, weights):
    """The projection in float64, number by number; and two sizes of what is summed for each of them.

    The first size grows with the factors, the second one also with the numbers that a norm subtracts its mean from:
    near 1024 and 1 apart, they are off by 1024 eps of what they are from their mean.
    """
    norm_weight, norm_bias, w1, b1, w2, b2 = (as_array(each).tolist() for each in weights)
    result = []
    for block in (block for image in merged for block in as_array(image).tolist()):
        z = []  # each with its two sizes
        for patch in block:
            mean = math.fsum(patch) / len(patch)
            deviation = math.sqrt(math.fsum((each - mean) ** 2 for each in patch) / len(patch) + 1e-5)
            far = max(map(abs, patch)) / deviation
            for x, m, b in zip(patch, norm_weight, norm_bias, strict=True):
                y = (x - mean) / deviation
                z.append((y * m + b, abs(y * m) + abs(b), (abs(y) + far) * abs(m) + abs(b)))
        hidden = []
        for a, *size in linear(z, w1, b1):
            hidden.append((a * (1 + math.erf(a / math.sqrt(2))) / 2, *size))
        result.append(linear(hidden, w2, b2))
    return torch.tensor(result, dtype=torch.float64).movedim(2, 0)


def linear(inputs, matrix, bias):
    """A matrix times numbers, plus a bias; and the sizes of the terms."""
    found = []
    for row, b in zip(matrix, bias, strict=True):
        pairs = list(zip(row, inputs, strict=True))
        value = math.fsum(m * each[0] for m, each in pairs) + b
        found.append((value, *(sum(abs(m) * each[size] for m, each in pairs) + abs(b) for size in (1, 2))))
    return found


def assert_projected(result, expected, dtype):
    """Fail where a number is off by more than a few roundings of what is summed for it."""
    value, size, far = (as_array(each) for each in expected)
    eps = torch.finfo(getattr(torch, dtype)).eps
    # Norm, products and gelu may each be rounded to a half type; means and sums are kept in at least float32.
    bound = 16 * min(eps, 2.0**-23) * far + 4 * eps * size
    got = as_array(result)
    wrong = ~(np.abs(got - value) <= bound)
    if wrong.any():
        where = tuple(map(int, np.argwhere(wrong)[0]))
        raise AssertionError(
            f"projected{list(where)} is {got[where]:.9g}, expected {value[where]:.9g}, and may be off by "
            f"{bound[where]:.3g}; {wrong.sum()} of {wrong.size} numbers are wrong"
        )


def assert_merged(merged, expected):
    """Fail where an image is not what it must be, to the last bit."""
    assert type(merged) is list, f"a list of tensors is expected, got {merged!r}"
    assert len(merged) == len(expected), f"there are {len(merged)} images, expected {len(expected)}"
    for number, (image, right) in enumerate(zip(merged, expected, strict=True)):
        assert isinstance(image, torch.Tensor), f"image {number} is {image!r}, a tensor is expected"
        assert image.dtype == right.dtype, f"image {number} is {image.dtype}, expected {right.dtype}"
        shape = tuple(right.shape)
        assert tuple(image.shape) == shape, f"image {number} has shape {tuple(image.shape)}, expected {shape}"
        assert same(image.detach(), right), f"image {number} is {image.tolist()}, expected {right.tolist()}"


def assert_form(result, network):
    """Fail where the projection has another form."""
    assert isinstance(result, torch.Tensor), f"a tensor is expected, got {result!r}"
    dtype, shape = getattr(torch, network.dtype), (sum(network.counts), network.out)
    assert result.dtype == dtype, f"projected is {result.dtype}, expected {dtype}"
    assert tuple(result.shape) == shape, f"projected has shape {tuple(result.shape)}, expected {shape}"


def describe(given_grids, kernel):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    if any(h != w for h, w in given_grids):
        event("a rectangle")
    if any(w != kernel[1] for _, w in given_grids):
        event("several blocks side by side")
    if len(set(given_grids)) > 1:
        event("images of different sizes")
