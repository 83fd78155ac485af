"""Properties of packing/varlen_attention."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.packing.probes import varlen_attention as probes
from tests.refusals import refuses
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.tolerance import assert_close

# Inputs are float32 where a property says so, not the ten bits of mantissa that tensor cores would leave.
torch.backends.cuda.matmul.allow_tf32 = False


@dataclass(frozen=True)
class Case:
    """A packed row: the lengths of its sequences, heads and width, and what its values are.

    Kinds: ``integers`` (small ones), ``normal``, ``steep`` (in every sequence one key dominates, by logits of 1e4 and
    more), ``huge`` (q k^T is beyond float16), ``flat`` (all logits are 0, and v is positive: sums just grow).
    """

    lengths: tuple[int, ...] = (1,)
    heads: int = 1
    width: int = 1
    kind: str = "integers"
    dtype: str = "float64"
    seed: int = 0
    causal: bool | None = None
    scale: float | None = None
    wide: bool = False
    layout: str = "plain"

    def tensors(self, device: str) -> tuple[Any, Any, Any, Any]:
        """q, k, v and cu_seqlens."""
        rng = np.random.default_rng(self.seed)
        shape = (sum(self.lengths), self.heads, self.width)
        if self.kind == "normal":
            q, k, v = (rng.standard_normal(shape) for _ in range(3))
        else:
            q, k, v = (rng.integers(-2, 3, shape).astype(np.float64) for _ in range(3))
        places = np.concatenate([rng.permutation(length) for length in (*self.lengths, 0)]).reshape(-1, 1)
        if self.kind == "steep":
            q[..., 0], k[..., 0] = rng.choice([-1.0, 1.0], shape[:2]), 1e4 * places
        elif self.kind == "huge":
            q[..., 0], k[..., 0] = 256, 512 * (places + 1)
        elif self.kind == "flat":
            q, v = q * 0, np.abs(v) + 1
        made = [torch.from_numpy(each).to(dtype=getattr(torch, self.dtype), device=device) for each in (q, k, v)]
        borders = torch.tensor(self.borders, dtype=torch.int64 if self.wide else torch.int32, device=device)
        return (*(laid_out(each, self.layout) for each in made), borders)

    @property
    def borders(self) -> list[int]:
        """cu_seqlens as a list."""
        return list(accumulate(self.lengths, initial=0))

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments; what is None is left out."""
        return {key: value for key, value in (("causal", self.causal), ("scale", self.scale)) if value is not None}


def one_by_one(q, k, v, case):
    """Attention of each sequence, head and query alone."""
    scale = case.width**-0.5 if case.scale is None else case.scale
    out = torch.zeros_like(q)
    for start, end in pairwise(case.borders):
        for h in range(case.heads):
            for i in range(start, end):
                seen = slice(start, i + 1 if case.causal else end)
                scores = (q[i, h] * k[seen, h]).sum(-1) * scale
                weights = torch.exp(scores - scores.max())
                out[i, h] = (weights / weights.sum()) @ v[seen, h]
    return out


LENGTHS = st.lists(st.integers(0, 5), max_size=5) | st.lists(st.sampled_from([0, 1, 2, 15, 16, 17]), max_size=4)


@st.composite
def cases(draw, *, dtypes=("float64", "float32"), kinds=("integers", "normal", "steep")):
    """Few sequences, empty ones among them, and now and then one of 33."""
    lengths = draw(LENGTHS) + draw(st.sampled_from([[], [], [], [33]]))
    kind = draw(st.sampled_from(kinds))
    exact = kind in ("steep", "huge")  # then scores are exact where the scale is a power of two
    return Case(
        lengths=tuple(lengths),
        heads=draw(st.sampled_from([1, 2, 3])),
        width=draw(st.sampled_from([1, 4] if exact else [1, 2, 3, 4, 8])),
        kind=kind,
        dtype=draw(st.sampled_from(dtypes)),
        seed=draw(st.integers(0, 99)),
        causal=draw(st.sampled_from([None, True, True, False])),
        scale=draw(st.sampled_from([None, None, 1.0, 0.5] if exact else [None, None, 1.0, 0.3, 2])),
        wide=draw(st.booleans()),
        layout=draw(tensor_layouts()),
    )


def check(kata, solution, device, case):
    q, k, v, cu_seqlens = case.tensors(device)
    exact = [each.detach().double().cpu() for each in (q, k, v)]
    rule = {"dtype": case.dtype, "terms": float(exact[2].abs().max()) if exact[2].numel() else 1.0}
    reference = one_by_one(*exact, case)
    plain = one_by_one(*(each.detach().cpu() for each in (q, k, v)), case)

    def close(out):
        assert out.dtype == q.dtype, f"the result has dtype {out.dtype}, q has {q.dtype}"
        assert out.device == q.device, f"the result is on {out.device}, q is on {q.device}"
        if reference.numel():
            assert_close(out, reference, plain=plain, **rule)
        else:
            assert out.shape == q.shape, f"the result has shape {tuple(out.shape)}, expected {tuple(q.shape)}"

    with trusted_parts():
        close(solution.varlen_attention(q, k, v, cu_seqlens, **case.options))
    out = kata.varlen_attention(q, k, v, cu_seqlens, **case.options)
    for name, now, before in zip(
        ("q", "k", "v", "cu_seqlens"), (q, k, v, cu_seqlens), case.tensors(device), strict=True
    ):
        assert torch.equal(now, before), f"{name} was changed to {now}"
    close(out)
    event("an empty sequence" if 0 in case.lengths else "no empty sequence")


@settings(max_examples=40)
@given(case=cases())
@example(case=Case((2, 0, 3), kind="flat"))
@example(case=Case((2, 0, 3), kind="flat", causal=True))
@example(case=Case(()))
@example(case=Case((0,)))
@example(case=Case((0, 0, 1, 0)))
@example(case=Case((1, 1), causal=True))
@example(case=Case((3,), width=4))
@example(case=Case((2, 3), width=4, kind="normal"))
@example(case=Case((2, 3), width=4, kind="normal", causal=True))
@example(case=Case((3, 2), width=2, kind="normal", causal=False))
@example(case=Case((4, 4), heads=2, width=3, kind="normal", dtype="float32"))
@example(case=Case((4, 4), heads=2, width=3, kind="normal", dtype="float32", causal=True, wide=True))
@example(case=Case((2, 3), width=2, kind="normal", scale=0.3))
@example(case=Case((3, 1, 2), width=2, kind="normal", scale=2, causal=True))
@example(case=Case((3, 4), width=4, kind="steep", dtype="float32"))
@example(case=Case((3, 4), width=4, kind="steep", dtype="float32", causal=True))
@example(case=Case((17, 33, 16), heads=2, width=4, kind="normal", causal=True))
@example(case=Case((3, 2), heads=2, width=2, kind="normal", layout="transposed"))
@example(case=Case((3, 2), heads=2, width=2, kind="normal", layout="sliced"))
@example(case=Case((3, 2), heads=2, width=2, kind="normal", layout="differentiable", causal=True))
def test_every_sequence_gets_what_it_would_get_alone(kata, solution, device, case):
    check(kata, solution, device, case)


@settings(max_examples=15)
@given(case=cases(dtypes=("float16", "bfloat16"), kinds=("integers", "normal", "huge", "flat")))
@example(case=Case((3, 4), width=4, kind="huge", dtype="float16"))
@example(case=Case((3, 4), width=4, kind="huge", dtype="float16", causal=True))
@example(case=Case((2, 300), width=2, kind="flat", dtype="bfloat16"))
@example(case=Case((16, 17), heads=2, width=8, kind="normal", dtype="bfloat16", causal=True, scale=2))
@example(case=Case((16, 17), heads=2, width=8, kind="normal", dtype="float16", scale=2))
def test_half_types_keep_their_range_and_their_sums(kata, solution, device, case):
    check(kata, solution, device, case)


@settings(max_examples=30)
@given(
    case=cases(dtypes=("float32", "float64", "float16"), kinds=("normal",)),
    at=st.integers(0, 9),
    value=st.sampled_from([0.0, 1.0, float("nan"), float("inf")]),
    causal=st.booleans(),
)
@example(case=Case((2, 3), kind="normal"), at=0, value=1.0, causal=False)
@example(case=Case((2, 3), kind="normal"), at=1, value=1.0, causal=False)
@example(case=Case((2, 3), kind="normal"), at=0, value=float("nan"), causal=False)
@example(case=Case((2, 3), kind="normal"), at=1, value=float("nan"), causal=True)
@example(case=Case((2, 3, 2), heads=2, width=2, kind="normal"), at=1, value=float("inf"), causal=True)
@example(case=Case((2, 3, 2), heads=2, width=2, kind="normal", dtype="float32"), at=1, value=float("inf"), causal=False)
@example(case=Case((5, 2, 1), heads=2, width=2, kind="normal", dtype="float32"), at=1, value=float("nan"), causal=False)
def test_no_bit_of_a_sequence_depends_on_another(kata, device, case, at, value, causal):
    *given_tensors, cu_seqlens = replace(case, layout="plain").tensors(device)
    start, end = case.borders[at % len(case.lengths) :][:2] if case.lengths else (0, 0)
    changed = [each.clone() for each in given_tensors]
    for each in changed:
        each[start:end] = 7 - 3 * each[start:end] if value == 1 else value
    out, again = kata.run(probes.twice, given_tensors, changed, cu_seqlens, {**case.options, "causal": causal})
    for one, other in pairwise(case.borders):
        if (one, other) != (start, end):
            assert torch.equal(out[one:other], again[one:other]), (
                f"tokens {one} to {other} are a sequence of their own; when values of tokens {start} to {end} changed, "
                f"their result went from {out[one:other].tolist()} to {again[one:other].tolist()}"
            )


@settings(max_examples=8)
@given(
    count=st.integers(8, 10),
    lengths=st.tuples(st.integers(24, 30), st.integers(0, 2)),
    heads=st.sampled_from([1, 2]),
    causal=st.booleans(),
)
@example(count=8, lengths=(32, 0), heads=1, causal=False)
@example(count=8, lengths=(32, 0), heads=2, causal=True)
@example(count=9, lengths=(30, 2), heads=2, causal=False)
def test_no_matrix_of_all_tokens_by_all_tokens_is_made(kata, device, count, lengths, heads, causal):
    length, more = lengths
    case = Case(
        tuple(length + (more if i % 2 else 0) for i in range(count)), heads, 4, "normal", "float32", causal=causal
    )
    q, k, v, cu_seqlens = case.tensors(device)
    made = kata.run(probes.largest_made, q, k, v, cu_seqlens, case.options)
    tokens = len(q)
    assert made["elements"] < tokens**2, (
        f"{made['origin']} has {made['elements']} elements, with {tokens} tokens in {count} sequences: that is T x T "
        f"or more; the scores of all sequences at their own lengths are {heads * sum(each**2 for each in case.lengths)}"
    )
    # In arrays outside of torch: elements of four bytes.
    assert made["bytes"] < 4 * tokens**2, f"{made['bytes']} bytes are in use for arrays or lists, as for T x T elements"


def test_shapes_and_borders_that_do_not_fit_are_refused(kata):
    shape = (4, 2, 3)
    for shapes in (
        ((4, 2, 3), (4, 2, 3), (3, 2, 3)),
        ((4, 2, 3), (3, 2, 3), (4, 2, 3)),
        ((3, 2, 3), (4, 2, 3), (4, 2, 3)),
        ((4, 2, 3), (4, 1, 3), (4, 2, 3)),
        ((4, 2, 3), (4, 2, 3), (4, 1, 3)),
        ((4, 1, 3), (4, 2, 3), (4, 2, 3)),
        ((4, 2, 3), (4, 2, 1), (4, 2, 3)),
        ((4, 2, 3), (4, 2, 3), (4, 2, 1)),
        ((4, 2, 1), (4, 2, 3), (4, 2, 3)),
        ((4, 2), (4, 2), (4, 2)),
        ((4, 2, 3, 1), (4, 2, 3, 1), (4, 2, 3, 1)),
        ((1, 4, 2, 3), (1, 4, 2, 3), (1, 4, 2, 3)),
        ((4,), (4,), (4,)),
    ):
        q, k, v = (torch.ones(each) for each in shapes)
        for causal in (False, True):
            refuses(kata.varlen_attention, q, k, v, torch.tensor([0, 4]), causal=causal)
    q, k, v = torch.ones(shape), torch.ones(shape), torch.ones(shape)
    for borders in (
        [],
        [4],
        [0],
        [0, 3],
        [0, 5],
        [1, 4],
        [2, 4],
        [-1, 4],
        [0, 3, 2, 4],
        [0, 5, 4],
        [0, -1, 4],
        [0, 2, 3],
        [0, 4, 5],
        [0, 4, 3],
        [4, 0],
        [0, 2, 1, 4],
        [[0, 4]],
        [[0], [4]],
    ):
        for dtype in (torch.int32, torch.int64):
            refuses(kata.varlen_attention, q, k, v, torch.tensor(borders, dtype=dtype))
    refuses(kata.varlen_attention, q, k, v, torch.tensor(4))
    refuses(kata.varlen_attention, q[:0], k[:0], v[:0], torch.tensor([0, 1]))
