"""Properties of attention/tiled_attention."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.attention.probes import tiled_attention as probes
from tests.strategies.attention import Case, cases, half_cases, long_cases
from tests.tolerance import assert_close

torch = pytest.importorskip("torch")

from tests.attention.oracle import plain_attention  # noqa: E402  # needs torch


@given(case=cases() | long_cases())
@example(case=Case(Nq=2, Nk=3, d=2, causal=True))
@example(case=Case(Nq=3, Nk=2, dv=2, causal=True, block_q=1, block_k=1))
@example(case=Case(Nq=3, Nk=5, kind="rising", block_q=2, block_k=2))
@example(case=Case(Nq=1, Nk=4, kind="cold", block_k=3))
@example(case=Case(Nq=2, Nk=0, causal=True))
@example(case=Case(Nq=129, Nk=127, Hq=2, d=2, causal=True))
@example(case=Case(Hq=4, Hkv=2, Nk=2, d=2))
@example(case=Case(Nk=3, d=3, kind="normal", scale=0.3))
def test_any_tiles_give_what_plain_attention_gives(kata, device, case):
    describe(case)
    q, k, v = case.tensors(device)
    before = [each.clone() for each in (q, k, v)]
    out, lse = kata.flash_forward(q, k, v, **case.options)
    for name, tensor, given_tensor in zip("qkv", (q, k, v), before, strict=True):
        assert torch.equal(tensor, given_tensor), f"{name} was changed to {tensor}"
    assert_attention(out, lse, q, k, v, case)


@given(case=cases(causal=True), at=st.integers(0, 11), other=st.integers(0, 99))
@example(case=Case(Nq=2, Nk=2, causal=True), at=0, other=0)
@example(case=Case(Nq=2, Nk=3, causal=True, block_k=2), at=0, other=0)
@example(case=Case(Nq=4, Nk=3, causal=True, block_q=3), at=1, other=0)
def test_the_future_does_not_change_the_past(kata, device, case, at, other):
    now = min(at, max(0, case.Nq - 1))  # the last query whose result must stay
    q, k, v = case.tensors(device)
    changed = replace(case, kind="normal", seed=1000 + other).tensors(device)
    present = max(0, now + 1 + case.offset)  # how many keys it sees
    q2 = torch.cat([q[:, :, : now + 1], changed[0][:, :, now + 1 :]], dim=2)
    k2, v2 = (
        torch.cat([x[:, :, :present], 4 * y[:, :, present:]], 2) for x, y in zip((k, v), changed[1:], strict=True)
    )
    out, lse = kata.flash_forward(q, k, v, **case.options)
    out2, lse2 = kata.flash_forward(q2, k2, v2, **case.options)
    _, reference_lse, logit = plain_attention(q.double(), k.double(), v.double(), causal=True, scale=case.scale)
    why = f"of queries 0 to {now}, after keys and values from {present} on were changed,"
    past = slice(0, now + 1)
    empty = reference_lse[:, :, past].isneginf()
    # Both are results of this dtype, so they may differ by twice what each may be off.
    rule = {"dtype": case.dtype, "factor": 2}
    assert_close(out2[:, :, past], out[:, :, past], terms=case.terms, empty=empty, what=f"out {why} out", **rule)
    assert_close(lse2[:, :, past], lse[:, :, past], terms=logit, what=f"lse {why} lse", **rule)


@settings(max_examples=60)
@given(case=half_cases())
@example(case=Case(Nk=640, kind="flat", dtype="bfloat16", block_k=1))
@example(case=Case(Nk=2304, kind="flat", dtype="float16", block_k=1))
@example(case=Case(Nk=2, d=4, kind="huge", dtype="float16"))
def test_half_types_keep_their_range_and_their_sums(kata, device, case):
    event(f"{case.kind}, {case.dtype}")
    q, k, v = case.tensors(device)
    out, lse = kata.flash_forward(q, k, v, **case.options)
    assert_attention(out, lse, q, k, v, case)


@st.composite
def tiled_cases(draw):
    """Blocks that divide the lengths, lengths far above the blocks and above the widths."""
    block = st.sampled_from([16, 32])
    # d <= dv, so that a scaled copy of q is no larger than out.
    d, dv = draw(st.sampled_from([(4, 4), (16, 16), (4, 16)]))
    case = Case(Hkv=draw(st.sampled_from([1, 2])), d=d, dv=dv, kind="normal", dtype="float32")
    case = replace(case, block_q=draw(block), block_k=draw(block), causal=draw(st.booleans()))
    q_tiles = draw(st.integers(2, 4))
    k_tiles = draw(st.integers(2, 6))
    return replace(
        case, Hq=case.Hkv * draw(st.sampled_from([1, 2])), Nq=q_tiles * case.block_q, Nk=k_tiles * case.block_k
    )


@settings(max_examples=20)
@given(case=tiled_cases())
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=16))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=16, causal=True))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=32, block_k=16))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=32))
@example(case=Case(Hq=4, Nq=16, Nk=128, d=16, dv=16, dtype="float32", block_q=16, block_k=16))
@example(case=Case(Nq=256, Nk=320, d=16, dv=16, dtype="float32"))
def test_no_tensor_is_larger_than_a_tile(kata, device, case):
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
    name, elements = max(per_head.items(), key=lambda item: item[1])
    limit = case.B * case.Hq * elements
    assert use["largest"] <= limit, (
        f"{use['origin']} has {use['largest']} elements; the limit is {limit}, {name} over all (B, Hq); "
        f"all scores would be {case.B * case.Hq * case.Nq * case.Nk}"
    )


@settings(max_examples=20)
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
    assert full["multiplications"] >= needed, (
        f"torch multiplied {full['multiplications']} times, attention of this size takes {needed}: "
        "the products must be made by torch's operators, where the meter sees them"
    )
    # A tile is seen if its last query sees its first key.
    seen = sum((i + 1) * block_q - 1 + case.offset >= j * block_k for i in range(rows) for j in range(columns))
    # The same answer without a mask is the measure, so that two sweeps over the keys are as good as one. Half a tile
    # is left for work that does not depend on the tiles, and for masks that are multiplied.
    limit = full["multiplications"] * (seen + 0.5) / (rows * columns)
    assert causal["multiplications"] <= limit, (
        f"{causal['multiplications'] / full['multiplications'] * rows * columns:.3g} of {rows * columns} tiles were "
        f"computed with causal=True, and {seen} hold a score that is not masked"
    )


@st.composite
def misfits(draw):
    """Shapes of q, k and v and block sizes, one of which does not fit; and which one."""
    case = draw(cases())
    q = [case.B, case.Hq, case.Nq, case.d]
    k = [case.B, case.Hkv, case.Nk, case.d]
    v = [case.B, case.Hkv, case.Nk, case.dv]
    blocks = {}
    which = draw(st.sampled_from(MISFITS))
    name, _, dimension = which.partition(" ")
    if name in ("block_q", "block_k"):
        blocks[name] = draw(st.sampled_from([0, -1]))
    elif dimension == "rank":
        {"q": q, "k": k, "v": v}[name].pop(0)
    elif dimension == "Hq":
        k[1] = v[1] = 2
        q[1] = draw(st.sampled_from([1, 3]))
    else:
        {"q": q, "k": k, "v": v}[name][("B", "Hkv", "N", "d").index(dimension)] += 1
    return tuple(q), tuple(k), tuple(v), blocks, which


MISFITS = (
    "block_q",
    "block_k",
    "q B",
    "v B",
    "q d",
    "k d",
    "k N",
    "v N",
    "v Hkv",
    "q Hq",
    "q rank",
    "k rank",
    "v rank",
)


@given(misfit=misfits())
@example(misfit=((1, 1, 0, 1), (1, 1, 0, 1), (1, 1, 0, 1), {"block_q": 0}, "block_q"))
@example(misfit=((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1), {"block_k": -1}, "block_k"))
@example(misfit=((1, 1, 0, 1), (1, 1, 1, 1), (1, 1, 1, 1), {"block_k": 0}, "block_k"))
@example(misfit=((2, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1), {}, "q B"))
@example(misfit=((1, 1, 1, 1), (1, 1, 1, 1), (2, 1, 1, 1), {}, "v B"))
@example(misfit=((1, 1, 1, 2), (1, 1, 0, 1), (1, 1, 0, 1), {}, "q d"))
@example(misfit=((1, 1, 1, 1), (1, 1, 2, 1), (1, 1, 1, 1), {}, "k N"))
@example(misfit=((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 2, 1), {}, "v N"))
@example(misfit=((1, 2, 1, 1), (1, 2, 1, 1), (1, 1, 1, 1), {}, "v Hkv"))
@example(misfit=((1, 1, 1, 1), (1, 2, 1, 1), (1, 2, 1, 1), {}, "q Hq"))
@example(misfit=((1, 3, 1, 1), (1, 2, 1, 1), (1, 2, 1, 1), {}, "q Hq"))
@example(misfit=((1, 1, 1), (1, 1, 1), (1, 1, 1), {}, "q rank"))
def test_shapes_and_blocks_that_do_not_fit_are_refused(kata, misfit):
    q, k, v, blocks, which = misfit
    event(which)
    with pytest.raises(ValueError):
        kata.flash_forward(torch.ones(q), torch.ones(k), torch.ones(v), **blocks)


def assert_attention(out, lse, q, k, v, case):
    """Fail where out or lse is not what plain attention in float64 gives for the same inputs."""
    wide = torch.float64 if q.dtype == torch.float64 else torch.float32
    for name, tensor, dtype in (("out", out, q.dtype), ("lse", lse, wide)):
        assert tensor.dtype == dtype, f"{name} has dtype {tensor.dtype}, expected {dtype} for q in {q.dtype}"
        assert tensor.device == q.device, f"{name} is on {tensor.device}, q is on {q.device}"
    options = {"causal": case.causal, "scale": case.scale}
    reference = plain_attention(q.double(), k.double(), v.double(), **options)
    plain = plain_attention(q, k, v, **options)
    empty = reference.lse.isneginf()
    rule = {"dtype": case.dtype}
    assert_close(lse, reference.lse, plain=plain.lse, terms=reference.logit, what="lse", **rule)
    assert_close(out, reference.out, plain=plain.out, terms=case.terms, empty=empty, what="out", **rule)


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
