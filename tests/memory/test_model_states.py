"""Properties of memory/model_states."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.refusals import refuses
from tests.strategies.magnitudes import integers

PARTS = ("weights", "gradients", "optimizer")
GB = 10**9

counts = st.one_of(st.integers(0, 50), st.integers(10**9, 10**12), integers().map(abs))
worlds = st.one_of(st.integers(1, 9), st.sampled_from([16, 17, 64, 100, 1024, 2**53 + 1, 10**30]))
sizes = st.one_of(st.integers(0, 16), st.sampled_from([17, 64, 10**6 + 1, 2**53 + 1]))
settings_of_a_run = st.fixed_dictionaries(
    {},
    optional={
        "stage": st.integers(0, 3),
        "world": worlds,
        "weight_bytes": st.one_of(st.just(2), sizes),
        "gradient_bytes": st.one_of(st.just(2), sizes),
        "optimizer_bytes": st.one_of(st.just(12), sizes),
    },
)
"""Keyword arguments: each is left out, given at its default, or given."""


def by_fractions(
    parameters, stage=0, world=1, weight_bytes=2, gradient_bytes=2, optimizer_bytes=12
):  # the defaults stand here once more, since the answer's own may be wrong
    """The same from the definition, with exact rationals; small parts are dealt out byte by byte as well."""
    whole = {"weights": weight_bytes, "gradients": gradient_bytes, "optimizer": optimizer_bytes}
    split = {0: (), 1: ("optimizer",), 2: ("optimizer", "gradients"), 3: PARTS}[stage]
    states = {}
    for part in PARTS:
        size = parameters * whole[part]
        states[part] = math.ceil(Fraction(size, world)) if part in split else size
        if part in split and size < 2**62:
            fullest_gpu = len(range(0, size, world))  # byte i goes to GPU i % world, and GPU 0 gets the most
            agreed(states[part], fullest_gpu, f"the share of {size} bytes on {world} GPUs")
    return {**states, "total": states["weights"] + states["gradients"] + states["optimizer"]}


def assert_right(got, expected, call):
    """Fail where a part is missing, differs, or is not an integer."""
    assert type(got) is dict, f"{call} returned {got!r}, a dict is wanted"
    assert set(got) == set(expected), f"{call} has the keys {sorted(got)}, expected {sorted(expected)}"
    for part, size in expected.items():
        assert type(got[part]) is int, f"{call}: {part} is {got[part]!r}, an int is wanted"
        assert got[part] == size, f"{call}: {part} is {got[part]}, expected {size}"


def told(parameters, keywords):
    """A call as text."""
    return f"model_states({', '.join([str(parameters), *(f'{key}={value}' for key, value in keywords.items())])})"


def right_result(solution, parameters, keywords):
    """What reference and oracle agree on."""
    return agreed(solution.model_states(parameters, **keywords), by_fractions(parameters, **keywords))


@given(parameters=counts, keywords=settings_of_a_run)
@example(parameters=7 * GB, keywords={})
@example(parameters=1, keywords={"stage": 3, "world": 5})
@example(parameters=0, keywords={"stage": 3, "world": 7})
@example(parameters=1, keywords={"stage": 0, "world": 7})
@example(parameters=5, keywords={"stage": 1, "world": 7})
@example(parameters=5, keywords={"stage": 2, "world": 7})
@example(parameters=5, keywords={"stage": 3, "world": 1})
@example(parameters=1, keywords={"stage": 3, "world": 64})
@example(parameters=64, keywords={"stage": 3, "world": 64})
@example(parameters=3, keywords={"stage": 3, "world": 2, "weight_bytes": 1, "gradient_bytes": 1, "optimizer_bytes": 1})
@example(parameters=2**53 + 1, keywords={"stage": 0, "weight_bytes": 1})
@example(parameters=2**53 + 1, keywords={"stage": 3, "world": 2, "gradient_bytes": 1})
@example(parameters=2**60 + 1, keywords={"stage": 3, "world": 3})
@example(parameters=10**400, keywords={"stage": 3, "world": 7})
@example(parameters=3, keywords={"stage": 3, "world": 10**30})
@example(parameters=3, keywords={"weight_bytes": 0, "gradient_bytes": 0, "optimizer_bytes": 0})
@example(parameters=3, keywords={"weight_bytes": 4, "gradient_bytes": 8, "optimizer_bytes": 6})
@example(parameters=3, keywords={"stage": 0, "world": 1, "weight_bytes": 2, "gradient_bytes": 2, "optimizer_bytes": 12})
def test_parts_are_those_of_exact_fractions(kata, solution, parameters, keywords):
    event(f"stage {keywords.get('stage', 'left out')}")
    event("beyond 2^53 bytes" if parameters > 2**53 else "small")
    assert_right(
        kata.model_states(parameters, **keywords),
        right_result(solution, parameters, keywords),
        told(parameters, keywords),
    )


@pytest.mark.parametrize(("stage", "printed"), [(0, "120"), (1, "31.4"), (2, "16.6"), (3, "1.9")])
def test_the_zero_paper_has_the_same_figures(kata, solution, stage, printed):
    keywords = {"stage": stage, "world": 64}
    parameters = 7_500_000_000
    expected = right_result(solution, parameters, keywords)
    agreed(f"{expected['total'] / GB:.3g}" if stage < 3 else f"{expected['total'] / GB:.1f}", printed, "the figure")
    assert_right(kata.model_states(parameters, **keywords), expected, told(parameters, keywords))


@settings(max_examples=60)
@given(parameters=counts, keywords=settings_of_a_run, world=worlds)
@example(parameters=7, keywords={}, world=2)
@example(parameters=2**60 + 1, keywords={}, world=3)
def test_shares_hold_all_bytes_and_each_stage_splits_one_part_more(kata, parameters, keywords, world):
    given_sizes = {key: value for key, value in keywords.items() if key.endswith("bytes")}
    stages = [kata.model_states(parameters, stage=stage, world=world, **given_sizes) for stage in range(4)]
    whole, split = stages[0], stages[3]
    for part in PARTS:
        call = f"{told(parameters, {'stage': 3, 'world': world, **given_sizes})}: {part} is {split[part]}"
        assert split[part] * world >= whole[part], f"{call}, so {world} shares do not hold {whole[part]} bytes"
        assert split[part] * world < whole[part] + world, f"{call}, so a share is larger than {whole[part]} bytes need"
    for before, after in itertools.pairwise(stages):
        changed = [part for part in PARTS if before[part] != after[part]]
        assert len(changed) <= 1, f"{changed} change from {before} to {after}, a stage splits one part more"


@pytest.mark.parametrize("parameters", [0, 1, 7 * GB])
def test_unknown_stages_and_no_gpus_are_refused(kata, parameters):
    for world in (1, 2, 64):
        for stage in (-1, 4, 5, -(2**70), 2**70):
            refuses(kata.model_states, parameters, stage=stage, world=world)
    for stage in range(4):
        for world in (0, -1, -64, -(2**70)):
            refuses(kata.model_states, parameters, stage=stage, world=world)
    for world in (0, -1):
        refuses(kata.model_states, parameters, world=world)
        refuses(kata.model_states, parameters, stage=3, world=world, optimizer_bytes=0, weight_bytes=0)
    refuses(kata.model_states, parameters, stage=4)
    refuses(kata.model_states, parameters, stage=4, world=0)
