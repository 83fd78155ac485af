"""Properties of distributed/sharded_states."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.distributed.probes import sharded_states as probes
from tests.strategies.layouts import laid_out
from tests.strategies.sizes import sizes

DEFAULTS = {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
SCALES = (1.0, 2.0**-27, 2.0**-40, 2.0**20, 2.0**500, 2.0**-600)
"""Of gradients: 2^-27 is about eps; the squares of the last two are near the limits of floats, or vanish."""


@dataclass(frozen=True)
class Run:
    """Steps on some ranks. Gradients are small integers times a power of two, so that their sums are exact.

    Attributes:
        n, world, steps: how many parameters, ranks and steps.
        options: the keyword arguments of the optimizer; what is left out stays at its default.
        scale, seed: what the gradients are; they are the same on every machine.
        gaps, layout: whether the parameters lie apart in memory, and how the gradients lie.
    """

    n: int = 1
    world: int = 1
    steps: int = 1
    options: dict[str, Any] = field(default_factory=lambda: {"lr": 0.5})
    scale: float = 1.0
    seed: int = 0
    gaps: bool = False
    layout: str = "plain"

    def parameters(self):
        """The values before the first step."""
        rng = np.random.default_rng(self.seed)
        return rng.integers(-3, 4, self.n) * rng.choice([1.0, 0.1, 100.0], self.n)

    def gradients(self):
        """For each step, an array for each rank; about half of the numbers are 0."""
        rng = np.random.default_rng(self.seed + 1)
        values = rng.integers(-4, 5, (self.steps, self.world, self.n)) * rng.integers(0, 2, (self.steps, 1, self.n))
        return [[laid_out(each * self.scale, self.layout) for each in step] for step in values]

    def expected(self):
        """For each step: the parameters, and how far a right answer may be from them, both (n,).

        Each m and v is summed anew from all gradients so far, in Python's floats. What is rounded is the parameter, and
        the weighted sum of |g| in proportion to the square root: some 20 times a step in any order of the formulas, and
        40 steps make 800 roundings.
        """
        options = DEFAULTS | self.options
        lr, eps, (beta1, beta2) = options["lr"], options["eps"], options["betas"]
        means = np.sum(self.gradients(), axis=1) / self.world
        columns = []
        for number, p in enumerate(self.parameters().tolist()):
            grads, column, size = means[:, number].tolist(), [], abs(p)
            for t in range(1, self.steps + 1):
                p -= lr * options["weight_decay"] * p  # noqa: PLW2901
                first = [(1 - beta1) * beta1 ** (t - i) for i in range(1, t + 1)]
                second = [(1 - beta2) * beta2 ** (t - i) for i in range(1, t + 1)]
                m = math.fsum(w * g for w, g in zip(first, grads, strict=False)) / (1 - beta1**t)
                terms = math.fsum(w * abs(g) for w, g in zip(first, grads, strict=False)) / (1 - beta1**t)
                v = math.fsum(w * g * g for w, g in zip(second, grads, strict=False)) / (1 - beta2**t)
                p -= lr * m / (math.sqrt(v) + eps)  # noqa: PLW2901
                size += abs(p) + lr * terms / (math.sqrt(v) + eps)
                column.append((p, 800 * 2.0**-53 * size))
            columns.append(column)
        return [(np.array([c[t][0] for c in columns]), np.array([c[t][1] for c in columns])) for t in range(self.steps)]


@st.composite
def runs(draw):
    """Few parameters and many ranks as well as the other way round, all options, each also at its default."""
    options = {"lr": draw(st.sampled_from((0.5, 1e-3, 1.0)))}
    for name, values in (
        ("betas", ((0.9, 0.999), (0.0, 0.0), (0.5, 0.25), (0.0, 0.9), (0.9, 0.0), (0.99, 0.9999))),
        ("eps", (1e-8, 1e-3, 1.0, 1e-30)),
        ("weight_decay", (0.0, 0.1, 0.01, 1.0)),
    ):
        if draw(st.booleans()):
            options[name] = draw(st.sampled_from(values))
    return Run(
        n=draw(sizes(smallest=1, small=7, largest=40)),
        world=draw(st.sampled_from((2, 1, 3, 4, 5, 8))),
        steps=draw(st.sampled_from((1, 2, 3, 5))),
        options=options,
        scale=draw(st.sampled_from(SCALES)),
        seed=draw(st.integers(0, 99)),
        gaps=draw(st.booleans()),
        layout=draw(st.sampled_from(("plain", "sliced", "read-only"))),
    )


DECAY = {"lr": 0.5, "weight_decay": 0.1}
EXAMPLES = (
    Run(2, 1),
    Run(5, 2, 2),
    Run(5, 2, 3, DECAY, seed=3),
    Run(6, 3, 3, DECAY),
    Run(1, 3, 2, DECAY, seed=5),
    Run(2, 5, 3, DECAY, seed=6),
    Run(7, 4, 3, {"lr": 0.5, "betas": (0.5, 0.25), "eps": 1.0, "weight_decay": 0.1}),
    Run(3, 2, 40, {"lr": 1e-3, "betas": (0.99, 0.9999), "weight_decay": 0.01}),
    Run(4, 2, 2, {"lr": 0.5, **DEFAULTS}),
    Run(4, 2, 3, {"lr": 1.0, "betas": (0.0, 0.0)}, seed=2),
    Run(5, 3, 2, scale=2.0**-27, seed=2),
    Run(5, 3, 2, scale=2.0**500, seed=2),
    Run(5, 3, 2, scale=2.0**-600, seed=2),
    Run(5, 2, 2, DECAY, gaps=True, layout="read-only"),
    Run(40, 8, 2, DECAY),
)


def with_examples(test):
    """Every run of ``EXAMPLES``, before those that are drawn."""
    for each in reversed(EXAMPLES):
        test = example(run=each)(test)
    return test


@settings(max_examples=60)
@given(run=runs())
@with_examples
def test_parameters_are_those_of_adamw_on_the_mean_gradient(kata, solution, run):
    event("ranks of padding alone" if -(-run.n // run.world) * (run.world - 1) >= run.n else "full shards")
    expected = run.expected()
    with trusted_parts():
        check(run, solution.run(probes.train, *arguments(run)), expected)
    check(run, kata.run(probes.train, *arguments(run)), expected)


@settings(max_examples=30)
@given(run=runs())
@with_examples
def test_like_adamw_of_torch(kata, run):
    torch = pytest.importorskip("torch")
    parameters = torch.from_numpy(run.parameters()).requires_grad_()
    optimizer = torch.optim.AdamW([parameters], **DEFAULTS | run.options)
    expected = []
    for step, (values, allowed) in zip(np.sum(run.gradients(), axis=1) / run.world, run.expected(), strict=True):
        parameters.grad = torch.from_numpy(step)
        optimizer.step()
        got = parameters.detach().numpy().copy()
        with trusted_parts():
            assert (np.abs(got - values) <= allowed).all(), f"torch gives {got}, expected {values}"
        expected.append((got, 2 * allowed))
    check(run, kata.run(probes.train, *arguments(run)), expected)


@settings(max_examples=40)
@given(run=runs())
@with_examples
def test_ranks_meet_twice_a_step_and_change_nothing_else(kata, run):
    report = kata.run(probes.train, *arguments(run))
    check_met(report)
    for rank, calls in enumerate(report["calls"]):
        expected = ["reduce_scatter", "all_gather"] * run.steps
        assert calls == expected, f"in {run.steps} steps, rank {rank} called {calls}"
    assert report["padding"] == 0, f"padding holds {report['padding']}, it must be zeros"
    assert not report["changed"], f"the gradient of rank {report['changed'][0]} was changed"


@settings(max_examples=40)
@given(run=runs())
@with_examples
def test_each_rank_counts_the_state_of_its_shard(kata, run):
    report = kata.run(probes.train, *arguments(run))
    check_met(report)
    counts, most = report["state_elements"], 2 * -(-run.n // run.world)
    for rank, count in enumerate(counts):
        assert type(count) is int, f"state_elements of rank {rank} is {count!r}"
        assert 0 <= count <= most, f"rank {rank} holds {count} numbers, 2 ceil({run.n} / {run.world}) is {most}"
    assert sum(counts) >= 2 * run.n, f"all ranks hold {counts} numbers, {run.n} parameters need {2 * run.n}"


@pytest.mark.parametrize("world", [1, 4])
def test_no_more_is_held_than_counted(kata, world):
    n = 3_000 * world - 1
    for rank in {0, world - 1}:
        report = kata.run(probes.held_memory, n, rank, world)
        # m and v take 48,000 bytes; one more array of a shard would take 24,000, and of all parameters more.
        allowed = 8 * min(report["state_elements"], 6_000) + 12_000
        assert report["bytes"] <= allowed, f"rank {rank} holds {report['bytes']} bytes, two arrays of 3,000 take 48,000"


def arguments(run):
    """What the probe takes."""
    return run.parameters(), run.gradients(), run.options, run.gaps


def check_met(report):
    """Fail where a rank waited in vain."""
    assert not report["stuck"], f"nobody comes any more: {'; '.join(report['stuck'])}"


def check(run, report, expected):
    """Fail unless all ranks hold the expected parameters after each step, with the same bits."""
    check_met(report)
    for number, (step, (values, allowed)) in enumerate(zip(report["parameters"], expected, strict=True), start=1):
        for rank, got in enumerate(step):
            good = np.abs(got - values) <= allowed
            assert good.all(), (
                f"after step {number}, rank {rank} of {run.world} has {got[~good][0]} in place "
                f"{int(np.argmin(good))}, expected {values[~good][0]}"
            )
            assert got.tobytes() == step[0].tobytes(), (
                f"ranks 0 and {rank} differ after step {number}: {step[0]}, {got}"
            )
