"""Hypothesis as the grader runs it: the private names that it needs, and what a run does and leaves behind."""

from __future__ import annotations

import pytest
from hypothesis import Phase, example, given, settings, strategies
from hypothesis.errors import InvalidArgument

from dojo.grading import generation


def fresh():
    """A test under Hypothesis that fails above 100."""

    @settings(max_examples=30)
    @given(x=strategies.integers(0, 1_000))
    @example(x=7)
    def test(limit, x):
        assert x <= limit

    return test


@pytest.mark.parametrize("name", generation.PRIVATE)
def test_the_private_names_of_hypothesis_are_where_they_were(name):
    assert hasattr(fresh(), name), f"this release of Hypothesis has no {name}: mend dojo/grading/generation.py"


def test_the_list_of_examples_is_where_it_was():
    assert generation.has_examples(fresh())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_same_seed_draws_the_same_inputs(seed):
    runs = []
    for _ in range(2):
        drawn = []
        generation.run(
            fresh(), {"limit": 1_000}, lambda _test, given, drawn=drawn: drawn.append(given["x"]),
            seed=seed, phases=[Phase.generate],
        )  # fmt: skip
        runs.append(drawn)
    assert runs[0] == runs[1]
    assert len(runs[0]) == 30


def test_stop_ends_a_run_at_once_and_the_test_is_as_it_was():
    test = fresh()
    before = [test.hypothesis.inner_test, getattr(test, generation.PRIVATE[0])]
    tried = []

    def inner(_original, given):
        tried.append(given["x"])
        raise generation.Stop("enough")

    with pytest.raises(generation.Stop):
        generation.run(test, {"limit": 1_000}, inner, seed=0, phases=[Phase.generate, Phase.shrink])
    assert len(tried) == 1
    assert [test.hypothesis.inner_test, getattr(test, generation.PRIVATE[0])] == before


def test_examples_are_a_phase_of_their_own():
    tried = []
    generation.run(
        fresh(), {"limit": 9}, lambda _test, given: tried.append(given["x"]), seed=0, phases=[Phase.explicit]
    )
    assert tried == [7]


def test_a_wrong_use_of_hypothesis_is_told_apart():
    assert generation.is_own_error(InvalidArgument("no such strategy"))
    assert not generation.is_own_error(ValueError("no"))
