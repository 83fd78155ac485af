"""Properties of vision_language/image_packing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same
from tests.agreement import trusted_parts
from tests.refusals import refuses
from tests.strategies.grids import grids
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.strategies.patches import patches
from tests.strategies.sizes import sizes
from tests.tolerance import as_array

DTYPES = ("float32", "float64", "bfloat16", "float16")
DEFAULTS = {"patch": 14, "limit": 4096, "merge": 2}


@dataclass(frozen=True)
class Case:
    """Images and options of one call; None for an option that is left at its default."""

    sides: tuple[tuple[int, int], ...]
    channels: int = 1
    patch: int | None = None
    limit: int | None = None
    merge: int | None = None
    kind: str = "numbered"
    dtype: str = "float32"
    seed: int = 0

    def images(self):
        return [
            patches((self.channels, *sides), kind=self.kind, dtype=self.dtype, seed=self.seed + number)
            for number, sides in enumerate(self.sides)
        ]

    @property
    def options(self):
        return {name: getattr(self, name) for name in DEFAULTS if getattr(self, name) is not None}

    @property
    def settings(self):
        """Patch, limit and merge, as given or by default."""
        return tuple((DEFAULTS | self.options).values())

    @property
    def sizes(self):
        """The sides of each image after scaling; None where a rounding of s decides."""
        return [scaled_size(*sides, *self.settings[:2]) for sides in self.sides]


@st.composite
def cases(draw, *, dtypes=DTYPES, kinds=("numbered", "normal")):
    patch = draw(st.sampled_from([2, 1, 3, None, 4]))
    unit = patch or 14
    side = sizes(smallest=1, small=3 * unit, largest=6 * unit)
    case = Case(
        sides=tuple(draw(st.lists(st.tuples(side, side), min_size=1, max_size=3))),
        channels=draw(st.integers(1, 3)),
        patch=patch,
        limit=draw(st.sampled_from([1, 2, 3, 4, 5, 9, None, 4096])),
        merge=draw(st.sampled_from([None, 1, 2, 3])),
        kind=draw(st.sampled_from(kinds)),
        dtype=draw(st.sampled_from(dtypes)),
        seed=draw(st.integers(0, 99)),
    )
    assume(None not in case.sizes)
    return case


@settings(max_examples=40)
@given(case=cases(), layout=tensor_layouts())
@example(case=Case(((2, 3), (1, 1)), patch=1), layout="plain")
@example(case=Case(((30, 15), (14, 57)), channels=3), layout="plain")
@example(case=Case(((28, 56),), patch=14, limit=4096, merge=2), layout="transposed")
@example(case=Case(((64, 64), (65, 65), (17, 241)), patch=1, kind="normal"), layout="plain")
@example(case=Case(((4, 12), (12, 4)), patch=2, limit=4, kind="normal"), layout="plain")
@example(case=Case(((12, 12), (2, 2)), patch=2, limit=9, merge=3), layout="sliced")
@example(case=Case(((10, 16), (5, 9)), channels=2, patch=2, limit=5, merge=1, kind="normal"), layout="differentiable")
@example(case=Case(((7, 7), (7, 4), (3, 9)), patch=4, limit=1, merge=1), layout="plain")
@example(case=Case(((8, 9),), patch=4, limit=3, merge=1), layout="plain")
@example(case=Case(((2, 100), (100, 2)), patch=2, limit=1, kind="normal"), layout="plain")
@example(
    case=Case(((9, 7), (16, 16)), channels=2, patch=2, limit=4, dtype="float64", kind="normal"), layout="transposed"
)
@example(case=Case(((9, 7), (4, 4)), patch=2, limit=4, dtype="bfloat16", kind="normal"), layout="plain")
@example(case=Case(((9, 7), (4, 4)), patch=2, limit=4, dtype="float16", kind="normal"), layout="plain")
@example(case=Case(((3, 5), (2, 2)), channels=2, patch=2, kind="every float"), layout="plain")
@example(case=Case(((3, 5),), patch=1, merge=1, dtype="float16", kind="every float"), layout="plain")
@example(case=Case(((1, 1), (2, 1)) * 9, patch=1, limit=1, merge=1), layout="plain")
@example(case=Case(((6, 4), (4, 6), (5, 5)), patch=3, limit=1, merge=1, kind="normal"), layout="plain")
@example(case=Case(((17, 17), (34, 35)), patch=1, limit=9, merge=1), layout="plain")
@example(case=Case(((7, 28), (14, 7)), patch=1, limit=1, merge=1), layout="plain")
@example(case=Case(((6, 5),), patch=1, limit=20, merge=1, kind="normal", seed=21), layout="plain")
@example(case=Case(((11, 3),), patch=1, limit=20, merge=2, kind="normal"), layout="plain")
@example(case=Case(((300, 2),), patch=2, limit=100, merge=2, kind="normal"), layout="plain")
def test_images_become_patches_as_the_four_steps_say(kata, solution, case, layout):
    describe(case)
    given_images = case.images()
    images = [laid_out(each, layout) for each in given_images]
    expected = packed_by_steps(given_images, *case.settings)
    with trusted_parts():
        assert_packed(solution.pack_images(images, **case.options), expected, case.dtype)
    packed = kata.pack_images(images, **case.options)
    for number, (now, before) in enumerate(zip(images, given_images, strict=True)):
        assert same(now.detach(), before), f"image {number} was changed to {now}"
    assert_packed(packed, expected, case.dtype)


@settings(max_examples=25)
@given(case=cases(dtypes=("float64", "float32")))
@example(case=Case(((2, 3), (4, 1), (1, 2)), patch=1))
@example(case=Case(((4, 12), (2, 2), (12, 4)), patch=2, limit=4, kind="normal"))
@example(case=Case(((5, 3), (3, 5)), channels=3, patch=2, limit=1, merge=3, kind="normal"))
def test_images_are_packed_as_if_alone_and_in_order(kata, case):
    images = case.images()
    x, found, cu_seqlens = formed(kata.pack_images(images, **case.options), case.dtype)
    ends = cu_seqlens.tolist()
    assert len(found) == len(images), f"there are {len(found)} grids, expected {len(images)}"
    assert ends[:1] == [0], f"cu_seqlens is {ends}, it begins with 0"
    for number, image in enumerate(images):
        alone, grid, last = formed(kata.pack_images([image], **case.options), case.dtype)
        assert grid == [found[number]], f"image {number} has the grid {found[number]}, and {grid} alone"
        steps = ends[number + 1] - ends[number]
        assert last.tolist() == [0, steps], f"image {number} has {steps} patches of {ends}, and {last.tolist()} alone"
        mine = x[ends[number] : ends[number + 1]]
        nearly = 64 * torch.finfo(x.dtype).eps * (1 + max(image.shape)) * (1 + float(image.abs().max()))
        assert mine.shape == alone.shape, f"image {number} has patches of {tuple(mine.shape)}, and alone {alone.shape}"
        assert np.abs(as_array(mine) - as_array(alone)).max() <= nearly, (
            f"the patches of image {number} are {mine.tolist()}, and alone {alone.tolist()}"
        )


@settings(max_examples=40)
@given(
    own=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    d=st.integers(1, 3),
    given_grids=grids(most=3),
    dtype=st.sampled_from(DTYPES),
    layout=tensor_layouts(),
    seed=st.integers(0, 99),
)
@example(own=(2, 1), d=1, given_grids=[(2, 1), (1, 1)], dtype="float32", layout="plain", seed=0)
@example(own=(2, 3), d=2, given_grids=[(2, 3)], dtype="float32", layout="plain", seed=1)
@example(own=(2, 3), d=2, given_grids=[(3, 2), (2, 3), (4, 6)], dtype="float64", layout="transposed", seed=2)
@example(own=(4, 4), d=1, given_grids=[(2, 6), (6, 2), (4, 4)], dtype="float32", layout="differentiable", seed=3)
@example(own=(5, 3), d=3, given_grids=[(1, 7)], dtype="bfloat16", layout="sliced", seed=4)
@example(own=(5, 3), d=3, given_grids=[(1, 7)], dtype="bfloat16", layout="sliced", seed=50)
@example(own=(5, 3), d=3, given_grids=[(8, 2), (5, 3)], dtype="float16", layout="plain", seed=5)
@example(own=(3, 3), d=2, given_grids=[(1, 70), (66, 1)], dtype="float32", layout="plain", seed=6)
@example(own=(9, 8), d=2, given_grids=[(2, 3)] * 17, dtype="float32", layout="plain", seed=7)
def test_the_table_is_resized_to_each_grid(kata, solution, own, d, given_grids, dtype, layout, seed):
    event("the table's own size" if own in given_grids else "resized")
    values = patches((*own, d), kind="normal", dtype=dtype, seed=seed)
    table = laid_out(values, layout)
    expected, bound = positions_by_grid(values, given_grids)
    with trusted_parts():
        assert_near(solution.position_embedding(table, given_grids), expected, bound, dtype, "the embedding")
    result = kata.position_embedding(table, list(given_grids))
    assert same(table.detach(), values), f"the table was changed to {table}"
    assert_near(result, expected, bound, dtype, "the embedding")


@settings(max_examples=20)
@given(own=st.tuples(st.integers(1, 5), st.integers(1, 5)), dtype=st.sampled_from(DTYPES))
@example(own=(2, 3), dtype="float32")
@example(own=(3, 2), dtype="float16")
def test_the_table_is_untouched_at_its_own_size(kata, own, dtype):
    table = patches((*own, 2), kind="every float", dtype=dtype)
    result = kata.position_embedding(table, [own, own])
    expected = torch.cat([table.reshape(-1, 2)] * 2)
    assert same(result.detach(), expected), f"the embedding is {result.tolist()}, expected {expected.tolist()}"


def refusals():
    """Shapes of images that can't be packed."""
    yield []
    for wrong in [(1, 0, 4), (1, 4, 0), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 100, 0)]:
        yield from [[wrong], [(1, 4, 4), wrong], [wrong, (1, 4, 4)], [(1, 4, 4), wrong, (1, 2, 2)]]
    yield from [
        [(1, 4, 4), (3, 4, 4)],
        [(3, 4, 4), (1, 4, 4)],
        [(3, 4, 4), (3, 2, 2), (2, 4, 4)],
        [(3, 1, 1), (4, 1, 1)],
    ]
    yield [(3, 4, 4), (1, 4, 4), (3, 4, 4)]


def test_no_images_and_images_that_do_not_fit_are_refused(kata):
    for shapes in refusals():
        for options in ({}, {"patch": 2, "limit": 1}, {"patch": 1, "merge": 1}):
            refuses(kata.pack_images, [torch.ones(shape) for shape in shapes], **options)


def scaled_size(high, wide, patch, limit):
    """The sides after scaling; None where sqrt and ** 0.5 would not agree on them."""
    count = (high // patch) * (wide // patch)
    if count <= limit:
        return high, wide
    factors = (math.sqrt(limit / count), (limit / count) ** 0.5)
    found = {(max(1, int(high * s)), max(1, int(wide * s))) for s in factors}
    return found.pop() if len(found) == 1 else None


def cubic(distance):
    """The weight of a number at that distance: the cubic of Keys with a = -0.75, as in torch."""
    x = abs(distance)
    if x <= 1:
        return 1.25 * x**3 - 2.25 * x**2 + 1
    return -0.75 * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0


def resizing(before, after):
    """A matrix (after, before): which part of each old number is in a new one. Numbers past an end repeat the last."""
    matrix = np.zeros((after, before))
    for new in range(after):
        center = (new + 0.5) * before / after - 0.5
        for old in range(math.floor(center) - 1, math.floor(center) + 3):
            matrix[new, min(max(old, 0), before - 1)] += cubic(old - center)
    return matrix


def resized(image, size):
    """An array (C, H, W) resized, in float64; and how far each number may be off, for float32 and the dtype."""
    values = as_array(image)
    high, wide = resizing(values.shape[1], size[0]), resizing(values.shape[2], size[1])
    new = np.stack([high @ channel @ wide.T for channel in values])
    size_of = np.abs(high) @ np.full(values.shape[1:], np.abs(values).max()) @ np.abs(wide).T
    # A place in float32 is off by eps times itself, and the value by the slope there.
    eps, far = torch.finfo(image.dtype).eps, max(values.shape[1:])
    bound = size_of * (16 * 2.0**-23 * (4 + far) + (4 * eps if eps > 2.0**-20 else 0))
    return new, np.broadcast_to(bound, new.shape)


def packed_by_steps(images, patch, limit, merge):
    """Patches in float64, how far each number may be off, grids and ends."""
    found, bounds, given_grids, ends = [], [], [], [0]
    for image in images:
        size = scaled_size(*image.shape[1:], patch, limit)
        values, bound = as_array(image), np.zeros(tuple(image.shape))
        if size != tuple(image.shape[1:]):
            values, bound = resized(image, size)
        h, w = (merge * math.ceil(side / (patch * merge)) for side in size)
        for numbers, into in ((values, found), (bound, bounds)):
            canvas = np.zeros((values.shape[0], h * patch, w * patch))
            canvas[:, : size[0], : size[1]] = numbers
            for row in range(h):
                for column in range(w):
                    rows, columns = (slice(each * patch, (each + 1) * patch) for each in (row, column))
                    into.append(canvas[:, rows, columns])
        given_grids.append((h, w))
        ends.append(ends[-1] + h * w)
    return np.stack(found), np.stack(bounds), given_grids, ends


def positions_by_grid(table, given_grids):
    """The vectors in float64, and how far each number may be off."""
    found, bounds = [], []
    image = table.movedim(2, 0)
    for grid in given_grids:
        values, bound = as_array(image), np.zeros(tuple(image.shape))
        if grid != tuple(table.shape[:2]):
            values, bound = resized(image, grid)
        found.append(values.reshape(len(values), -1).T)
        bounds.append(bound.reshape(len(values), -1).T)
    return np.concatenate(found), np.concatenate(bounds)


def formed(packed, dtype):
    """The three results, after their form has been checked."""
    assert type(packed) is tuple, f"a tuple (x, grids, cu_seqlens) is expected, got {packed!r}"
    assert len(packed) == 3, f"a tuple (x, grids, cu_seqlens) is expected, got {packed!r}"
    x, found, cu_seqlens = packed
    assert isinstance(x, torch.Tensor), f"x is {x!r}, a tensor is expected"
    assert x.ndim == 4, f"x has shape {tuple(x.shape)}, expected (T, C, patch, patch)"
    assert str(x.dtype) == f"torch.{dtype}", f"x is {x.dtype}, expected torch.{dtype}"
    assert type(found) is list, f"grids are {found!r}, a list of tuples of two integers is expected"
    for grid in found:
        assert type(grid) is tuple, f"a grid is {grid!r}, a tuple of two integers is expected"
        assert [type(side) for side in grid] == [int, int], f"a grid is {grid!r}, a tuple of two integers is expected"
    assert isinstance(cu_seqlens, torch.Tensor), f"cu_seqlens is {cu_seqlens!r}, a tensor is expected"
    assert cu_seqlens.dtype == torch.int32, f"cu_seqlens is {cu_seqlens.dtype}, expected torch.int32"
    shape = (len(found) + 1,)
    assert tuple(cu_seqlens.shape) == shape, f"cu_seqlens has shape {tuple(cu_seqlens.shape)}, expected {shape}"
    return x, found, cu_seqlens


def assert_packed(packed, expected, dtype):
    """Fail where one of the three results is not what the steps say."""
    x, found, cu_seqlens = formed(packed, dtype)
    values, bound, given_grids, ends = expected
    assert found == given_grids, f"grids are {found}, expected {given_grids}"
    assert cu_seqlens.tolist() == ends, f"cu_seqlens is {cu_seqlens.tolist()}, expected {ends}"
    assert_near(x, values, bound, dtype, "x")


def assert_near(result, expected, bound, dtype, what):
    """Fail where a number is further from the expected one than its bound."""
    assert isinstance(result, torch.Tensor), f"{what} is {result!r}, a tensor is expected"
    assert str(result.dtype) == f"torch.{dtype}", f"{what} is {result.dtype}, expected torch.{dtype}"
    assert tuple(result.shape) == expected.shape, f"{what} has shape {tuple(result.shape)}, expected {expected.shape}"
    got = as_array(result)
    with np.errstate(invalid="ignore"):
        right = (got == expected) | (np.isnan(got) & np.isnan(expected)) | (np.abs(got - expected) <= bound)
    if not right.all():
        where = tuple(map(int, np.argwhere(~right)[0]))
        raise AssertionError(
            f"{what}{list(where)} is {got[where]:.6g}, expected {expected[where]:.6g}; "
            f"{int((~right).sum())} of {got.size} numbers are wrong"
        )


def describe(case):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    patch, limit, _ = case.settings
    if any(size != sides for size, sides in zip(case.sizes, case.sides, strict=True)):
        event("an image above the limit")
    if any(1 in size and size != sides for size, sides in zip(case.sizes, case.sides, strict=True)):
        event("scaled to one pixel")
    if any(-(-h // patch) * -(-w // patch) > limit >= (h // patch) * (w // patch) for h, w in case.sides):
        event("above the limit by its padding only")
    if len(set(case.sides)) > 1:
        event("images of different sizes")
    event(case.dtype)
