"""Properties of attention/tiled_attention."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.attention.probes import tiled_attention as probes
from tests.attention.shapes import FITTING, MISFITS
from tests.refusals import refuses
from tests.strategies.attention import Case, cases, half_cases
from tests.strategies.tiled_cases import tiled_cases
from tests.tolerance import assert_close

torch = pytest.importorskip("torch")

from tests.attention.oracle import plain_attention  # noqa: E402  # needs torch

MANY_HEADS = Case(B=2, Hq=4, Hkv=2, Nq=3, Nk=4, d=2, dv=3, kind="normal", block_q=2, block_k=3)


@settings(max_examples=80)
@given(case=cases())
@example(case=Case(Nq=2, Nk=3, d=2, causal=True))
@example(case=Case(Nq=2, Nk=1, causal=True))
@example(case=Case(Nq=3, Nk=2, dv=2, causal=True, block_q=1, block_k=1))
@example(case=Case(Nq=3, Nk=5, kind="rising", block_q=2, block_k=2))
@example(case=Case(Nq=3, Nk=5, kind="rising", causal=True, block_q=2, block_k=2))
@example(case=Case(Nq=1, Nk=4, kind="cold", block_k=3))
@example(case=Case(Nq=2, Nk=2, kind="frozen", causal=True))
@example(case=Case(Nq=3, Nk=2, kind="frozen", causal=True, dtype="float32"))
@example(case=Case(Nq=1, Nk=4, kind="falling", block_k=2))
@example(case=Case(Nq=1, Nk=300, kind="falling"))
@example(case=Case(Nq=2, Nk=0, causal=True))
@example(case=Case(Nq=0, Nk=2))
@example(case=Case(B=0, Nq=2, Nk=2))
@example(case=Case(Nq=129, Nk=127, Hq=2, d=2, causal=True))
@example(case=Case(Nq=300, Nk=270, d=2, kind="normal", causal=True))
@example(case=Case(Nq=2, Nk=3, d=2, kind="normal", block_q=257, block_k=1024))
@example(case=Case(Nq=300, Nk=2, kind="normal", block_q=300, block_k=257))
@example(case=Case(Nq=2, Nk=300, kind="normal", block_q=300, block_k=257))
@example(case=Case(Hq=4, Hkv=2, Nk=2, d=2))
@example(case=Case(Nk=3, d=3, kind="normal", scale=0.3))
@example(case=Case(Nk=3, d=3, kind="normal", scale=3.0**-0.5))
@example(case=Case(Nk=3, d=4, kind="normal", scale=20.0))
@example(case=Case(Nk=3, d=1, kind="normal", scale=1e-6))
@example(case=Case(Hq=2, Hkv=2, Nq=3, Nk=3, d=2, dv=2, kind="normal", causal=True, shared=True))
@example(case=replace(MANY_HEADS, layouts=("heads inside",) * 3))
@example(case=replace(MANY_HEADS, layouts=("transposed",) * 3))
@example(case=replace(MANY_HEADS, layouts=("sliced",) * 3))
@example(case=replace(MANY_HEADS, layouts=("differentiable",) * 3, causal=True))
@example(case=replace(MANY_HEADS, layouts=("differentiable", "plain", "plain"), dtype="float32"))
@example(case=replace(MANY_HEADS, layouts=("plain", "heads inside", "plain")))
@example(case=replace(MANY_HEADS, layouts=("plain", "plain", "transposed")))
def test_any_tiles_give_what_plain_attention_gives(kata, solution, device, case):
    describe(case)
    q, k, v = case.tensors(device)
    before = [each.detach().clone() for each in (q, k, v)]
    expect = Expected(q, k, v, case)
    with trusted_parts():
        expect.check(*solution.flash_forward(q, k, v, **case.options))
    out, lse = kata.flash_forward(q, k, v, **case.options)
    for name, tensor, given_tensor in zip("qkv", (q, k, v), before, strict=True):
        assert torch.equal(tensor, given_tensor), f"{name} was changed to {tensor}"
    expect.check(out, lse)


@settings(max_examples=80)
@given(case=cases(causal=True), at=st.integers(0, 11) | st.integers(0, 299), other=st.integers(0, 99))
@example(case=Case(Nq=2, Nk=2, causal=True), at=0, other=0)
@example(case=Case(Nq=2, Nk=3, causal=True, block_k=2), at=0, other=0)
@example(case=Case(Nq=4, Nk=3, causal=True, block_q=3), at=1, other=0)
@example(case=Case(Nq=3, Nk=260, causal=True, kind="normal"), at=0, other=0)
def test_the_future_does_not_change_the_past(kata, device, case, at, other):
    now = min(at, max(0, case.Nq - 1))  # the last query whose result must stay
    q, k, v = (each.detach() for each in case.tensors(device))
    changed = replace(case, kind="normal", seed=1000 + other, shared=False, layouts=("plain",) * 3).tensors(device)
    present = max(0, now + 1 + case.offset)  # how many keys it sees
    q2 = torch.cat([q[:, :, : now + 1], changed[0][:, :, now + 1 :]], dim=2)
    k2, v2 = (
        torch.cat([x[:, :, :present], 4 * y[:, :, present:]], 2) for x, y in zip((k, v), changed[1:], strict=True)
    )
    out, lse = kata.flash_forward(q, k, v, **case.options)
    out2, lse2 = kata.flash_forward(q2, k2, v2, **case.options)
    for name, tensor in (("out", out), ("lse", lse)):
        assert not tensor.isnan().any(), f"{name} holds NaN"
    _, reference_lse, logit = plain_attention(q.double(), k.double(), v.double(), causal=True, scale=case.scale)
    past = slice(0, now + 1)
    empty = reference_lse[:, :, past].isneginf()
    # Both are results of this dtype, so they may differ by twice what each may be off.
    rule = {"dtype": case.dtype, "factor": 2}
    why = f"with other keys and values from {present} on, "
    tile = case.block_q or 64
    assert_close(out2[:, :, past], out[:, :, past], terms=case.terms, empty=empty, what=f"{why}out", tile=tile, **rule)
    assert_close(lse2[:, :, past], lse[:, :, past], terms=logit, what=f"{why}lse", **rule)


@settings(max_examples=40)
@given(case=half_cases())
@example(case=Case(Nk=640, kind="flat", dtype="bfloat16", block_k=2))
@example(case=Case(Nk=640, kind="flat", dtype="bfloat16", block_k=1))
@example(case=Case(Nk=2304, kind="flat", dtype="float16", block_k=3))
@example(case=Case(Nk=2, d=4, kind="huge", dtype="float16"))
@example(case=Case(Nk=64, kind="loud", dtype="float16"))
@example(case=Case(Nk=64, kind="loud", dtype="float16", block_k=2))
@example(case=Case(Nk=3, kind="normal", dtype="bfloat16"))
@example(case=Case(Nk=5, d=8, dv=3, kind="normal", dtype="float16", block_k=2))
@example(case=Case(Nq=3, Nk=258, d=2, kind="ruler", dtype="bfloat16", scale=1.0, causal=True))
@example(case=Case(Nq=300, Nk=300, d=2, kind="ruler", dtype="bfloat16", scale=1.0, causal=True))
@example(case=Case(Nq=3, Nk=2052, d=2, kind="ruler", dtype="float16", scale=1.0, causal=True))
@example(case=replace(MANY_HEADS, dtype="bfloat16", causal=True, layouts=("heads inside",) * 3))
def test_half_types_keep_their_range_and_their_sums(kata, solution, device, case):
    event(f"{case.kind}, {case.dtype}")
    q, k, v = case.tensors(device)
    expect = Expected(q, k, v, case)
    with trusted_parts():
        expect.check(*solution.flash_forward(q, k, v, **case.options))
    expect.check(*kata.flash_forward(q, k, v, **case.options))


@settings(max_examples=15)
@given(
    case=tiled_cases(widths=[(4, 4), (16, 16), (4, 16)])
)  # d <= dv, so that a scaled copy of q is no larger than out
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=16))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=16, causal=True))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=32, block_k=16))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=32))
@example(case=Case(Hq=4, Nq=16, Nk=128, d=16, dv=16, dtype="float32", block_q=16, block_k=16))
@example(case=Case(Nq=256, Nk=320, d=16, dv=16, dtype="float32"))
@example(case=Case(Nq=8, Nk=256, dtype="float32", block_q=8, block_k=8))
@example(case=Case(Hq=2, Nq=64, Nk=1024, d=4, dv=4, dtype="float32", block_q=32, block_k=32))
@example(case=Case(Hq=2, Nq=1024, Nk=64, dtype="float32", block_q=32, block_k=32))
@example(case=Case(Hq=4, Hkv=2, Nq=64, Nk=512, d=2, dv=2, dtype="float32", block_q=32, block_k=32, causal=True))
def test_no_more_than_a_few_tiles_are_there_at_once(kata, device, case):
    q, k, v = case.tensors(device)
    use = kata.run(probes.forward_use, q, k, v, case.options)
    assert not use["refused"], f"{use['refused'][0]} was called; write attention out"
    block_q, block_k = case.block_q or 64, case.block_k or 64
    per_head = {
        "out": case.Nq * case.dv,
        "lse": case.Nq,
        "a tile of scores": block_q * block_k,
        "a tile of q": block_q * case.d,
        "a tile of k": block_k * case.d,
        "a tile of v": block_k * case.dv,
    }
    heads = case.B * case.Hq
    name, elements = max(per_head.items(), key=lambda item: item[1])
    assert use["largest"] <= heads * elements, (
        f"{use['origin']} has {use['largest']} elements; the limit is {heads * elements}, {name} over all (B, Hq); "
        f"all scores would be {heads * case.Nq * case.Nk}"
    )
    results = heads * case.Nq * (case.dv + 1)
    tile = heads * (block_q * block_k + (block_q + block_k) * (case.d + case.dv))
    limit = 2 * results + 8 * tile
    assert use["alive"] <= limit, (
        f"{use['alive']} elements are alive at once, the limit is {limit}: twice out and lse, and eight tiles with "
        f"their blocks of q, k, v and out; what is held: {use['held']}"
    )
    outside = kata.run(probes.forward_memory, q, k, v, case.options)
    assert outside <= 4 * limit + 50_000, (  # Python's own objects take some 10,000
        f"{outside} bytes are held outside of torch, the limit is {4 * limit + 50_000}; "
        f"all scores would be {4 * heads * case.Nq * case.Nk}"
    )
    seen = sum(max(0, min(case.Nk, i + 1 + case.offset)) for i in range(case.Nq)) if case.causal else case.Nq * case.Nk
    assert_products(use, heads * seen * (case.d + case.dv))


def assert_products(use, needed):
    """Fail where fewer products were seen than attention takes."""
    assert use["multiplications"] >= needed, (
        f"torch multiplied {use['multiplications']} times, attention of this size takes {needed}: "
        "the products must be made by torch's operators, in the thread of the call, where the meter sees them"
    )


@settings(max_examples=15)
@given(
    tiles=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    blocks=st.tuples(st.sampled_from([8, 16]), st.sampled_from([8, 16])),
)
@example(tiles=(4, 4), blocks=(16, 16))
@example(tiles=(2, 5), blocks=(8, 8))
@example(tiles=(5, 2), blocks=(16, 8))
@example(tiles=(3, 4), blocks=(8, 16))
def test_causal_skips_the_tiles_that_are_masked_wholly(kata, device, tiles, blocks):
    (rows, columns), (block_q, block_k) = tiles, blocks
    case = Case(Nq=rows * block_q, Nk=columns * block_k, d=32, dv=32, kind="normal", dtype="float32")
    q, k, v = replace(case, Hq=2).tensors(device)
    options = {"block_q": block_q, "block_k": block_k}
    full = kata.run(probes.forward_use, q, k, v, options)
    causal = kata.run(probes.forward_use, q, k, v, {**options, "causal": True})
    for use in (full, causal):
        assert not use["refused"], f"{use['refused'][0]} was called; write attention out"
    needed = 2 * case.Nq * case.Nk * (case.d + case.dv)
    assert_products(full, needed)
    # A tile is seen if its last query sees its first key.
    seen = sum((i + 1) * block_q - 1 + case.offset >= j * block_k for i in range(rows) for j in range(columns))
    # The same answer without a mask is the measure, so that two sweeps over the keys are as good as one. Half a tile
    # is left for work that does not depend on the tiles, and for masks that are multiplied.
    limit = full["multiplications"] * (seen + 0.5) / (rows * columns)
    assert causal["multiplications"] <= limit, (
        f"{causal['multiplications'] / full['multiplications'] * rows * columns:.3g} of {rows * columns} tiles were "
        f"computed with causal=True, and {seen} hold a score that is not masked"
    )


def test_shapes_and_blocks_that_do_not_fit_are_refused(kata):
    for shapes in (each for listed in MISFITS.values() for each in listed):
        for options in ({}, {"causal": True}):
            refuses(kata.flash_forward, *map(torch.ones, shapes), **options)
    for shapes in FITTING:
        for blocks in ({"block_q": 0}, {"block_k": 0}, {"block_q": -1}, {"block_k": -64}, {"block_q": 0, "block_k": 0}):
            refuses(kata.flash_forward, *map(torch.ones, shapes), **blocks)
            refuses(kata.flash_forward, *map(torch.ones, shapes), **blocks, causal=True)


class Expected:
    """What plain attention gives for the same inputs, in float64 and in their own dtype."""

    def __init__(self, q, k, v, case):
        options = {"causal": case.causal, "scale": case.scale}
        q, k, v = q.detach(), k.detach(), v.detach()
        self.case, self.dtype, self.device = case, q.dtype, q.device
        self.reference = plain_attention(q.double(), k.double(), v.double(), **options)
        self.plain = plain_attention(q, k, v, **options)

    def check(self, out, lse):
        """Fail where out or lse is something else."""
        reference, half = self.reference, self.case.dtype in ("float16", "bfloat16")
        wide = torch.float64 if self.dtype == torch.float64 else torch.float32
        for name, tensor, dtype in (("out", out, self.dtype), ("lse", lse, wide)):
            assert tensor.dtype == dtype, f"{name} has dtype {tensor.dtype}, expected {dtype} for q in {self.dtype}"
            assert tensor.device == self.device, f"{name} is on {tensor.device}, q is on {self.device}"
        # Half types are exact in float32, in which lse is kept.
        own = {"dtype": "float32"} if half else {"dtype": self.case.dtype, "plain": self.plain.lse}
        assert_close(lse, reference.lse, terms=reference.logit, what="lse", **own)
        rule = {"dtype": self.case.dtype, "plain": self.plain.out, "empty": reference.lse.isneginf()}
        assert_close(out, reference.out, terms=self.case.terms, what="out", tile=self.case.block_q or 64, **rule)


def describe(case):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    event(case.kind)
    if case.causal and case.Nq > case.Nk:
        event("causal rows that see no key")
    if case.causal and case.Nq < case.Nk:
        event("causal, more keys than queries")
    if case.Nk % (case.block_k or 64) and case.Nk > (case.block_k or 64):
        event("a last tile that is smaller")
    if case.Hkv > 1 and case.Hq > case.Hkv:
        event("grouped heads")
    if max(case.Nq, case.Nk) > 128:
        event("more than 128 queries or keys")
    event(f"layout {case.layouts[0]}")
