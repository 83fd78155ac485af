"""Properties of attention/split_kv_decode."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.attention.oracle import plain_attention
from tests.attention.probes import split_kv_decode as probes
from tests.refusals import refuses
from tests.strategies.attention import Case, cases, half_cases
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.tolerance import assert_close

INF, NAN = math.inf, math.nan

# Splits that divide the keys, that do not, that are more than the keys, and many.
SPLITS = st.integers(1, 6) | st.sampled_from([1, 2, 3, 8, 16, 17, 33, 130])
HEADS = Case(B=2, Hq=4, Hkv=2, Nk=5, d=2, dv=3, kind="normal")


def one_query(strategy):
    """The same problems with one query per sequence, no mask and no blocks."""
    return strategy.map(lambda case: replace(case, Nq=1, causal=False, shared=False, block_q=None, block_k=None))


@settings(max_examples=50)
@given(case=one_query(cases()), splits=SPLITS)
@example(case=Case(Nk=3, kind="flat"), splits=2)
@example(case=Case(Nk=3), splits=2)
@example(case=Case(Nk=3, kind="normal"), splits=1)
@example(case=Case(Nk=2, kind="normal"), splits=3)
@example(case=Case(Nk=1, kind="normal"), splits=17)
@example(case=Case(Nk=0, dv=2), splits=1)
@example(case=Case(Nk=0, dv=2), splits=3)
@example(case=Case(B=0, Nk=3), splits=2)
@example(case=Case(Nk=5, kind="rising"), splits=2)
@example(case=Case(Nk=5, kind="rising"), splits=3)
@example(case=Case(Nk=4, kind="falling"), splits=2)
@example(case=Case(Nk=7, kind="steep"), splits=3)
@example(case=Case(B=2, Hq=4, Nk=7, kind="steep", seed=1), splits=3)
@example(case=Case(Nk=7, kind="cold", dtype="float32"), splits=3)
@example(case=Case(Nk=3, kind="frozen"), splits=2)
@example(case=Case(Nk=3, kind="frozen", dtype="float32"), splits=5)
@example(case=Case(Nk=300, d=4, kind="normal"), splits=7)
@example(case=Case(Nk=300, d=2, kind="normal", dtype="float32"), splits=130)
@example(case=Case(Nk=129, kind="normal"), splits=128)
@example(case=Case(Nk=6, d=4, dv=2, kind="normal", scale=0.3), splits=4)
@example(case=Case(Nk=6, d=4, dv=2, kind="normal", scale=1.0), splits=4)
@example(case=Case(Nk=6, d=4, dv=2, kind="normal", scale=0.5), splits=4)
@example(case=HEADS, splits=2)
@example(case=replace(HEADS, Hq=6, Hkv=2), splits=4)
@example(case=replace(HEADS, Hq=3, Hkv=1), splits=4)
@example(case=replace(HEADS, layouts=("heads inside",) * 3), splits=2)
@example(case=replace(HEADS, layouts=("transposed",) * 3), splits=3)
@example(case=replace(HEADS, layouts=("sliced",) * 3), splits=3)
@example(case=replace(HEADS, layouts=("differentiable",) * 3, dtype="float32"), splits=3)
def test_any_number_of_splits_gives_plain_attention(kata, solution, device, case, splits):
    if splits > case.Nk:
        event("more splits than keys")
    judge_decode(kata, solution, device, case, splits)


@settings(max_examples=20)
@given(case=one_query(half_cases()), splits=SPLITS)
@example(case=Case(Nk=640, kind="flat", dtype="bfloat16"), splits=1)
@example(case=Case(Nk=640, kind="flat", dtype="bfloat16"), splits=320)
@example(case=Case(Nk=2304, kind="flat", dtype="float16"), splits=1)
@example(case=Case(Nk=3, d=4, kind="huge", dtype="float16"), splits=2)
@example(case=Case(Nk=64, kind="loud", dtype="float16"), splits=1)
@example(case=Case(Nk=64, kind="loud", dtype="float16"), splits=32)
@example(case=Case(Nk=300, d=8, dv=3, kind="normal", dtype="bfloat16"), splits=3)
@example(case=Case(Nk=6, d=2, dv=3, kind="balanced", dtype="bfloat16"), splits=2)
@example(case=Case(Nk=6, d=2, dv=3, kind="balanced", dtype="float16", scale=0.3), splits=1)
@example(case=replace(HEADS, dtype="float16"), splits=4)
def test_half_types_keep_their_range_and_their_sums(kata, solution, device, case, splits):
    judge_decode(kata, solution, device, case, splits)


def judge_decode(kata, solution, device, case, splits):
    """Compare with attention over all keys at once."""
    q, k, v = case.tensors(device)
    options = {"splits": splits} if case.scale is None else {"splits": splits, "scale": case.scale}
    exact = (each.detach().double() for each in (q, k, v))
    reference = plain_attention(*exact, scale=case.scale).out
    plain = plain_attention(*(each.detach() for each in (q, k, v)), scale=case.scale).out

    def check(out):
        check_tensor("the result", out, q.dtype, q.device)
        assert_close(out, reference, plain=plain, dtype=case.dtype, terms=case.terms)
        assert case.Nk or not out.any(), f"there are no keys, the result is {out.tolist()}, expected 0"

    with trusted_parts():
        check(solution.decode(q, k, v, **options))
    out = kata.decode(q, k, v, **options)
    for name, tensor, before in zip("qkv", (q, k, v), case.tensors(device), strict=True):
        assert torch.equal(tensor, before), f"{name} was changed to {tensor}"
    check(out)


@dataclass(frozen=True)
class Parts:
    """Results of splits, to be combined.

    Kinds of lse: ``near`` (small, many tie), ``far`` (different multiples of 1e4, one split outweighs all others),
    ``low`` (the same, far below 0), ``lower`` (below every number that stands in for -inf), ``equal`` (all are 0),
    ``told`` (the two splits of the prompt).
    ``empty``: which splits are empty: "none", "all", "first", "last", or "some", which may differ from row to row.
    Their outs are ``garbage``.
    """

    S: int = 2
    shape: tuple[int, ...] = ()
    dv: int = 1
    kind: str = "near"
    seed: int = 0
    dtype: str = "float64"
    empty: str = "none"
    garbage: float = NAN
    layouts: tuple[str, str] = ("plain", "plain")

    def tensors(self, device: str) -> tuple[Any, Any]:
        """The outs and the lses."""
        rng = np.random.default_rng(self.seed)
        rows = (self.S, *self.shape)
        ranks = rng.random(rows).argsort(0).astype(np.float64)  # of the splits, in each row
        lses = {
            "near": rng.choice([0.0, -0.5, 1, 2, -3, 5, math.log(2)], rows),
            "far": 1e4 * (ranks - self.S // 2),
            "low": -1e4 * (ranks + 1),
            "lower": -(2.0**107) * (ranks + 1),
            "equal": np.zeros(rows),
            "told": np.log(np.arange(2.0, self.S + 2)),
        }[self.kind]
        outs = rng.integers(-3, 4, (*rows, self.dv)) / 4 if self.kind != "equal" else np.ones((*rows, self.dv))
        if self.kind == "told":
            outs = np.array([[3.0], [7.0]])
        hidden = {
            "none": np.zeros(rows, bool),
            "all": np.ones(rows, bool),
            "first": np.indices(rows)[0] < self.S // 2,
            "last": np.indices(rows)[0] >= (self.S + 1) // 2,
            "some": rng.random(rows) < 0.5,
        }[self.empty]
        lses[hidden], outs[hidden] = -INF, self.garbage
        wide = "float64" if self.dtype == "float64" else "float32"
        return tuple(
            laid_out(torch.from_numpy(each).to(dtype=getattr(torch, dtype), device=device), layout)
            for each, dtype, layout in zip((outs, lses), (self.dtype, wide), self.layouts, strict=True)
        )


@st.composite
def parts(draw, *, dtypes=("float64", "float32", "bfloat16", "float16")):
    """Results of no splits, few or many, some of them empty."""
    return Parts(
        S=draw(st.integers(0, 5) | st.sampled_from([1, 2, 8, 16, 17, 65])),
        shape=tuple(draw(st.lists(st.sampled_from([1, 2, 3, 0]), max_size=3))),
        dv=draw(st.sampled_from([1, 2, 3, 17])),
        kind=draw(st.sampled_from(["near", "far", "low", "lower"])),
        seed=draw(st.integers(0, 999)),
        dtype=draw(st.sampled_from(dtypes)),
        empty=draw(st.sampled_from(["none", "some", "first", "last", "all"])),
        garbage=draw(st.sampled_from([NAN, NAN, INF, 0.0, 7.0, 6e4])),
        layouts=draw(st.tuples(tensor_layouts(), tensor_layouts())),
    )


def together(outs, lses):
    """Out and lse of all splits, row by row, in float64: the slow and obvious way."""
    outs, lses = outs.detach().cpu().double(), lses.detach().cpu().double()
    out, lse = torch.zeros(outs.shape[1:]).double(), torch.full(lses.shape[1:], -INF).double()
    for row in np.ndindex(lse.shape):
        seen = [s for s in range(len(lses)) if lses[s][row] > -INF]
        if not seen:
            continue
        largest = max(lses[s][row].item() for s in seen)
        weights = [math.exp(lses[s][row].item() - largest) for s in seen]
        out[row] = sum(w * outs[s][row] for w, s in zip(weights, seen, strict=True)) / math.fsum(weights)
        lse[row] = largest + math.log(math.fsum(weights))
    return out, lse


def check_tensor(name, got, dtype, device):
    """Fail where something is no tensor of that dtype there."""
    assert isinstance(got, torch.Tensor), f"{name} is {got!r}, expected a tensor"
    assert got.dtype == dtype, f"{name} has dtype {got.dtype}, expected {dtype}"
    assert got.device == device, f"{name} is on {got.device}, expected {device}"


def check_parts(result, expected, outs, lses, *, factor=1.0, why=""):
    """Fail where combined results are not the expected ones."""
    assert isinstance(result, tuple) and len(result) == 2, f"combine must return (out, lse), it returned {result!r}"  # noqa: PT018
    (out, lse), (reference, reference_lse) = result, expected
    check_tensor(f"{why}out", out, outs.dtype, outs.device)
    check_tensor(f"{why}lse", lse, lses.dtype, lses.device)
    dtype, wide = (str(each.dtype).removeprefix("torch.") for each in (outs, lses))
    assert_close(
        out, reference, dtype=dtype, terms=1.0, empty=reference_lse.isneginf(), factor=factor, what=f"{why}out"
    )
    size = np.abs(np.nan_to_num(reference_lse.cpu().numpy(), neginf=0.0)).clip(min=1)
    assert_close(lse, reference_lse, dtype=wide, terms=size, factor=factor, what=f"{why}lse")


@settings(max_examples=60)
@given(case=parts())
@example(case=Parts(kind="told"))
@example(case=Parts(kind="told", dtype="float32"))
@example(case=Parts())
@example(case=Parts(S=0, dv=3))
@example(case=Parts(S=0, shape=(2, 1), dv=3, dtype="float16"))
@example(case=Parts(S=1, shape=(2,), dv=2))
@example(case=Parts(S=1, shape=(2,), dv=2, dtype="bfloat16", empty="all"))
@example(case=Parts(S=2, empty="first"))
@example(case=Parts(S=2, empty="last", dtype="float32"))
@example(case=Parts(S=2, empty="first", garbage=7.0, kind="low"))
@example(case=Parts(S=3, empty="all", shape=(2,), dv=2))
@example(case=Parts(S=3, empty="all", garbage=7.0))
@example(case=Parts(S=3, empty="first", garbage=INF))
@example(case=Parts(S=1, empty="all", garbage=-INF, dtype="float16"))
@example(case=Parts(S=4, shape=(5,), empty="some", dv=2))
@example(case=Parts(S=4, shape=(2, 3), empty="some", dv=2, kind="low"))
@example(case=Parts(S=3, shape=(2, 3), dv=2))
@example(case=Parts(S=3, shape=(2, 3, 1), dv=2))
@example(case=Parts(S=3, shape=(2, 0), dv=2))
@example(case=Parts(S=3, shape=(4,), kind="far"))
@example(case=Parts(S=3, shape=(4,), kind="far", dtype="float32", empty="some"))
@example(case=Parts(S=3, shape=(4,), kind="low", dtype="float16"))
@example(case=Parts(S=3, shape=(4,), kind="lower", empty="last"))
@example(case=Parts(S=3, shape=(4,), kind="lower", dtype="float32"))
@example(case=Parts(S=600, kind="equal", dtype="bfloat16"))
@example(case=Parts(S=2100, kind="equal", dtype="float16"))
@example(case=Parts(S=17, shape=(2,), dv=17))
@example(case=Parts(S=4, shape=(3,), dv=3, layouts=("transposed", "transposed")))
@example(case=Parts(S=4, shape=(3,), dv=3, layouts=("sliced", "sliced"), empty="some"))
@example(case=Parts(S=4, shape=(3,), dv=3, layouts=("differentiable", "differentiable"), empty="some"))
@example(case=Parts(S=0, shape=(3,), dv=3, layouts=("differentiable", "differentiable")))
def test_splits_count_by_their_denominators(kata, solution, device, case):
    event(f"{min(case.S, 3)} splits, empty: {case.empty}")
    outs, lses = case.tensors(device)
    expected = together(outs, lses)
    with trusted_parts():
        check_parts(solution.combine(outs, lses), expected, outs, lses)
    result = kata.combine(outs, lses)
    for name, now, before in zip(("outs", "lses"), (outs, lses), case.tensors(device), strict=True):
        assert torch.equal(now.nan_to_num(nan=-99.0), before.nan_to_num(nan=-99.0)), f"{name} was changed to {now}"
    check_parts(result, expected, outs, lses)


@settings(max_examples=30)
@given(case=parts(dtypes=("float64", "float32")), seed=st.integers(0, 99), cut=st.integers(0, 5))
@example(case=Parts(S=2, dv=2), seed=0, cut=0)
@example(case=Parts(S=3, shape=(2,)), seed=1, cut=1)
@example(case=Parts(S=3, shape=(2,), empty="some"), seed=1, cut=2)
@example(case=Parts(S=3, shape=(2,), kind="far", dtype="float32"), seed=2, cut=1)
@example(case=Parts(S=4, shape=(2,), kind="low", empty="first"), seed=0, cut=2)
def test_order_and_grouping_of_splits_do_not_matter(kata, device, case, seed, cut):
    outs, lses = (each.detach() for each in replace(case, layouts=("plain", "plain")).tensors(device))
    expected = tuple(each.double().cpu() for each in kata.combine(outs, lses))
    order = torch.from_numpy(np.random.default_rng(seed).permutation(case.S)).to(device)
    check_parts(kata.combine(outs[order], lses[order]), expected, outs, lses, factor=2, why="in another order, ")
    with_empty = torch.cat([outs, torch.full_like(outs[:1], NAN)]), torch.cat([lses, torch.full_like(lses[:1], -INF)])
    check_parts(kata.combine(*with_empty), expected, outs, lses, factor=2, why="with an empty split more, ")
    groups = [kata.combine(outs[part], lses[part]) for part in (order[:cut], order[cut:])]
    grouped = kata.combine(torch.stack([out for out, _ in groups]), torch.stack([lse for _, lse in groups]))
    check_parts(grouped, expected, outs, lses, factor=2, why="combined in two groups and then together, ")


@settings(max_examples=10)
@given(splits=st.sampled_from([2, 3, 4, 8]), heads=st.sampled_from([(1, 1), (4, 2)]), batch=st.sampled_from([1, 2]))
@example(splits=2, heads=(1, 1), batch=1)
@example(splits=4, heads=(1, 1), batch=1)
@example(splits=8, heads=(4, 2), batch=2)
def test_nothing_sums_over_the_keys_of_two_splits(kata, device, splits, heads, batch):
    length = 16
    case = Case(
        B=batch, Hq=heads[0], Hkv=heads[1], Nk=splits * length, d=4, dv=4, kind="normal", dtype="float32", scale=None
    )
    use = kata.run(probes.longest_sum, *case.tensors(device), splits)
    assert not use["refused"], f"{use['refused'][0]} was called; write attention out"
    assert use["terms"] <= length, (
        f"{use['made_by']} sums over {use['terms']} terms; {case.Nk} keys in {splits} splits are {length} a split, and "
        "each split is a problem of its own"
    )
    needed = batch * heads[0] * case.Nk * (case.d + case.dv)
    assert use["multiplications"] >= needed, (
        f"torch multiplied {use['multiplications']} times, the two products of this size take {needed}: they must be "
        "made by torch's operators, in the thread of the call, where the meter sees them"
    )


ONE = (1, 1, 1, 1)
NO_KEYS, NO_BATCH = (1, 1, 0, 1), (0, 1, 1, 1)
MISFITS = [
    # B
    ((2, 1, 1, 1), ONE, ONE),
    (ONE, (2, 1, 1, 1), (2, 1, 1, 1)),
    (ONE, ONE, (2, 1, 1, 1)),
    (ONE, (2, 1, 1, 1), ONE),
    (NO_BATCH, ONE, ONE),
    (ONE, NO_BATCH, NO_BATCH),
    ((2, 1, 1, 1), NO_KEYS, NO_KEYS),
    (ONE, ONE, NO_BATCH),
    # one query
    ((1, 1, 0, 1), ONE, ONE),
    ((1, 1, 2, 1), ONE, ONE),
    ((1, 1, 2, 1), NO_KEYS, NO_KEYS),
    ((0, 1, 2, 1), NO_BATCH, NO_BATCH),
    # d
    ((1, 1, 1, 2), ONE, ONE),
    (ONE, (1, 1, 1, 2), ONE),
    ((1, 1, 1, 2), NO_KEYS, NO_KEYS),
    ((0, 1, 1, 2), NO_BATCH, NO_BATCH),
    # Nk
    (ONE, (1, 1, 2, 1), ONE),
    (ONE, ONE, (1, 1, 2, 1)),
    (ONE, NO_KEYS, ONE),
    (ONE, ONE, NO_KEYS),
    (NO_BATCH, NO_BATCH, (0, 1, 2, 1)),
    # heads
    ((1, 2, 1, 1), (1, 2, 1, 1), ONE),
    ((1, 2, 1, 1), ONE, (1, 2, 1, 1)),
    (ONE, (1, 2, 1, 1), (1, 2, 1, 1)),
    ((1, 3, 1, 1), (1, 2, 1, 1), (1, 2, 1, 1)),
    ((1, 2, 1, 1), (1, 4, 1, 1), (1, 4, 1, 1)),
    ((1, 3, 1, 1), (1, 2, 0, 1), (1, 2, 0, 1)),
    (ONE, (1, 0, 1, 1), (1, 0, 1, 1)),
    ((1, 0, 1, 1), (1, 0, 1, 1), (1, 0, 1, 1)),
    ((0, 3, 1, 1), (0, 2, 1, 1), (0, 2, 1, 1)),
    (NO_BATCH, (0, 0, 1, 1), (0, 0, 1, 1)),
    # dimensions
    ((1, 1, 1), ONE, ONE),
    (ONE, (1, 1, 1), (1, 1, 1)),
    (ONE, ONE, (1, 1, 1)),
    (ONE, (1, 1, 1), ONE),
    ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    ((1, 1, 1, 1, 1), ONE, ONE),
    ((1, 1, 1, 1, 1), (1, 1, 1, 1, 1), (1, 1, 1, 1, 1)),
]
PARTS_THAT_DO_NOT_FIT = [
    ((2, 1), (3,)),
    ((3, 1), (2,)),
    ((1, 1), (2,)),
    ((2, 1), (1,)),
    ((0, 1), (1,)),
    ((1, 1), (0,)),
    ((2,), (2,)),
    ((1,), (1,)),
    ((0,), (0,)),
    ((2, 3, 1), (2,)),
    ((2, 1, 1), (2,)),
    ((2, 3), (2, 3)),
    ((2, 3, 1), (2, 4)),
    ((2, 3, 1), (2, 1)),
    ((2, 1, 1), (2, 3)),
    ((0, 3, 1), (0, 2)),
    ((2, 3, 4, 1), (2, 4, 3)),
    ((1,), ()),
    ((), ()),
    ((2, 1), ()),
]


def test_what_does_not_fit_is_refused(kata):
    for shapes in MISFITS:
        for splits in (1, 3):
            refuses(kata.decode, *map(torch.zeros, shapes), splits=splits)
    for shapes in [(ONE, ONE, ONE), (ONE, NO_KEYS, NO_KEYS), (NO_BATCH, NO_BATCH, NO_BATCH)]:
        for splits in (0, -1, -300):
            refuses(kata.decode, *map(torch.zeros, shapes), splits=splits)
    for outs, lses in PARTS_THAT_DO_NOT_FIT:
        refuses(kata.combine, torch.zeros(outs), torch.zeros(lses))
