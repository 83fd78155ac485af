"""Properties of vision_language/moe_router."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.refusals import refuses
from tests.strategies.layouts import laid_out, tensor_layouts
from tests.strategies.sizes import sizes
from tests.tolerance import as_array, assert_close
from tests.vision_language.probes import moe_router as probes

BIASES = {
    "none": "all 0",
    "even": "all -2: every choice is negative",
    "mixed": "from -1 to 1, half of them negative",
    "far": "thousands below 0, all different: the biases alone decide",
    "extreme": "the same at -1e30",
}
DTYPES = ("float32", "float64", "bfloat16", "float16")


@dataclass(frozen=True)
class Case:
    """One call; its numbers are the same on every machine."""

    tokens: int = 1
    groups: int = 2
    size: int = 2
    top_groups: int = 1
    top_k: int = 1
    scale: float = 1.0
    bias: str = "none"
    dtype: str = "float32"
    bias_dtype: str = "float32"
    logits: str = "steps"
    seed: int = 0

    def tensors(self):
        """Logits, whose steps are well apart, and biases."""
        rng = np.random.default_rng(self.seed)
        experts = self.groups * self.size
        if self.logits == "prompt":
            scores = np.array([[0.9, 0.1, 0.5, 0.75]])
            logits = np.log(scores) - np.log1p(-scores)
        elif self.logits == "tiny":
            logits = np.full((self.tokens, experts), -46.0) - rng.permutation(experts) / 2
        elif experts <= 16:
            steps = (np.arange(experts) - experts // 2) / 2
            logits = np.array([rng.permutation(steps) for _ in range(self.tokens)]).reshape(self.tokens, experts)
        else:
            logits = rng.normal(0, 2, (self.tokens, experts))
        order = rng.permutation(experts)
        bias = {
            "none": np.zeros(experts),
            "even": np.full(experts, -2.0),
            "mixed": (order - experts // 2) / max(1, experts // 2),
            "far": -1000.0 * (1 + order),
            "extreme": -1e30 * (1 + order),
        }[self.bias]
        kind = torch.float64 if self.bias == "extreme" else getattr(torch, self.bias_dtype)
        return torch.from_numpy(logits).to(getattr(torch, self.dtype)), torch.from_numpy(bias).to(kind)

    @property
    def options(self):
        names = ("groups", "top_groups", "top_k", "scale")
        return {name: getattr(self, name) for name in names}


@st.composite
def cases(draw, *, dtypes=DTYPES):
    groups, size = draw(st.integers(1, 4)), draw(st.integers(2, 5))
    top_groups = draw(st.integers(1, groups))
    return Case(
        tokens=draw(sizes(small=4, largest=40)),
        groups=groups,
        size=size,
        top_groups=top_groups,
        top_k=draw(st.integers(1, top_groups * size)),
        scale=draw(st.sampled_from([1.0, 2.446, 0.5, 16.0])),
        bias=draw(st.sampled_from(list(BIASES))),
        dtype=draw(st.sampled_from(dtypes)),
        bias_dtype=draw(st.sampled_from(("float32", "float64"))),
        seed=draw(st.integers(0, 999)),
    )


PROMPT = Case(top_k=2, scale=2.0, bias="even", logits="prompt")
MOONLIGHT = Case(tokens=5, groups=1, size=64, top_k=6, scale=2.446, bias="mixed")
DEEPSEEK = Case(tokens=5, groups=8, size=32, top_groups=4, top_k=8, scale=2.5, bias="even", seed=1)
LONG = Case(tokens=129, groups=4, size=3, top_groups=2, top_k=4, bias="mixed")


@settings(max_examples=60)
@given(case=cases(), layout=tensor_layouts())
@example(case=PROMPT, layout="plain")
@example(case=MOONLIGHT, layout="plain")
@example(case=replace(MOONLIGHT, dtype="bfloat16"), layout="transposed")
@example(case=DEEPSEEK, layout="differentiable")
@example(case=LONG, layout="sliced")
@example(case=Case(tokens=0, top_k=2), layout="plain")
@example(case=Case(tokens=4, groups=3, top_groups=2, top_k=4, bias="even"), layout="plain")
@example(case=Case(tokens=8, groups=3, size=3, top_groups=2, top_k=6, bias="mixed", scale=16.0), layout="plain")
@example(case=Case(tokens=6, groups=4, size=3, top_groups=2, top_k=5, bias="far"), layout="plain")
@example(case=Case(tokens=6, groups=4, size=3, top_groups=2, top_k=5, bias="extreme"), layout="plain")
@example(case=Case(tokens=6, groups=4, size=3, top_k=3, bias="extreme", dtype="float16"), layout="plain")
@example(case=Case(tokens=8, groups=4, size=4, top_groups=1, top_k=3, bias="mixed"), layout="plain")
@example(case=Case(tokens=2, top_k=2, bias="mixed", dtype="float16", bias_dtype="float64"), layout="plain")
@example(case=Case(groups=1, top_k=2, logits="tiny"), layout="plain")
@example(case=Case(groups=1, top_k=1, logits="tiny", dtype="float64"), layout="plain")
def test_experts_and_weights_are_those_of_the_scalar_loops(kata, solution, case, layout):
    describe(case)
    logits, bias = (laid_out(each, layout) for each in case.tensors())
    before = (logits.detach().clone(), bias.detach().clone())
    with trusted_parts():
        check(*solution.route(logits, bias, **case.options), *before, case)
    indices, weights = kata.route(logits, bias, **case.options)
    for name, tensor, old in zip(("logits", "bias"), (logits, bias), before, strict=True):
        assert torch.equal(tensor, old), f"{name} were changed to {tensor}"
    check(indices, weights, *before, case)


@settings(max_examples=40)
@given(case=cases(dtypes=("float32", "float64")), more=st.sampled_from([-8.0, -1.0, -0.5, 1.0, 4.0]))
@example(case=replace(PROMPT, bias="none"), more=-2.0)
@example(case=Case(tokens=4, groups=3, top_groups=2, top_k=4), more=-8.0)
@example(case=Case(tokens=4, groups=4, size=3, top_k=2, bias="mixed"), more=4.0)
def test_what_is_added_to_every_bias_changes_nothing(kata, case, more):
    case = replace(case, bias=case.bias if case.bias in ("none", "even", "mixed") else "mixed")
    logits, bias = case.tensors()
    indices, weights = kata.route(logits, bias + more, **case.options)
    check(indices, weights, logits, bias, case, size=16.0)


@settings(max_examples=40)
@given(case=cases(dtypes=("float64", "float32")), seed=st.integers(0, 99))
@example(case=replace(PROMPT, dtype="float64"), seed=0)
@example(case=replace(PROMPT, dtype="float64", scale=1.0), seed=1)
@example(case=Case(tokens=3, groups=3, size=3, top_groups=2, top_k=4, bias="mixed", dtype="float64"), seed=2)
@example(case=Case(tokens=0, groups=1, dtype="float64"), seed=0)
def test_gradients_reach_the_logits_through_scores_and_sum(kata, case, seed):
    logits, bias = case.tensors()
    price = torch.from_numpy(np.random.default_rng(seed).normal(size=tuple(logits.shape))).to(logits.dtype)
    report = kata.run(probes.gradient, logits, bias, case.options, price)
    gradient = report["gradient"]
    if gradient is None and not case.tokens:
        return
    assert gradient is not None, "no gradient reaches the logits"
    indices = chosen_of(report["indices"], logits, case)
    expected = np.zeros(logits.shape)
    for token, row in enumerate(as_array(logits)):
        prices = as_array(price)[token]
        scores = {expert: 1 / (1 + math.exp(-row[expert])) for expert in indices[token]}
        total = sum(scores.values()) + 1e-20
        mean = sum(prices[expert] * score for expert, score in scores.items()) / total
        for expert, score in scores.items():  # d(price * score / total): its own score, and its part of the total
            expected[token, expert] = case.scale * (prices[expert] - mean) / total * score * (1 - score)
    terms = case.scale * float(as_array(price.abs()).max(initial=1.0))
    assert_close(gradient, expected, dtype="float32", terms=terms, what="the gradient of logits")


def refusals():
    """Experts, groups, top_groups and top_k that do not go together."""
    yield from [(4, 3, 1, 1), (4, 8, 1, 1), (6, 4, 4, 2), (7, 2, 1, 1), (255, 8, 4, 8)]  # not divided
    yield from [(4, 4, 1, 1), (4, 4, 4, 2), (1, 1, 1, 1), (0, 1, 1, 1), (3, 3, 3, 1)]  # fewer than 2 in a group
    yield from [(4, 2, 1, 3), (4, 2, 2, 5), (12, 4, 2, 7), (4, 1, 1, 5), (256, 8, 4, 129), (64, 8, 1, 9)]  # too few


def test_groups_that_do_not_fit_and_too_many_experts_are_refused(kata):
    for experts, groups, top_groups, top_k in refusals():
        options = {"groups": groups, "top_groups": top_groups, "top_k": top_k, "scale": 1.0}
        for tokens in (2, 0):
            logits = torch.arange(tokens * experts, dtype=torch.float32).reshape(tokens, experts)
            refuses(kata.route, logits, torch.zeros(experts), **options)


def check(indices, weights, logits, bias, case, size=1.0):
    """Fail where experts are chosen that the rules do not choose, or where weights are not theirs."""
    chosen = chosen_of(indices, logits, case)
    assert isinstance(weights, torch.Tensor), f"weights are {weights!r}, a tensor is expected"
    assert weights.dtype in (torch.float32, torch.float64), f"weights are {weights.dtype}, at least float32 is expected"
    shape = (logits.shape[0], case.top_k)
    assert tuple(weights.shape) == shape, f"weights have shape {tuple(weights.shape)}, expected {shape}"
    expected = np.zeros(shape)
    for token, row in enumerate(as_array(logits)):
        scores = [1 / (1 + math.exp(-logit)) for logit in row]
        best = best_experts(scores, as_array(bias).tolist(), case, size)
        if best is None:
            event("a row with a tie")
        else:
            assert sorted(chosen[token]) == best, f"token {token} is sent to {chosen[token]}, expected {best}"
        total = sum(scores[expert] for expert in chosen[token]) + 1e-20
        expected[token] = [case.scale * scores[expert] / total for expert in chosen[token]]
    assert_close(weights, expected, dtype="float32", terms=case.scale, what="weights")


def best_experts(scores, bias, case, size):
    """The experts to choose, sorted; None where a tie, or what is one in float32, leaves them open."""
    choice = [score + each for score, each in zip(scores, bias, strict=True)]
    nearly = 2.0**-17 * max(size, *map(abs, choice))
    ranks = []
    for group in range(case.groups):
        best, second = sorted(choice[group * case.size : (group + 1) * case.size])[:-3:-1]
        ranks.append(best + second)
    groups = top(ranks, case.top_groups, nearly)
    if groups is None:
        return None
    inside = [expert for expert in range(len(choice)) if expert // case.size in groups]
    places = top([choice[expert] for expert in inside], case.top_k, nearly)
    return None if places is None else sorted(inside[place] for place in places)


def top(values, count, nearly):
    """The places of the largest values; None where the last one in and the first one out are nearly the same."""
    order = sorted(range(len(values)), key=lambda place: -values[place])
    if count < len(order) and values[order[count - 1]] - values[order[count]] < nearly:
        return None
    return order[:count]


def chosen_of(indices, logits, case):
    """The indices as lists, after their form has been checked."""
    assert isinstance(indices, torch.Tensor), f"indices are {indices!r}, a tensor is expected"
    assert indices.dtype == torch.int64, f"indices are {indices.dtype}, expected torch.int64"
    shape = (logits.shape[0], case.top_k)
    assert tuple(indices.shape) == shape, f"indices have shape {tuple(indices.shape)}, expected {shape}"
    rows = indices.tolist()
    for token, row in enumerate(rows):
        assert len(set(row)) == len(row), f"token {token} is sent to {row}: one expert twice"
        assert all(0 <= expert < logits.shape[1] for expert in row), f"token {token} is sent to {row}: no such expert"
    return rows


def describe(case):
    """Show with --hypothesis-show-statistics that the unfriendly inputs are there."""
    event(f"biases: {case.bias}")
    event(case.dtype)
    if case.top_k == case.top_groups * case.size:
        event("every expert of the open groups is chosen")
