"""Properties of attention/paged_attention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.attention.oracle import plain_attention
from tests.refusals import refuses
from tests.strategies.attention import Case
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.tolerance import assert_close

GARBAGE = {"numbers": 50.0, "nan": np.nan, "inf": np.inf, "-inf": -np.inf}
FARTHEST = 2**31 - 1


@dataclass(frozen=True)
class Cache:
    """Sequences whose keys and values lie in pages, in any order, between pages of others.

    Attributes:
        lengths, page: of the sequences, and of a page, in tokens.
        Hkv, groups, d, kind, dtype, seed, scale: as in ``Case``; Hq is Hkv * groups.
        shared: how many pages each sequence has in common with the first, as far as it has filled them.
        spare: how many columns the table has beyond those that are needed.
        garbage: what stands in slots that belong to nobody, see ``GARBAGE``.
        entry: what stands in the table past a length: a page of somebody, a number too large, or one below 0.
        wide: the table and the lengths are int64, not int32.
        layouts: of q, and of the pages.
    """

    lengths: tuple[int, ...] = (1,)
    page: int = 2
    Hkv: int = 1
    groups: int = 1
    d: int = 1
    kind: str = "integers"
    dtype: str = "float64"
    seed: int = 0
    scale: float | None = None
    shared: int = 0
    spare: int = 0
    garbage: str = "numbers"
    entry: str = "page"
    wide: bool = True
    layouts: tuple[str, str] = ("plain", "plain")

    def in_order(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The cache before it is cut: q (B, Hq, 1, d), k and v (B, Hkv, longest, d); the first ``lengths[b]`` count."""
        case = Case(
            B=len(self.lengths),
            Hq=self.Hkv * self.groups,
            Hkv=self.Hkv,
            Nk=max(self.lengths, default=0),
            d=self.d,
            dv=self.d,
            kind=self.kind,
            seed=self.seed,
            scale=self.scale,
        )
        q, k, v = case.arrays()
        for b in range(1, len(self.lengths)):
            for x in (k, v):
                x[b, :, : self.in_common(b) * self.page] = x[0, :, : self.in_common(b) * self.page]
        return q, k, v

    def in_common(self, b: int) -> int:
        """How many pages sequence b shares with the first one: where it has a token, the first has one, too."""
        pages = min(self.shared, -(-self.lengths[b] // self.page))
        return pages if min(self.lengths[b], pages * self.page) <= self.lengths[0] else 0

    def tensors(self, device: str) -> tuple[Any, ...]:
        """What the kata is called with: q, k_pages, v_pages, page_table and lengths."""
        q, k, v = self.in_order()
        rng = np.random.default_rng(self.seed)
        counts = [-(-length // self.page) for length in self.lengths]
        free = iter(rng.permutation(sum(counts) + 2))
        total = sum(counts) + 2
        columns = max(counts, default=0) + self.spare
        unused = {"page": 0, "too large": total, "far": FARTHEST, "negative": -1}[self.entry]
        table = np.full((len(counts), columns), unused)
        pages = [np.full((total, self.page, self.Hkv, self.d), GARBAGE[self.garbage]) for _ in "kv"]
        for b, length in enumerate(self.lengths):
            common = self.in_common(b) if b else 0
            table[b, :common] = table[0, :common]
            table[b, common : counts[b]] = [next(free) for _ in range(common, counts[b])]
            for t in range(common * self.page, length):
                for into, x in zip(pages, (k, v), strict=True):
                    into[table[b, t // self.page], t % self.page] = x[b, :, t]
        dtype = getattr(torch, self.dtype)
        numbers = [torch.from_numpy(each).to(dtype=dtype, device=device) for each in (q[:, :, 0], *pages)]
        whole = [
            torch.tensor(each, dtype=torch.int64 if self.wide else torch.int32, device=device)
            for each in (table, list(self.lengths))
        ]
        layouts = (self.layouts[0], self.layouts[1], self.layouts[1])
        return (*map(laid_out, numbers, layouts), *whole)

    def expected(self) -> tuple[Any, Any]:
        """Attention of each sequence alone, its keys in a row: in float64, and in the dtype itself."""
        dtype = getattr(torch, self.dtype)
        q, k, v = (torch.from_numpy(each).to(dtype) for each in self.in_order())
        results = []
        for kind in (torch.float64, dtype):
            out = torch.zeros(*q.shape[:2], self.d, dtype=kind)
            for b, length in enumerate(self.lengths):
                one = (each[b : b + 1, :, :length].to(kind) for each in (k, v))
                out[b] = plain_attention(q[b : b + 1].to(kind), *one, scale=self.scale).out[0, :, 0]
            results.append(out)
        return results[0], results[1]

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments."""
        return {} if self.scale is None else {"scale": self.scale}


@st.composite
def caches(draw, *, dtypes=("float64", "float32"), kinds=("integers", "normal", "rising", "steep", "cold", "frozen")):
    """Few sequences of any lengths: none, at the border of a page, one slot before and behind it, many pages."""
    page = draw(st.sampled_from([2, 1, 3, 4, 16]))
    length = st.integers(0, 7) | st.sampled_from([page, 2 * page, 2 * page + 1, 3 * page - 1, 4 * page])
    lengths = draw(st.lists(length, max_size=4)) + draw(st.sampled_from([[], [], [], [65]]))
    kind = draw(st.sampled_from(kinds))
    exact = kind in ("steep", "cold", "frozen", "huge")
    return Cache(
        lengths=tuple(lengths),
        page=page,
        Hkv=draw(st.sampled_from([1, 2])),
        groups=draw(st.sampled_from([1, 2, 3])),
        d=draw(st.sampled_from([1, 4] if exact else [1, 2, 3, 5])),
        kind=kind,
        dtype=draw(st.sampled_from(dtypes)),
        seed=draw(st.integers(0, 999)),
        scale=draw(st.sampled_from([None, None, 1.0, 0.5] if exact else [None, None, 1.0, 0.3])),
        shared=draw(st.integers(0, 3)) if kind in ("integers", "normal") else 0,
        spare=draw(st.integers(0, 2)),
        wide=draw(st.booleans()),
        layouts=draw(st.tuples(tensor_layouts(), tensor_layouts())),
    )


def check(result, cache, expected, plain, q, why=""):
    """Fail where a result is not attention to the keys in a row."""
    name = f"{why}the result"
    assert isinstance(result, torch.Tensor), f"{name} is {result!r}, expected a tensor"
    assert result.dtype == q.dtype, f"{name} has dtype {result.dtype}, q has {q.dtype}"
    assert result.device == q.device, f"{name} is on {result.device}, q is on {q.device}"
    empty = (torch.tensor(cache.lengths) == 0).view(-1, 1).expand(expected.shape[:2])
    terms = float(np.abs(cache.in_order()[2]).max(initial=1.0))
    assert_close(result, expected, plain=plain, dtype=cache.dtype, terms=terms, empty=empty, what=f"{why}out")


def judge(kata, solution, device, cache):
    """Compare with attention of each sequence alone."""
    arguments = cache.tensors(device)
    expected = cache.expected()
    with trusted_parts():
        check(solution.paged_decode(*arguments, **cache.options), cache, *expected, arguments[0])
    result = kata.paged_decode(*arguments, **cache.options)
    names = ("q", "k_pages", "v_pages", "page_table", "lengths")
    for name, now, before in zip(names, arguments, cache.tensors(device), strict=True):
        assert torch.equal(now.nan_to_num(nan=-99), before.nan_to_num(nan=-99)), f"{name} was changed to {now}"
    check(result, cache, *expected, arguments[0])


HEADS = Cache((5, 2), page=2, Hkv=2, groups=2, d=3, kind="normal")


@settings(max_examples=50)
@given(cache=caches())
@example(cache=Cache((3,), kind="flat"))
@example(cache=Cache((3, 4), kind="flat", shared=1, spare=1))
@example(cache=Cache((3,), kind="normal"))
@example(cache=Cache((2,), kind="normal"))
@example(cache=Cache((4,), kind="normal"))
@example(cache=Cache((4, 4), kind="normal"))
@example(cache=Cache((1, 4), kind="normal", page=4))
@example(cache=Cache((1, 2, 5), page=1, kind="normal"))
@example(cache=Cache((7, 2, 9, 3), page=3, kind="normal", d=2))
@example(cache=Cache((0,)))
@example(cache=Cache((0, 0), spare=1))
@example(cache=Cache((0, 3)))
@example(cache=Cache((3, 0, 0), d=2, kind="normal", spare=1))
@example(cache=Cache(()))
@example(cache=Cache((5, 4, 3), shared=2, kind="normal"))
@example(cache=Cache((4, 5, 3), shared=3, kind="normal", page=1))
@example(cache=Cache((6, 5), shared=3, kind="normal"))
@example(cache=Cache((5, 3), kind="rising"))
@example(cache=Cache((7,), kind="steep", d=4))
@example(cache=Cache((7, 5), kind="steep", groups=4, seed=1))
@example(cache=Cache((7, 3), kind="cold", dtype="float32"))
@example(cache=Cache((7, 3), kind="frozen"))
@example(cache=Cache((7, 3), kind="frozen", dtype="float32"))
@example(cache=Cache((300,), page=16, kind="normal", d=2))
@example(cache=Cache((65, 64, 63), page=16, kind="normal", dtype="float32"))
@example(cache=Cache((5,), d=4, kind="normal", scale=0.3))
@example(cache=Cache((5,), d=4, kind="normal", scale=1.0))
@example(cache=Cache((5,), d=4, kind="normal", scale=0.5))
@example(cache=Cache((5, 2), d=2, kind="normal", spare=2))
@example(cache=HEADS)
@example(cache=replace(HEADS, Hkv=2, groups=3, wide=False))
@example(cache=replace(HEADS, Hkv=1, groups=3))
@example(cache=replace(HEADS, Hkv=3, groups=1, dtype="float32"))
@example(cache=replace(HEADS, layouts=("transposed", "plain")))
@example(cache=replace(HEADS, layouts=("plain", "transposed")))
@example(cache=replace(HEADS, layouts=("sliced", "sliced")))
@example(cache=replace(HEADS, layouts=("differentiable", "differentiable")))
def test_pages_in_any_order_give_attention_to_the_keys_in_a_row(kata, solution, device, cache):
    if cache.shared and len(cache.lengths) > 1:
        event("shared pages")
    if 0 in cache.lengths:
        event("a length of 0")
    judge(kata, solution, device, cache)


@settings(max_examples=40)
@given(
    cache=caches(kinds=("integers", "normal")),
    garbage=st.sampled_from(["nan", "inf", "-inf"]),
    entry=st.sampled_from(["too large", "far", "negative", "page"]),
)
@example(cache=Cache((3,)), garbage="nan", entry="page")
@example(cache=Cache((3,)), garbage="inf", entry="page")
@example(cache=Cache((3,)), garbage="-inf", entry="page")
@example(cache=Cache((3,), spare=1), garbage="nan", entry="too large")
@example(cache=Cache((3,), spare=1), garbage="numbers", entry="far")
@example(cache=Cache((3,), spare=1), garbage="numbers", entry="negative")
@example(cache=Cache((3, 0), wide=False), garbage="nan", entry="far")
@example(cache=Cache((0, 0), spare=2), garbage="nan", entry="negative")
@example(cache=Cache((0, 5), spare=2), garbage="nan", entry="too large")
@example(cache=Cache((2, 4)), garbage="nan", entry="page")
@example(cache=Cache((17, 3), page=16, d=2, kind="normal", dtype="float32"), garbage="nan", entry="negative")
def test_nothing_past_a_length_reaches_the_result(kata, solution, device, cache, garbage, entry):
    judge(kata, solution, device, replace(cache, garbage=garbage, entry=entry))


@settings(max_examples=15)
@given(cache=caches(dtypes=("float16", "bfloat16"), kinds=("normal", "huge", "loud", "integers")))
@example(cache=Cache((640,), page=16, kind="flat", dtype="bfloat16"))
@example(cache=Cache((640,), page=1, kind="flat", dtype="bfloat16"))
@example(cache=Cache((3, 2), d=4, kind="huge", dtype="float16"))
@example(cache=Cache((6, 3), d=2, kind="balanced", dtype="bfloat16"))
@example(cache=Cache((6, 3), d=2, kind="balanced", dtype="float16", scale=0.3))
@example(cache=Cache((64,), page=16, kind="loud", dtype="float16"))
@example(cache=replace(HEADS, dtype="bfloat16", lengths=(65, 30), garbage="nan"))
@example(cache=replace(HEADS, dtype="float16", lengths=(65, 30), garbage="nan"))
def test_half_types_keep_their_range_and_their_sums(kata, solution, device, cache):
    judge(kata, solution, device, cache)


@settings(max_examples=25)
@given(cache=caches(), garbage=st.sampled_from(["numbers", "nan"]))
@example(cache=Cache((3, 1), kind="normal"), garbage="numbers")
@example(cache=Cache((1, 0, 4), kind="normal", d=2), garbage="nan")
@example(cache=Cache((4, 3), kind="normal", shared=1), garbage="nan")
@example(cache=Cache((33, 2), page=16, kind="normal", dtype="float32"), garbage="nan")
def test_a_sequence_does_not_depend_on_its_neighbours(kata, device, cache, garbage):
    q, k_pages, v_pages, table, lengths = replace(cache, garbage=garbage, layouts=("plain", "plain")).tensors(device)
    together = kata.paged_decode(q, k_pages, v_pages, table, lengths, **cache.options)
    assert together.shape == q.shape, f"the result has shape {tuple(together.shape)}, expected {tuple(q.shape)}"
    for b in range(len(lengths)):
        one = slice(b, b + 1)
        needed = max(1, -(-int(lengths[b]) // cache.page))  # columns that another sequence needs are gone, too
        alone = kata.paged_decode(
            q[one], k_pages, v_pages, table[one, :needed].contiguous(), lengths[one], **cache.options
        )
        # Both are results of this dtype.
        check(
            together[one],
            replace(cache, lengths=cache.lengths[one], shared=0),
            alone.double().cpu(),
            None,
            q,
            why=f"beside others and not alone, sequence {b}: ",
        )


# Shapes of q, k_pages, v_pages and page_table, and the lengths.
PAGES = (3, 2, 1, 1)
FITTING = ((2, 1, 1), PAGES, PAGES, (2, 3), [1, 6])
MISFITS = [
    # B
    ((1, 1, 1), PAGES, PAGES, (2, 3), [1, 6]),
    ((3, 1, 1), PAGES, PAGES, (2, 3), [1, 6]),
    ((2, 1, 1), PAGES, PAGES, (1, 3), [1, 6]),
    ((2, 1, 1), PAGES, PAGES, (3, 3), [1, 6]),
    ((2, 1, 1), PAGES, PAGES, (2, 3), [1]),
    ((2, 1, 1), PAGES, PAGES, (2, 3), [1, 6, 2]),
    ((0, 1, 1), PAGES, PAGES, (2, 3), [1, 6]),
    ((2, 1, 1), PAGES, PAGES, (2, 3), []),
    ((0, 1, 1), PAGES, PAGES, (1, 3), []),
    ((0, 1, 1), PAGES, PAGES, (0, 3), [0]),
    # d
    ((2, 1, 2), PAGES, PAGES, (2, 3), [1, 6]),
    ((2, 1, 1), (3, 2, 1, 2), (3, 2, 1, 2), (2, 3), [1, 6]),
    ((2, 1, 2), PAGES, PAGES, (2, 3), [0, 0]),
    ((0, 1, 2), PAGES, PAGES, (0, 3), []),
    # P, page, Hkv
    ((2, 1, 1), (4, 2, 1, 1), PAGES, (2, 3), [1, 6]),
    ((2, 1, 1), PAGES, (4, 2, 1, 1), (2, 3), [1, 6]),
    ((2, 1, 1), PAGES, (3, 3, 1, 1), (2, 3), [1, 6]),
    ((2, 1, 1), (3, 3, 1, 1), PAGES, (2, 3), [1, 6]),
    ((2, 2, 1), PAGES, (3, 2, 2, 1), (2, 3), [1, 6]),
    ((2, 2, 1), (3, 2, 2, 1), PAGES, (2, 3), [1, 6]),
    ((2, 1, 1), PAGES, (4, 2, 1, 1), (2, 3), [0, 0]),
    ((0, 1, 1), PAGES, (4, 2, 1, 1), (0, 3), []),
    # heads
    ((2, 1, 1), (3, 2, 2, 1), (3, 2, 2, 1), (2, 3), [1, 6]),
    ((2, 3, 1), (3, 2, 2, 1), (3, 2, 2, 1), (2, 3), [1, 6]),
    ((2, 2, 1), (3, 2, 4, 1), (3, 2, 4, 1), (2, 3), [1, 6]),
    ((2, 3, 1), (3, 2, 2, 1), (3, 2, 2, 1), (2, 3), [0, 0]),
    ((2, 1, 1), (3, 2, 0, 1), (3, 2, 0, 1), (2, 3), [1, 6]),
    ((2, 0, 1), (3, 2, 0, 1), (3, 2, 0, 1), (2, 3), [0, 0]),
    ((0, 3, 1), (3, 2, 2, 1), (3, 2, 2, 1), (0, 3), []),
    ((0, 1, 1), (3, 2, 0, 1), (3, 2, 0, 1), (0, 3), []),
    # dimensions
    ((2, 1), PAGES, PAGES, (2, 3), [1, 6]),
    ((2, 1, 1, 1), PAGES, PAGES, (2, 3), [1, 6]),
    ((2, 1, 1), (3, 2, 1), (3, 2, 1), (2, 3), [1, 6]),
    ((2, 1, 1), (1, 3, 2, 1, 1), (1, 3, 2, 1, 1), (2, 3), [1, 6]),
    ((2, 1, 1), PAGES, (3, 2, 1), (2, 3), [1, 6]),
    ((2, 1, 1), (3, 2, 1), PAGES, (2, 3), [1, 6]),
    ((2, 1, 1), PAGES, PAGES, (2,), [1, 2]),
    ((2, 1, 1), PAGES, PAGES, (2, 3, 1), [1, 2]),
    ((2, 1, 1), PAGES, PAGES, (6,), [1, 6]),
    ((2, 1, 1), PAGES, PAGES, (2, 3), [[1], [6]]),
    ((2, 1, 1), PAGES, PAGES, (2, 3), [[1, 6]]),
    ((1, 1, 1), PAGES, PAGES, (1, 3), 1),
]
LENGTHS = [[1, 7], [7, 1], [-1, 1], [1, -1], [0, -1], [-1, 0], [7, 7], [0, 7], [0, 300], [-300, 0], [-1, 7], [6, 8]]


def test_lengths_and_shapes_that_do_not_fit_are_refused(kata):
    for dtype in (torch.int32, torch.int64):
        for *shapes, table, lengths in [*MISFITS, *((*FITTING[:-1], lengths) for lengths in LENGTHS)]:
            tensors = (*map(torch.zeros, shapes), torch.zeros(table, dtype=dtype), torch.tensor(lengths, dtype=dtype))
            refuses(kata.paged_decode, *tensors)
    one = ((1, 1, 1), (2, 16, 1, 1), (2, 16, 1, 1))
    for columns, length in [(0, 1), (1, 17), (1, 32), (2, 33), (1, -16)]:
        table = torch.zeros(1, columns, dtype=torch.int64)
        refuses(kata.paged_decode, *map(torch.zeros, one), table, torch.tensor([length]))
