"""Properties of attention/multi_head_attention."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

from tests.agreement import trusted_parts
from tests.attention.gradients import gradient_terms, upstream, visible
from tests.attention.oracle import plain_attention
from tests.attention.probes import multi_head_attention as probes
from tests.attention.shapes import FITTING, MISFITS
from tests.refusals import refuses
from tests.strategies.attention import Case, cases, half_cases
from tests.tolerance import as_array, assert_close

MANY_HEADS = Case(B=2, Hq=4, Hkv=2, Nq=3, Nk=4, d=2, dv=3, kind="normal")
HUGE = 10**9

WIDTHS = st.integers(0, 3) | st.integers(0, 13) | st.sampled_from([0, 127, 128, 300, HUGE, sys.maxsize, 2**64])
WINDOWS = st.none() | st.tuples(WIDTHS, WIDTHS)


def without_blocks(case):
    """The strategy is that of the tiled katas; here nothing is cut."""
    return replace(case, block_q=None, block_k=None)


def options_of(case, window):
    """The keyword arguments; what is left at its default is left out."""
    return {**case.options, **({} if window is None else {"window": window})}


def library_attention(q, k, v, case, window):
    """The library's result for the queries that see a key, 0 for the others."""
    seen = torch.from_numpy(visible(case, window)).to(q.device)
    rows = seen.any(1)
    heads = torch.arange(case.Hq, device=q.device) // (case.Hq // case.Hkv)
    out = q.new_zeros(case.B, case.Hq, case.Nq, case.dv)
    if rows.any() and case.B:
        with sdpa_kernel(SDPBackend.MATH):
            out[:, :, rows] = scaled_dot_product_attention(
                q[:, :, rows], k[:, heads], v[:, heads], attn_mask=seen[rows], scale=case.scale
            )
    return out


class Expected:
    """What the library gives for the same inputs, in float64, and plain attention in their own dtype."""

    def __init__(self, q, k, v, case, window):
        self.case, self.dtype, self.device = case, q.dtype, q.device
        own = [each.detach() for each in (q, k, v)]
        self.reference = library_attention(*(each.double() for each in own), case, window)
        self.plain = plain_attention(*own, causal=case.causal, window=window, scale=case.scale).out
        self.empty = np.broadcast_to(~visible(case, window).any(1), (case.B, case.Hq, case.Nq))

    def check(self, out):
        """Fail where a result is another one."""
        assert out.dtype == self.dtype, f"the result has dtype {out.dtype}, q has {self.dtype}"
        assert out.device == self.device, f"the result is on {out.device}, q is on {self.device}"
        rule = {"dtype": self.case.dtype, "terms": self.case.terms, "plain": self.plain, "empty": self.empty}
        assert_close(out, self.reference, **rule)


def check(kata, solution, device, case, window):
    """One call, compared with the library; nothing is changed."""
    describe(case, window)
    q, k, v = case.tensors(device)
    before = [each.detach().clone() for each in (q, k, v)]
    options = options_of(case, window)
    expect = Expected(q, k, v, case, window)
    with trusted_parts():
        expect.check(solution.attention(q, k, v, **options))
    out = kata.attention(q, k, v, **options)
    for name, tensor, given_tensor in zip("qkv", (q, k, v), before, strict=True):
        assert torch.equal(tensor, given_tensor), f"{name} was changed to {tensor}"
    expect.check(out)


@settings(max_examples=80)
@given(case=cases().map(without_blocks), window=WINDOWS)
@example(case=Case(Nk=2, kind="logarithms"), window=None)
@example(case=Case(Nq=3, Nk=2, kind="logarithms", causal=True), window=None)
@example(case=Case(Nq=3, Nk=2, kind="logarithms"), window=(0, 0))
@example(case=Case(Nq=2, Nk=3, d=2, causal=True), window=None)
@example(case=Case(Nq=3, Nk=2, kind="normal", causal=True), window=None)
@example(case=Case(Nq=3, Nk=1, kind="normal"), window=(0, 0))
@example(case=Case(Nq=3, Nk=3, kind="normal"), window=(0, 0))
@example(case=Case(Nq=3, Nk=3, kind="normal", causal=True), window=(0, 0))
@example(case=Case(Nq=3, Nk=5, kind="normal"), window=(1, 1))
@example(case=Case(Nq=3, Nk=5, kind="normal", causal=True), window=(1, 1))
@example(case=Case(Nq=4, Nk=5, kind="normal"), window=(2, 0))
@example(case=Case(Nq=4, Nk=5, kind="normal"), window=(0, 2))
@example(case=Case(Nq=5, Nk=3, kind="normal"), window=(1, 1))
@example(case=Case(Nq=5, Nk=3, kind="normal", causal=True), window=(0, 2))
@example(case=Case(Nq=5, Nk=3, kind="normal", causal=True), window=(2, 0))
@example(case=Case(Nq=3, Nk=4, kind="normal"), window=(HUGE, 0))
@example(case=Case(Nq=3, Nk=4, kind="normal"), window=(0, HUGE))
@example(case=Case(Nq=3, Nk=4, kind="normal"), window=(HUGE, HUGE))
@example(case=Case(Nq=3, Nk=4, kind="normal", causal=True), window=(HUGE, HUGE))
@example(case=Case(Nq=3, Nk=4, kind="normal"), window=(sys.maxsize, 0))
@example(case=Case(Nq=3, Nk=4, kind="normal"), window=(0, sys.maxsize))
@example(case=Case(Nq=3, Nk=4, kind="normal"), window=(2**63, 2**63))
@example(case=Case(Nq=3, Nk=4, kind="normal"), window=(2**64, 2**64))
@example(case=Case(Nq=2, Nk=300, kind="normal"), window=(128, 0))
@example(case=Case(Nq=300, Nk=270, kind="normal", causal=True), window=(257, 0))
@example(case=Case(Nq=3, Nk=5, kind="rising", causal=True), window=None)
@example(case=Case(Nq=1, Nk=4, kind="cold"), window=None)
@example(case=Case(Nq=2, Nk=4, d=4, kind="steep"), window=None)
@example(case=Case(Nq=4, Nk=4, d=4, kind="steep", causal=True), window=None)
@example(case=Case(Nq=4, Nk=4, d=4, kind="steep", dtype="float32"), window=(0, 1))
@example(case=Case(Nq=1, Nk=4, kind="normal"), window=(1, 0))
@example(case=Case(Nq=2, Nk=2, kind="frozen", causal=True), window=None)
@example(case=Case(Nq=3, Nk=2, kind="frozen", causal=True, dtype="float32"), window=None)
@example(case=Case(Nq=3, Nk=3, kind="frozen", dtype="float32"), window=(1, 0))
@example(case=Case(Nq=1, Nk=300, kind="falling"), window=None)
@example(case=Case(Nq=2, Nk=0), window=None)
@example(case=Case(Nq=2, Nk=0, causal=True), window=(1, 1))
@example(case=Case(Nq=0, Nk=2), window=None)
@example(case=Case(B=0, Nq=2, Nk=2), window=(1, 0))
@example(case=Case(Hq=4, Hkv=2, Nk=2, d=2), window=None)
@example(case=Case(Hq=6, Hkv=2, Nk=3, d=2, kind="normal", dtype="float32"), window=None)
@example(case=Case(Nk=3, d=3, dv=2, kind="normal", scale=0.3), window=None)
@example(case=Case(Nk=3, d=3, kind="normal", scale=3.0**-0.5), window=None)
@example(case=Case(Nk=3, d=4, kind="normal", scale=20.0), window=None)
@example(case=Case(Nk=3, d=1, kind="normal", scale=1e-6), window=None)
@example(case=Case(Hq=2, Hkv=2, Nq=3, Nk=3, d=2, dv=2, kind="normal", causal=True, shared=True), window=None)
@example(case=replace(MANY_HEADS, causal=True), window=(1, 1))
@example(case=replace(MANY_HEADS, layouts=("heads inside",) * 3), window=None)
@example(case=replace(MANY_HEADS, layouts=("transposed",) * 3), window=(1, 1))
@example(case=replace(MANY_HEADS, layouts=("sliced",) * 3), window=None)
@example(case=replace(MANY_HEADS, layouts=("differentiable",) * 3, causal=True), window=None)
@example(case=replace(MANY_HEADS, layouts=("plain", "differentiable", "plain"), dtype="float32"), window=None)
def test_the_result_is_that_of_the_library(kata, solution, device, case, window):
    check(kata, solution, device, case, window)


@settings(max_examples=25)
@given(case=half_cases().map(without_blocks), window=st.none() | WINDOWS)
@example(case=Case(Nk=640, kind="flat", dtype="bfloat16"), window=None)
@example(case=Case(Nk=2304, kind="flat", dtype="float16"), window=None)
@example(case=Case(Nk=2, d=4, kind="huge", dtype="float16"), window=None)
@example(case=Case(Nk=64, kind="loud", dtype="float16"), window=None)
@example(case=Case(Nk=6, d=2, dv=3, kind="balanced", dtype="bfloat16"), window=None)
@example(case=Case(Nk=6, d=2, dv=3, kind="balanced", dtype="float16", scale=0.3), window=None)
@example(case=Case(Nk=3, kind="normal", dtype="bfloat16"), window=None)
@example(case=Case(Nk=5, d=8, dv=3, kind="normal", dtype="float16"), window=None)
@example(case=Case(Nq=3, Nk=258, d=2, kind="ruler", dtype="bfloat16", scale=1.0, causal=True), window=None)
@example(case=Case(Nq=3, Nk=2052, d=2, kind="ruler", dtype="float16", scale=1.0, causal=True), window=None)
@example(case=Case(Nq=3, Nk=300, d=2, kind="ruler", dtype="bfloat16", scale=1.0), window=(2, 0))
@example(case=replace(MANY_HEADS, Nq=5, dtype="bfloat16", causal=True, layouts=("heads inside",) * 3), window=(1, 1))
def test_half_types_keep_their_range_and_their_sums(kata, solution, device, case, window):
    check(kata, solution, device, case, window)


@st.composite
def gradient_cases(draw):
    """Smaller ones; in half types normal numbers only, see tests/tolerance.py."""
    case = without_blocks(draw(cases(dtypes=("float64", "float32", "bfloat16", "float16"), longest=33)))
    half = case.dtype in ("bfloat16", "float16")
    return replace(case, shared=False, kind="normal", scale=None) if half else replace(case, shared=False)


@settings(max_examples=40)
@given(case=gradient_cases(), window=WINDOWS, of=st.sampled_from(["qkv", "qkv", "q", "k", "v"]))
@example(case=Case(Nk=2, kind="logarithms"), window=None, of="qkv")
@example(case=Case(Nq=2, Nk=3, d=2, dv=2, kind="normal"), window=None, of="qkv")
@example(case=Case(Nq=2, Nk=1, kind="normal", causal=True), window=None, of="qkv")
@example(case=Case(Nq=5, Nk=3, kind="normal", causal=True), window=(0, 0), of="qkv")
@example(case=Case(Nq=5, Nk=3, kind="normal"), window=(1, 1), of="qkv")
@example(case=Case(Nq=2, Nk=5, kind="normal", causal=True), window=(1, 0), of="qkv")
@example(case=Case(Nq=3, Nk=2, kind="frozen", causal=True, dtype="float32"), window=None, of="qkv")
@example(case=Case(Nq=3, Nk=5, kind="rising", causal=True, dtype="float32"), window=None, of="qkv")
@example(case=Case(Nq=1, Nk=4, d=4, kind="steep"), window=None, of="qkv")
@example(case=Case(Nq=2, Nk=0), window=None, of="qkv")
@example(case=Case(Nq=0, Nk=2), window=None, of="qkv")
@example(case=replace(MANY_HEADS, scale=0.3), window=None, of="qkv")
@example(case=MANY_HEADS, window=None, of="q")
@example(case=replace(MANY_HEADS, causal=True), window=(2, 0), of="k")
@example(case=replace(MANY_HEADS, dtype="float32"), window=None, of="v")
@example(case=replace(MANY_HEADS, Nq=6, causal=True, dtype="float32"), window=(1, 0), of="qkv")
@example(case=replace(MANY_HEADS, Nq=6, causal=True, dtype="bfloat16"), window=None, of="qkv")
@example(case=replace(MANY_HEADS, dtype="float16"), window=(1, 1), of="qkv")
@example(case=replace(MANY_HEADS, layouts=("heads inside",) * 3), window=None, of="qkv")
@example(case=replace(MANY_HEADS, layouts=("transposed", "sliced", "transposed")), window=None, of="qkv")
def test_gradients_are_those_of_the_library(kata, solution, device, case, window, of):
    describe(case, window)
    q, k, v = case.tensors(device)
    dout = upstream(case, q)
    leaves = [each.detach().double().requires_grad_() for each in (q, k, v)]
    out = library_attention(*leaves, case, window)
    expected = [torch.zeros_like(each) for each in leaves]
    if out.requires_grad:  # it is a constant where no query sees a key
        expected = torch.autograd.grad(out, leaves, dout.double())
    expected = dict(zip("qkv", expected, strict=True))
    terms = gradient_terms(dout, q, k, v, case, window)
    half = case.dtype in ("bfloat16", "float16")
    sees = visible(case, window)
    takes_part = {"q": sees.any(1), "k": sees.any(0), "v": sees.any(0)}

    def close(found, when=""):
        for name, got in found.items():
            what = f"the gradient in {name}{when}"
            assert got.dtype == q.dtype, f"{what} has dtype {got.dtype}, q has {q.dtype}"
            rule = {"dtype": case.dtype, "terms": terms[name], "along": "query" if name == "q" else "key"}
            assert_close(got, expected[name], factor=4 if half and name != "v" else 1, what=what, **rule)
            idle = as_array(got)[:, :, ~takes_part[name]]
            assert not idle.any(), f"{what} must be 0 where nothing is seen, it is {idle}"

    arguments = (dout, q, k, v, of, options_of(case, window))
    with trusted_parts():
        for found in solution.run(probes.gradients, *arguments):
            close(found)
    once, *again = kata.run(probes.gradients, *arguments)
    close(once, ", asked for after another call,")
    for found in again:
        close(found, ", asked for a second time,")


@settings(max_examples=30)
@given(case=cases(longest=64).map(without_blocks), window=WINDOWS, at=st.integers(0, 11))
@example(case=Case(Nq=3, Nk=5, kind="normal"), window=(1, 1), at=0)
@example(case=Case(Nq=3, Nk=5, kind="normal", causal=True), window=(1, 1), at=1)
@example(case=Case(Nq=5, Nk=3, kind="normal"), window=(0, 1), at=1)
@example(case=Case(Nq=5, Nk=3, kind="normal", causal=True), window=None, at=1)
@example(case=replace(MANY_HEADS, causal=True), window=(2, 0), at=2)
def test_each_query_gets_the_same_alone_with_the_keys_that_it_sees(kata, device, case, window, at):
    i = at % max(1, case.Nq)
    seen = np.flatnonzero(visible(case, window)[i : i + 1].any(0))
    first, last = (int(seen[0]), int(seen[-1]) + 1) if len(seen) else (0, 0)
    q, k, v = case.tensors(device)
    scale = {} if case.scale is None else {"scale": case.scale}
    out = kata.attention(q, k, v, **options_of(case, window))
    alone = kata.attention(q[:, :, i : i + 1], k[:, :, first:last], v[:, :, first:last], **scale)
    what = f"query {i} alone, with keys {first} to {last}, last excluded, and no mask: out"
    assert_close(alone, out[:, :, i : i + 1].detach(), dtype=case.dtype, terms=case.terms, factor=2, what=what)


def test_library_attention_is_refused(kata, device):
    for dtype in ("float32", "float64", "bfloat16"):
        for case in (Case(Nq=2, Nk=2, d=8, dv=8), Case(B=2, Hq=4, Hkv=2, Nq=4, Nk=4, d=8, dv=8, kind="normal")):
            q, k, v = replace(case, dtype=dtype).tensors(device)
            for options in ({}, {"causal": True}, {"window": (1, 1)}, {"causal": True, "window": (1, 0), "scale": 0.5}):
                refused = kata.run(probes.library_calls, q, k, v, options)
                assert not refused, f"{refused[0]} was called; write attention out"


def test_shapes_and_windows_that_do_not_fit_are_refused(kata):
    for shapes in (each for listed in MISFITS.values() for each in listed):
        for options in ({}, {"causal": True}, {"window": (1, 1)}):
            refuses(kata.attention, *map(torch.ones, shapes), **options)
    for name in ("d", "Nk", "Hkv", "Hq", "no key heads"):  # an empty batch hides none of them
        for shapes in MISFITS[name]:
            refuses(kata.attention, *(torch.ones(0, *shape[1:]) for shape in shapes))
    for shapes in FITTING:
        for window in ((-1, 0), (0, -1), (-1, -1), (-1, 3), (3, -1), (-HUGE, 0), (0, -HUGE)):
            refuses(kata.attention, *map(torch.ones, shapes), window=window)
            refuses(kata.attention, *map(torch.ones, shapes), window=window, causal=True)


def describe(case, window):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    event(case.kind)
    if not visible(case, window).any(1).all():
        event("a query that sees no key")
    if case.Nq < case.Nk and (case.causal or window):
        event("masked, more keys than queries")
    if window and case.causal:
        event("both masks")
    if case.Hkv > 1 and case.Hq > case.Hkv:
        event("grouped heads")
    event(f"layout {case.layouts[0]}")
