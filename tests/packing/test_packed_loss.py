"""Properties of packing/packed_loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.packing.probes import packed_loss as probes
from tests.refusals import refuses
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.tolerance import assert_close


@dataclass(frozen=True)
class Case:
    """A packed row: lengths of the sequences, size of the vocabulary, and what logits and labels are.

    Kinds: ``integers`` (small ones), ``normal``, ``huge`` (up to 60,000, within float16), ``closed`` (most tokens that
    are not the target are ruled out by -inf), ``flat`` (all logits are 0). ``ignored`` says which labels are ignored:
    those whose place leaves that rest when divided by 3; 3 is none, 4 is all. ``first`` is the label that every
    sequence begins with.
    """

    lengths: tuple[int, ...] = (2,)
    tokens: int = 2
    kind: str = "integers"
    dtype: str = "float64"
    seed: int = 0
    ignored: int = 3
    ignore_index: int | None = None
    first: int | None = None
    wide: bool = False
    layout: str = "plain"

    def tensors(self, device: str = "cpu") -> tuple[Any, Any, Any]:
        """logits, labels and cu_seqlens."""
        rng = np.random.default_rng(self.seed)
        count = sum(self.lengths)
        labels = rng.integers(0, self.tokens, count)
        shape = (count, self.tokens)
        if self.kind == "normal":
            logits = 4 * rng.standard_normal(shape)
        elif self.kind == "huge":
            logits = rng.choice([-6e4, 0.0, 3e4, 6e4], shape)
        elif self.kind == "flat":
            logits = np.zeros(shape)
        else:
            logits = rng.integers(-2, 3, shape).astype(np.float64)
        if self.kind == "closed":
            target = np.append(labels[1:], 0) if count else labels
            closed = (rng.random(shape) < 0.7) & (np.arange(self.tokens) != target[:, None])
            logits[closed] = -np.inf
        nothing = -100 if self.ignore_index is None else self.ignore_index
        labels[(np.arange(count) % 3 == self.ignored) | (self.ignored == 4)] = nothing
        if self.first is not None:
            labels[[start for start, end in pairwise(self.borders) if end > start]] = self.first
        made = torch.from_numpy(logits).to(dtype=getattr(torch, self.dtype), device=device)
        borders = torch.tensor(self.borders, dtype=torch.int64 if self.wide else torch.int32, device=device)
        return laid_out(made, self.layout), torch.from_numpy(labels).to(device), borders

    @property
    def borders(self) -> list[int]:
        """cu_seqlens as a list."""
        return list(accumulate(self.lengths, initial=0))

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments; what is None is left out."""
        return {} if self.ignore_index is None else {"ignore_index": self.ignore_index}


@lru_cache(maxsize=8)
def written_out(case):
    """The loss, its gradient and which places predict a target, in float64, target by target."""
    logits, labels, _ = case.tensors()
    logits = logits.detach().double()
    nothing = case.options.get("ignore_index", -100)
    pairs = [
        (place - 1, int(labels[place]))
        for start, end in pairwise(case.borders)
        for place in range(start + 1, end)
        if int(labels[place]) != nothing
    ]
    loss = torch.zeros((), dtype=torch.float64)
    gradient = torch.zeros_like(logits)
    for place, target in pairs:
        weights = torch.exp(logits[place] - logits[place].max())
        loss += (logits[place].max() - logits[place, target] + weights.sum().log()) / len(pairs)
        gradient[place] = weights / weights.sum() / len(pairs)
        gradient[place, target] -= 1 / len(pairs)
    judged = torch.zeros(len(logits), dtype=torch.bool)
    judged[[place for place, _ in pairs]] = True
    return loss, gradient, judged


@st.composite
def cases(draw, *, dtypes=("float64", "float32", "float16", "bfloat16")):
    """Few sequences of few tokens, empty ones and ones of a single token among them."""
    lengths = draw(st.lists(st.sampled_from([2, 3, 1, 0, 4, 17]), max_size=5))
    tokens = draw(st.sampled_from([2, 3, 1, 5, 33]))
    return Case(
        lengths=tuple(lengths),
        tokens=tokens,
        kind=draw(st.sampled_from(["integers", "normal", "closed", "huge"])),
        dtype=draw(st.sampled_from(dtypes)),
        seed=draw(st.integers(0, 99)),
        ignored=draw(st.sampled_from([3, 0, 1, 2, 4])),
        ignore_index=draw(st.sampled_from([None, None, -100, -1, 0, tokens - 1, 10**6])),
        first=draw(st.sampled_from([None, None, -100, -7, 10**9])),
        wide=draw(st.booleans()),
        layout=draw(tensor_layouts()),
    )


def check(case, device, loss, gradient, slope):
    """Fail where loss or gradient is not what the sums written out give."""
    expected, of_logits, judged = written_out(case)
    wide = "float64" if case.dtype == "float64" else "float32"
    logits = case.tensors()[0].detach()
    finite = logits[logits.isfinite()].double().abs()
    size = max(1.0, float(finite.max()) if finite.numel() else 1.0)
    assert loss.shape == (), f"the loss has shape {tuple(loss.shape)}, expected ()"
    assert loss.dtype == getattr(torch, wide), f"the loss has dtype {loss.dtype}, expected {wide}"
    assert loss.device.type == device, f"the loss is on {loss.device}"
    if not judged.any():
        assert loss == 0, f"the loss is {loss.item()}, expected 0: there is no target"
    # A logarithm of a sum is as exact as the largest logit, and so is a weight computed from it.
    assert_close(loss, expected, dtype=wide, terms=size, what="loss")
    assert gradient.dtype == logits.dtype, f"the gradient has dtype {gradient.dtype}, the logits {logits.dtype}"
    assert gradient.shape == logits.shape, f"the gradient has shape {tuple(gradient.shape)}"
    if gradient.numel():
        terms = float(of_logits.abs().max()) * abs(slope) * size
        rule = {"dtype": case.dtype, "terms": terms, "empty": ~judged, "factor": 2}
        assert_close(gradient, of_logits * slope, what="the gradient", **rule)


@settings(max_examples=60)
@given(case=cases(), slope=st.sampled_from([1.0, 1.0, 3.0, -0.5]))
@example(case=Case((3, 0, 2), 4), slope=1.0)
@example(case=Case((3, 0, 2), 4, "closed"), slope=1.0)
@example(case=Case((2,)), slope=3.0)
@example(case=Case((2, 2), 3, "normal"), slope=1.0)
@example(case=Case((2, 4), 3, "normal"), slope=1.0)
@example(case=Case((4, 2, 3), 3, "normal", first=10**9), slope=1.0)
@example(case=Case((4, 2, 3), 3, "normal", first=-7), slope=1.0)
@example(case=Case((1, 3, 1, 2), 3, "normal", "float32", ignored=1), slope=-0.5)
@example(case=Case((3, 3), 3, "normal", ignored=2, ignore_index=-1), slope=1.0)
@example(case=Case((3, 3), 3, "normal", ignored=2, ignore_index=10**6), slope=1.0)
@example(case=Case((3, 4), 3, "normal", ignore_index=0), slope=1.0)
@example(case=Case((3, 4), 3, "normal", ignore_index=2), slope=1.0)
@example(case=Case((3, 4), 3, "normal", ignored=1, ignore_index=-100), slope=1.0)
@example(case=Case((5,), 4, "closed", "float32", ignored=2), slope=1.0)
@example(case=Case((3, 4), 4, "closed", "float16", ignored=1), slope=1.0)
@example(case=Case((4, 4), 3, "huge", "float16"), slope=1.0)
@example(case=Case((4, 4), 3, "huge", "float32"), slope=1.0)
@example(case=Case((17, 17), 5, "normal", "bfloat16"), slope=1.0)
@example(case=Case((17, 17), 5, "normal", "float16"), slope=1.0)
@example(case=Case((4, 3), 3, "normal", layout="transposed"), slope=1.0)
@example(case=Case((4, 3), 3, "normal", layout="sliced", wide=True), slope=1.0)
@example(case=Case((4, 3), 3, "normal", layout="differentiable"), slope=1.0)
def test_the_loss_is_the_mean_over_all_targets_and_so_is_its_gradient(kata, solution, device, case, slope):
    arguments = case.tensors(device)
    with trusted_parts():
        check(case, device, *solution.run(probes.loss_and_gradient, *arguments, case.options, slope), slope)
    got = kata.run(probes.loss_and_gradient, *arguments, case.options, slope)
    for name, now, before in zip(("logits", "labels", "cu_seqlens"), arguments, case.tensors(device), strict=True):
        assert torch.equal(now, before), f"{name} was changed to {now}"
    check(case, device, *got, slope)
    event("no target" if not written_out(case)[2].any() else "targets")


@settings(max_examples=4)
@given(case=st.builds(Case, st.just((600, 500)), dtype=st.just("bfloat16"), seed=st.integers(0, 99)))
@example(case=Case((1100,), 3, "flat", "bfloat16"))
@example(case=Case((2100, 200), 2, "flat", "float16"))
@example(case=Case((300,), 300, "flat", "bfloat16"))
def test_long_sums_are_kept_in_float32(kata, solution, device, case):
    arguments = case.tensors(device)
    with trusted_parts():
        check(case, device, *solution.run(probes.loss_and_gradient, *arguments, case.options, 1.0), 1.0)
    check(case, device, *kata.run(probes.loss_and_gradient, *arguments, case.options, 1.0), 1.0)


@settings(max_examples=30)
@given(
    case=cases(),
    lengths=st.sampled_from([(), (0,), (1,), (1, 1, 1), (0, 1, 0), (3, 1), (4, 2)]),
    slope=st.sampled_from([1.0, -2.0]),
)
@example(case=Case(), lengths=(), slope=1.0)
@example(case=Case(), lengths=(0, 0), slope=1.0)
@example(case=Case(), lengths=(1, 1), slope=1.0)
@example(case=Case(), lengths=(2, 3), slope=1.0)
@example(case=Case(tokens=4, kind="closed"), lengths=(3, 1), slope=1.0)
@example(case=Case(tokens=4, kind="closed"), lengths=(1,), slope=1.0)
@example(case=Case(tokens=3, kind="huge", dtype="float16"), lengths=(4, 2), slope=1.0)
@example(case=Case(tokens=1, ignore_index=0), lengths=(4, 2), slope=1.0)
@example(case=Case(tokens=4, kind="closed", dtype="bfloat16"), lengths=(4, 2), slope=-2.0)
def test_without_a_target_loss_and_gradient_are_0(kata, device, case, lengths, slope):
    case = replace(case, lengths=lengths, ignored=4)
    loss, gradient = kata.run(probes.loss_and_gradient, *case.tensors(device), case.options, slope)
    check(case, device, loss, gradient, slope)


@settings(max_examples=30)
@given(case=cases(dtypes=("float64",)), number=st.sampled_from([-7, 0, 10**9]))
@example(case=Case((2, 2), 3, "normal"), number=0)
@example(case=Case((3, 1, 2), 3, "normal"), number=10**9)
@example(case=Case((3, 1, 2), 3, "normal", layout="transposed"), number=0)
@example(case=Case((3, 1, 2), 3, "normal", layout="sliced"), number=0)
@example(case=Case((3, 1, 2), 3, "normal", layout="differentiable"), number=0)
@example(case=Case((3, 1, 2), 3, "normal", ignored=0), number=-7)
def test_first_labels_and_last_logits_have_no_say(kata, device, case, number):
    case = replace(case, first=None)
    logits, labels, cu_seqlens = case.tensors(device)
    loss = kata.packed_loss(logits, labels, cu_seqlens, **case.options)
    logits, labels = logits.detach().clone(), labels.clone()
    for start, end in pairwise(case.borders):
        if end > start:
            labels[start] = number
            logits[end - 1] = 2 - 3 * logits[end - 1].nan_to_num(neginf=1.0)
    again = kata.packed_loss(logits, labels, cu_seqlens, **case.options)
    size = max(1.0, float(logits[logits.isfinite()].abs().max()) if logits.numel() else 1.0)
    what = f"the loss with other first labels ({number}) and other last logits"
    assert_close(again, loss.detach(), dtype="float64", terms=size, factor=2, what=what)


def test_shapes_and_borders_that_do_not_fit_are_refused(kata):
    for of_logits, of_labels in (
        ((4, 3), (3,)),
        ((4, 3), (5,)),
        ((4, 3), (4, 1)),
        ((4, 3), (4, 3)),
        ((4, 3), (1,)),
        ((4, 3), ()),
        ((4,), (4,)),
        ((1, 4, 3), (4,)),
        ((1, 4, 3), (1, 4)),
        ((4, 3, 1), (4,)),
        ((4, 1, 3), (4,)),
        ((3, 4), (4,)),
    ):
        for ignore_index in (-100, 0):
            labels = torch.ones(of_labels, dtype=torch.int64)
            borders = torch.tensor([0, 4])
            refuses(kata.packed_loss, torch.ones(of_logits), labels, borders, ignore_index=ignore_index)
    for borders in (
        [],
        [4],
        [0],
        [0, 3],
        [0, 5],
        [1, 4],
        [-1, 4],
        [0, 3, 2, 4],
        [0, 5, 4],
        [0, -1, 4],
        [0, 2, 3],
        [0, 4, 5],
        [0, 4, 3],
        [4, 0],
        [[0, 4]],
        [[0], [4]],
    ):
        for dtype in (torch.int32, torch.int64):
            for label in (1, -100):
                labels = torch.full((4,), label)
                refuses(kata.packed_loss, torch.ones(4, 3), labels, torch.tensor(borders, dtype=dtype))
    refuses(kata.packed_loss, torch.ones(4, 3), torch.ones(4, dtype=torch.int64), torch.tensor(4))
    refuses(kata.packed_loss, torch.ones(0, 3), torch.ones(0, dtype=torch.int64), torch.tensor([0, 1]))
