"""Properties of attention/tiled_attention_backward."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.attention.gradients import gradient_terms, plain_gradients, upstream
from tests.attention.oracle import plain_attention
from tests.attention.probes import tiled_attention_backward as probes
from tests.refusals import refuses
from tests.strategies.attention import Case, cases, in_layout
from tests.strategies.tiled_cases import tiled_cases
from tests.tolerance import as_array, assert_close

MANY_HEADS = Case(B=2, Hq=4, Hkv=2, Nq=3, Nk=4, d=2, dv=3, kind="normal", block_q=2, block_k=3)
NAMES = ("dout", "q", "k", "v", "out", "lse")
GROWTH = 256
KINDS_OF_HALF = {
    "plain": "normal numbers",
    "large": "q and k are multiplied with GROWTH, so that q k^T leaves float16; the scale brings it back, exactly",
    "loud": "GROWTH is added to v, and dout multiplied with it: dP and D leave float16, and dP - D does not",
    "deaf": "dout is the largest number of its dtype, or the lowest, for queries that see no key",
    "aligned": "v is k and dout is q, so that sums of dq and dk just grow, as a square does",
}


def problem(case, device, *, kind="plain"):
    """The six tensors; out and lse are those of plain attention in float64, rounded."""
    q, k, v = case.tensors(device)
    if kind == "large":
        q, k = (in_layout(each.detach() * GROWTH, each_in) for each, each_in in zip((q, k), case.layouts, strict=False))
    dout = upstream(case, q.detach())
    if kind == "loud":
        v, dout = in_layout(v.detach() + GROWTH, case.layouts[2]), dout * GROWTH
    if kind == "deaf":
        rows = dout[:, :, : dead_rows(case)]
        rows.copy_(rows.sign() * torch.finfo(rows.dtype).max)
    if kind == "aligned":
        v, dout = in_layout(k.detach(), case.layouts[2]), q.detach()
    wide = torch.float64 if case.dtype == "float64" else torch.float32
    exact = [each.detach().double() for each in (q, k, v)]
    out, lse, _ = plain_attention(*exact, causal=case.causal, scale=case.scale)
    others = dout, out.to(q.dtype), lse.to(wide)
    turned = (case.layouts[2], case.layouts[0], case.layouts[1])
    dout, out, lse = (in_layout(each, layout) for each, layout in zip(others, turned, strict=True))
    return dout, q, k, v, out, lse


def dead_rows(case):
    """How many queries see no key: the first ones."""
    if not case.Nk:
        return case.Nq
    return max(0, -case.offset) if case.causal else 0


def check(kata, solution, device, case, *, kind="plain"):
    """One call, compared with autograd through plain attention; nothing is changed."""
    arguments = problem(case, device, kind=kind)
    before = [each.detach().clone() for each in arguments]
    dout, q, k, v = arguments[:4]
    expected = plain_gradients(dout, q, k, v, causal=case.causal, scale=case.scale)
    heard = dout.detach().clone()
    heard[:, :, : dead_rows(case)] = 0
    terms = gradient_terms(heard, q, k, v, case)
    half = case.dtype in ("bfloat16", "float16")
    places = [np.arange(case.Nq) < dead_rows(case), np.full(case.Nk, case.Nq == 0)]

    def close(found):
        assert len(found) == 3, f"expected dq, dk and dv, got {len(found)} results"
        for name, of, got, wanted in zip(("dq", "dk", "dv"), "qkv", found, expected, strict=True):
            assert got.dtype == q.dtype, f"{name} has dtype {got.dtype}, expected {q.dtype}"
            assert got.device == q.device, f"{name} is on {got.device}, q is on {q.device}"
            along, tile = ("query", case.block_q or 64) if of == "q" else ("key", case.block_k or 64)
            idle = np.broadcast_to(places[of != "q"], got.shape[:3]) if got.ndim == 4 else None
            # A half type's dq and dk go with D, and so with how out was rounded: see tests/tolerance.py.
            rule = {"factor": 4 if half and of != "v" else 1, "empty": idle if got.shape == wanted.shape else None}
            assert_close(got, wanted, dtype=case.dtype, terms=terms[of], what=name, along=along, tile=tile, **rule)

    with trusted_parts():
        close(solution.flash_backward(*arguments, **case.options))
    found = kata.flash_backward(*arguments, **case.options)
    for name, tensor, given_tensor in zip(NAMES, arguments, before, strict=True):
        assert torch.equal(tensor, given_tensor), f"{name} was changed to {tensor}"
    close(found)


@settings(max_examples=60)
@given(case=cases())
@example(case=Case(Nk=2, kind="logarithms"))
@example(case=Case(Nk=1))  # its value is 0
@example(case=Case(Nq=2, Nk=3, d=2, dv=2, kind="normal"))
@example(case=Case(Nq=2, Nk=3, d=2, kind="normal", causal=True))
@example(case=Case(Nq=2, Nk=1, kind="normal", causal=True))
@example(case=Case(Nq=3, Nk=2, dv=2, kind="normal", causal=True, block_q=1, block_k=1))
@example(case=Case(Nq=5, Nk=2, dv=2, kind="normal", causal=True, block_q=2, block_k=2))
@example(case=Case(Nq=3, Nk=5, kind="rising", block_q=2, block_k=2))
@example(case=Case(Nq=3, Nk=5, kind="rising", causal=True, block_q=2, block_k=2))
@example(case=Case(Nq=3, Nk=5, kind="rising", dtype="float32", block_q=2, block_k=3))
@example(case=Case(Nq=5, Nk=7, d=2, kind="normal", causal=True, block_q=2, block_k=3))
@example(case=Case(Nq=5, Nk=7, d=2, kind="normal", causal=True, block_q=3, block_k=2))
@example(case=Case(Nq=7, Nk=5, d=2, kind="normal", causal=True, block_q=3, block_k=2))
@example(case=Case(Nq=1, Nk=4, kind="cold", block_k=3))
@example(case=Case(Nq=2, Nk=4, d=4, kind="steep", block_k=2))
@example(case=Case(Nq=2, Nk=2, kind="frozen", causal=True))
@example(case=Case(Nq=3, Nk=2, kind="frozen", causal=True, dtype="float32"))
@example(case=Case(Nq=2, Nk=4, kind="falling", block_k=2))
@example(case=Case(Nq=2, Nk=0, causal=True))
@example(case=Case(Nq=0, Nk=2))
@example(case=Case(B=0, Nq=2, Nk=2))
@example(case=Case(Nq=129, Nk=127, Hq=2, d=2, kind="normal", causal=True))
@example(case=Case(Nq=300, Nk=270, d=2, kind="normal", causal=True))
@example(case=Case(Nq=2, Nk=3, d=2, kind="normal", block_q=257, block_k=1024))
@example(case=Case(Nq=300, Nk=2, kind="normal", block_q=300, block_k=257))
@example(case=Case(Nq=2, Nk=300, kind="normal", block_q=300, block_k=257))
@example(case=Case(Hq=4, Hkv=2, Nq=2, Nk=2, d=2, kind="normal"))
@example(case=Case(Hq=6, Hkv=2, Nq=3, Nk=3, d=2, kind="normal", causal=True, dtype="float32", block_q=2))
@example(case=Case(Nk=3, d=3, dv=2, kind="normal", scale=0.3))
@example(case=Case(Nk=3, d=3, kind="normal", scale=3.0**-0.5))
@example(case=Case(Nk=3, d=4, kind="normal", scale=20.0))
@example(case=Case(Nk=3, d=1, kind="normal", scale=1e-6))
@example(case=Case(Hq=2, Hkv=2, Nq=3, Nk=3, d=2, dv=2, kind="normal", causal=True, shared=True))
@example(case=replace(MANY_HEADS, layouts=("heads inside",) * 3))
@example(case=replace(MANY_HEADS, layouts=("transposed",) * 3))
@example(case=replace(MANY_HEADS, layouts=("sliced",) * 3))
@example(case=replace(MANY_HEADS, layouts=("differentiable",) * 3, causal=True))
@example(case=replace(MANY_HEADS, layouts=("differentiable", "plain", "plain"), dtype="float32"))
@example(case=replace(MANY_HEADS, layouts=("plain", "heads inside", "transposed")))
def test_any_tiles_give_the_gradients_of_plain_attention(kata, solution, device, case):
    describe(case)
    check(kata, solution, device, case)


@st.composite
def half_cases(draw):
    """Normal numbers in float16 and bfloat16, see tests/tolerance.py, and one of the kinds above."""
    case = draw(cases(dtypes=("bfloat16", "float16"), longest=64))
    kind = draw(st.sampled_from(list(KINDS_OF_HALF)))
    case = replace(case, kind="normal", shared=False, scale=1 / GROWTH**2 / 2 if kind in ("large", "loud") else None)
    return (replace(case, Hq=case.Hkv, dv=case.d) if kind == "aligned" else case), kind


LARGE = Case(Nk=3, d=4, dv=4, kind="normal", dtype="float16", scale=1 / GROWTH**2 / 2)


@settings(max_examples=25)
@given(drawn=half_cases())
@example(drawn=(Case(Nk=3, kind="normal", dtype="bfloat16"), "plain"))
@example(drawn=(LARGE, "large"))
@example(drawn=(replace(LARGE, Nq=4, Nk=5, d=8, dv=3, block_k=2, causal=True), "large"))
@example(drawn=(replace(LARGE, B=2, Hq=4, Hkv=2, Nq=6, causal=True), "large"))
@example(drawn=(replace(LARGE, B=2, Hq=4, Hkv=2, Nq=6, causal=True), "loud"))
@example(drawn=(Case(Nq=3, Nk=2, d=2, dv=2, kind="normal", dtype="bfloat16", causal=True), "deaf"))
@example(
    drawn=(Case(Nq=5, Nk=2, d=2, dv=2, kind="normal", dtype="bfloat16", causal=True, block_q=2, block_k=1), "deaf")
)
@example(drawn=(Case(Nk=6, d=2, dv=3, kind="balanced", dtype="bfloat16"), "plain"))
@example(drawn=(Case(Nq=1024, Nk=2, d=2, dv=2, kind="normal", dtype="bfloat16", block_q=1), "aligned"))
@example(drawn=(Case(Nq=2, Nk=512, d=2, dv=2, kind="normal", dtype="bfloat16", block_k=1), "aligned"))
@example(drawn=(Case(Nq=32, Nk=64, d=4, kind="normal", dtype="bfloat16", scale=2.0), "plain"))
@example(drawn=(Case(Nq=3, Nk=300, d=2, kind="normal", dtype="bfloat16", causal=True), "plain"))
@example(drawn=(replace(MANY_HEADS, dtype="bfloat16", causal=True, layouts=("heads inside",) * 3), "plain"))
def test_half_types_keep_their_range_and_their_sums(kata, solution, device, drawn):
    case, kind = drawn
    event(f"{case.dtype}, {kind}")
    check(kata, solution, device, case, kind=kind)


@settings(max_examples=30)
@given(case=cases(longest=64))
@example(case=Case(Nq=2, Nk=3, d=2, dv=2, kind="normal"))
@example(case=Case(Nq=5, Nk=3, d=2, dv=2, kind="normal", causal=True, block_q=2, block_k=2))
@example(case=replace(MANY_HEADS, causal=True))
@example(case=replace(MANY_HEADS, Nq=7, causal=True, dtype="float32"))
def test_dv_hands_out_all_of_dout_and_dk_adds_up_to_nothing(kata, device, case):
    _, q, k, v, out, lse = problem(case, device)
    row = torch.from_numpy(np.random.default_rng(case.seed).integers(-3, 4, case.dv)).to(q)
    _, dk, dv = kata.run(probes.of_an_expanded_row, row, q, k, v, out, lse, case.options)
    seeing = sum(not case.causal or i + case.offset >= 0 for i in range(case.Nq)) if case.Nk else 0
    queries = seeing * case.Hq // case.Hkv  # that share a head of keys and see one
    terms = gradient_terms(row.expand(out.shape), q, k, v, case)
    many = max(1, queries)
    # The weights of a query sum to 1: its row of dout is handed out whole.
    wanted = np.broadcast_to(queries * as_array(row), (case.B, case.Hkv, case.dv))
    what = "with rows of dout all alike, dv.sum(2)"
    assert_close(as_array(dv).sum(2), wanted, dtype=case.dtype, terms=many * terms["v"], what=what)
    # One vector added to all keys changes no weight: a query pushes the keys apart, never all of them together.
    wanted = np.zeros((case.B, case.Hkv, case.d))
    assert_close(as_array(dk).sum(2), wanted, dtype=case.dtype, terms=many * terms["k"][:, 0], what="dk.sum(2)")


@settings(max_examples=12)
@given(case=tiled_cases(widths=[(4, 4), (16, 16), (4, 16), (16, 4)]))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=16))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=16, causal=True))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=32, block_k=16))
@example(case=Case(Nq=64, Nk=64, d=4, dv=4, dtype="float32", block_q=16, block_k=32))
@example(case=Case(Hq=4, Nq=16, Nk=128, d=16, dv=16, dtype="float32", block_q=16, block_k=16))
@example(case=Case(Nq=256, Nk=320, d=16, dv=16, dtype="float32"))
@example(case=Case(Nq=8, Nk=256, dtype="float32", block_q=8, block_k=8))
@example(case=Case(Hq=2, Nq=64, Nk=1024, d=4, dv=4, dtype="float32", block_q=32, block_k=32))
@example(case=Case(Hq=2, Nq=1024, Nk=64, dtype="float32", block_q=32, block_k=32))
@example(case=Case(Nq=128, Nk=1024, d=16, dtype="float32", block_q=64, block_k=16))
@example(case=Case(Hq=4, Hkv=2, Nq=64, Nk=512, d=2, dv=2, dtype="float32", block_q=32, block_k=32, causal=True))
def test_no_more_than_a_few_tiles_are_there_at_once(kata, device, case):
    arguments = problem(case, device)
    use = kata.run(probes.backward_use, *arguments, case.options)
    assert not use["refused"], f"{use['refused'][0]} was called; write the backward pass out"
    block_q, block_k = case.block_q or 64, case.block_k or 64
    heads, key_heads = case.B * case.Hq, case.B * case.Hkv
    results = {
        "out": heads * case.Nq * case.dv,
        "lse": heads * case.Nq,
        "dq": heads * case.Nq * case.d,
        "dk": key_heads * case.Nk * case.d,
        "dv": key_heads * case.Nk * case.dv,
    }
    tiles = {
        "a tile of scores over all (B, Hq)": heads * block_q * block_k,
        "a tile of q": heads * block_q * case.d,
        "a tile of k over all (B, Hq)": heads * block_k * case.d,
        "a tile of v over all (B, Hq)": heads * block_k * case.dv,
    }
    name, elements = max((results | tiles).items(), key=lambda item: item[1])
    assert use["largest"] <= elements, (
        f"{use['origin']} has {use['largest']} elements; the limit is {elements}, {name}; "
        f"all scores would be {heads * case.Nq * case.Nk}"
    )
    tile = heads * (block_q * block_k + (block_q + block_k) * (case.d + case.dv))
    limit = 2 * sum(results.values()) + 12 * tile
    assert use["alive"] <= limit, (
        f"{use['alive']} elements are alive at once, the limit is {limit}: twice out, lse, dq, dk and dv, and twelve "
        f"tiles with their blocks of q, k, v and out; what is held: {use['held']}"
    )
    outside = kata.run(probes.backward_memory, *arguments, case.options)
    assert outside <= 4 * limit + 50_000, (  # Python's own objects take some 10,000
        f"{outside} bytes are held outside of torch, the limit is {4 * limit + 50_000}; "
        f"all scores would be {4 * heads * case.Nq * case.Nk}"
    )
    seen = sum(max(0, min(case.Nk, i + 1 + case.offset)) for i in range(case.Nq)) if case.causal else case.Nq * case.Nk
    assert_products(use, heads * seen * (3 * case.d + 2 * case.dv))


def assert_products(use, needed):
    """Fail where fewer products were seen than the five of the backward pass take."""
    assert use["multiplications"] >= needed, (
        f"torch multiplied {use['multiplications']} times, the five products of this size take {needed}: "
        "they must be made by torch's operators, in the thread of the call, where the meter sees them"
    )


@settings(max_examples=12)
@given(
    tiles=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    blocks=st.tuples(st.sampled_from([16, 32]), st.sampled_from([16, 32])),
)
@example(tiles=(4, 4), blocks=(16, 16))
@example(tiles=(2, 5), blocks=(16, 16))
@example(tiles=(5, 2), blocks=(32, 16))
@example(tiles=(3, 4), blocks=(16, 32))
def test_causal_skips_the_tiles_that_are_masked_wholly(kata, device, tiles, blocks):
    (rows, columns), (block_q, block_k) = tiles, blocks
    case = Case(Hq=2, Nq=rows * block_q, Nk=columns * block_k, d=32, dv=32, kind="normal", dtype="float32")
    case = replace(case, block_q=block_q, block_k=block_k)
    uses = []
    for each in (case, replace(case, causal=True)):
        use = kata.run(probes.backward_use, *problem(each, device), each.options)
        assert not use["refused"], f"{use['refused'][0]} was called; write the backward pass out"
        uses.append(use)
    full, causal = uses
    assert_products(full, 2 * case.Nq * case.Nk * (3 * case.d + 2 * case.dv))
    # A tile is seen if its last query sees its first key.
    seen = sum((i + 1) * block_q - 1 + case.offset >= j * block_k for i in range(rows) for j in range(columns))
    # The same answer without a mask is the measure, so that two sweeps are as good as one. Half a tile is left for
    # work that does not depend on the tiles, as D does not, and for masks that are multiplied.
    limit = full["multiplications"] * (seen + 0.5) / (rows * columns)
    assert causal["multiplications"] <= limit, (
        f"{causal['multiplications'] / full['multiplications'] * rows * columns:.3g} of {rows * columns} tiles were "
        f"computed with causal=True, and {seen} hold a score that is not masked"
    )


FITTING = [  # B, Hq, Hkv, Nq, Nk, d, w
    (1, 1, 1, 1, 1, 1, 1),
    (1, 1, 1, 0, 1, 1, 1),
    (1, 1, 1, 1, 0, 1, 1),
    (0, 1, 1, 1, 1, 1, 1),
    (2, 4, 2, 3, 5, 2, 3),
]


def shapes_of(B, Hq, Hkv, Nq, Nk, d, w):  # noqa: N803  # the topic's own names
    """The shapes of the six tensors."""
    result, query, key, value = (B, Hq, Nq, w), (B, Hq, Nq, d), (B, Hkv, Nk, d), (B, Hkv, Nk, w)
    return {"dout": result, "q": query, "k": key, "v": value, "out": result, "lse": result[:3]}


def misfits():
    """Shapes of which one or two are wrong, while all others fit."""
    for sizes in FITTING:
        fitting = shapes_of(*sizes)
        for name, shape in fitting.items():
            # Another number in any dimension: more, or none, or one (which might be broadcast).
            for axis, size in enumerate(shape):
                for other in {size + 1, 0, 1} - {size}:
                    changed = (*shape[:axis], other, *shape[axis + 1 :])
                    if name == "q" and axis == 1 and other == 0 == sizes[1] % sizes[2]:
                        continue  # no query heads: left open
                    yield fitting | {name: changed}
            yield fitting | {name: shape[:-1]}
            yield fitting | {name: (*shape, 1)}
            yield fitting | {name: (1, *shape)}
        for pair in (("dout", "out"), ("k", "v"), ("q", "lse")):
            yield fitting | {name: (fitting[name][0] + 1, *fitting[name][1:]) for name in pair}
    for heads in ((1, 2), (3, 2), (2, 4), (1, 0), (0, 0)):
        for batch, *lengths in ((1, 1, 1), (1, 0, 1), (1, 1, 0), (0, 1, 1)):
            yield shapes_of(batch, *heads, *lengths, 1, 1)
    yield {name: (*shape, 1) for name, shape in shapes_of(1, 1, 1, 1, 1, 1, 1).items()}
    yield {name: shape[1:] for name, shape in shapes_of(1, 1, 1, 1, 1, 1, 1).items()}


def test_shapes_and_blocks_that_do_not_fit_are_refused(kata):
    for shapes in misfits():
        for options in ({}, {"causal": True}):
            refuses(kata.flash_backward, *(torch.ones(shapes[name]) for name in NAMES), **options)
    for sizes in FITTING:
        tensors = [torch.ones(shape) for shape in shapes_of(*sizes).values()]
        for blocks in ({"block_q": 0}, {"block_k": 0}, {"block_q": -1}, {"block_k": -64}, {"block_q": 0, "block_k": 0}):
            refuses(kata.flash_backward, *tensors, **blocks)
            refuses(kata.flash_backward, *tensors, **blocks, causal=True)


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
