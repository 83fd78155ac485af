"""Properties of arrays/merge_k_sorted."""

from __future__ import annotations

import heapq
import math

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.arrays.probes import merge_k_sorted as probes
from tests.strategies.sizes import sizes

EQUALS = (0, False, 0.0, -0.0, 1, True, 1.0, -1, -1.0, 2**53, 2.0**53, 2**53 + 1, math.inf, -math.inf, 10**30)
"""Numbers that are equal and can still be told apart, so that a merge that is not stable shows."""


@st.composite
def runs_of(draw, elements, *, key=None):
    """Sorted runs, few or many of them, some empty."""
    count = draw(sizes(small=5, largest=70))
    pool = draw(st.lists(elements, min_size=1, max_size=6))
    runs = draw(st.lists(st.lists(st.sampled_from(pool), max_size=5), min_size=min(count, 8), max_size=min(count, 8)))
    runs += [runs[number % 8] for number in range(count - len(runs))]  # the same lists again
    event(f"{min(9, len(runs))} runs or more, {'some' if [] in runs else 'none'} empty")
    return [sorted(run, key=key) for run in runs]


def told_apart(merged):
    """Equal numbers differ by their text."""
    return list(map(repr, merged))


@given(runs=runs_of(st.sampled_from(EQUALS)) | runs_of(st.text("ab", max_size=3)))
@example(runs=[[1, 4, 4], [4], [2, 9]])
@example(runs=[])
@example(runs=[[]])
@example(runs=[[], [], []])
@example(runs=[[3]])
@example(runs=[[0, 1, 2]])
@example(runs=[[], [1], [], [0], []])
@example(runs=[[1], [True], [1.0]])
@example(runs=[[1.0], [1, 1], [True]])
@example(runs=[[0], [2, 2.0], [1, 2], [True, 2.0]])
@example(runs=[[0.0, 5], [0, 5.0], [False, 5]])
@example(runs=[[math.inf], [1, math.inf], [-math.inf]])
@example(runs=[[""], ["", "a"], ["b"]])
@example(runs=[[2**53, 2**53 + 1], [2.0**53]])
@example(runs=[[number] for number in range(17)])
@example(runs=[[number] for number in range(33, 0, -1)])
@example(runs=[[number % 5] for number in range(65)])
@example(runs=[[1, 2, 3], [0], [0]])
def test_merges_like_the_standard_library(kata, solution, runs):
    expected = agreed(solution.merge_k([list(run) for run in runs]), list(heapq.merge(*runs)))
    asked = [list(run) for run in runs]
    got = kata.merge_k(asked)
    assert type(got) is list, f"the result is {got!r}; wanted is a list"
    assert told_apart(got) == told_apart(expected), f"merged to {got}, expected {expected}"
    assert [told_apart(run) for run in asked] == [told_apart(run) for run in runs], (
        f"runs was {runs}, now it is {asked}"
    )


@settings(max_examples=60)
@given(runs=runs_of(st.integers(-2, 2)))
@example(runs=[[1, 1], [1], [0, 1]])
@example(runs=[[5], [5], [5]])
@example(runs=[[0, 0, 0]])
@example(runs=[[1, 2], [], [0, 2], [2]])
@example(runs=[[1], [0, 1], [0, 1]])
@example(runs=[[0, 1], [0, 1], [0, 1], [0, 1], [0, 1]])
@example(runs=[[7] * 3] * 17)
@example(runs=[])
def test_only_keys_are_compared_and_ties_keep_their_order(kata, runs):
    report = kata.run(probes.merge_records, runs)
    places = [(number, index, at) for index, run in enumerate(runs) for at, number in enumerate(run)]
    expected = [(index, at) for _, index, at in sorted(places)]
    got = [None if each is None else tuple(each) for each in report["origins"]]
    assert got == expected, f"merging keys {runs} gives the elements (run, position) {got}, expected {expected}"
    assert report["elements"] == 0, f"elements were compared {report['elements']} times, only keys can be: {runs}"
    assert not report["changed"], f"the runs with the keys {runs} were changed"
    assert not report["shared"], "the result is one of the runs, not a new list"
    limit = most_comparisons(runs)
    assert report["keys"] <= limit, f"{report['keys']} comparisons for the keys {runs}, {limit} are enough"


@settings(max_examples=40)
@given(
    problem=st.one_of(
        st.tuples(st.just("len"), runs_of(st.text("ab", max_size=3), key=len)),
        st.tuples(st.just("negative"), runs_of(st.integers(-3, 3) | st.just(10**30), key=lambda each: -each)),
        st.tuples(st.just("first"), runs_of(st.tuples(st.integers(0, 2), st.integers(0, 9)), key=lambda each: each[0])),
        st.tuples(st.just("text"), runs_of(st.integers(8, 11), key=str)),
        st.tuples(st.just("none"), runs_of(st.integers(-3, 3))),
    )
)
@example(problem=("len", [["bb", "aaa"], [], ["c", "dd"]]))
@example(problem=("len", [["", "b"], ["", "a"]]))
@example(problem=("negative", [[3, 1, 0], [2, 1, -1]]))
@example(problem=("first", [[(1, 9), (1, 0)], [(0, 5), (1, 5)]]))
@example(problem=("text", [[10, 8], [11, 9]]))
@example(problem=("none", [[1, 3], [2]]))
@example(problem=("none", [[], [0]]))
def test_a_key_orders_elements_as_it_does_in_sorted(kata, solution, problem):
    name, runs = problem
    together = [element for run in runs for element in run]
    expected = agreed(probes.merge_by(solution, runs, name), sorted(together, key=probes.KEYS[name]))
    got = kata.run(probes.merge_by, runs, name)
    assert got == expected, f"merging {runs} by the key {name} gives {got}, expected {expected}"


def most_comparisons(runs):
    """The limit of the prompt."""
    elements = sum(map(len, runs))
    return 4 * elements * max(0, len(runs) - 1).bit_length() + 4 * elements


SHAPES = {
    "one long run and seven of one": [list(range(300)), *([1000 + number] for number in range(7))],
    "seven of one and one long run": [*([1000 + number] for number in range(7)), list(range(300))],
    "64 runs, one after the other": [list(range(40 * number, 40 * number + 40)) for number in range(64)],
    "64 runs, the last one first": [list(range(40 * number, 40 * number + 40)) for number in range(64)][::-1],
    "64 runs in turns": [list(range(number, 2560, 64)) for number in range(64)],
    "33 runs in turns": [list(range(number, 1320, 33)) for number in range(33)],
    "all equal": [[5] * 40 for _ in range(64)],
    "one run": [list(range(300))],
    "two runs": [list(range(0, 300, 2)), list(range(1, 300, 2))],
    "300 runs of one": [[7919 * number % 300] for number in range(300)],
    "few among empty ones": [[], list(range(100)), *([] for _ in range(20)), list(range(50, 150))],
    "twice as long each time": [[3 * number % (2**size) for number in range(2**size)] for size in range(10)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_comparisons_grow_with_n_log_k(kata, shape):
    runs = [sorted(run) for run in SHAPES[shape]]
    limit = most_comparisons(runs)
    got = kata.run(probes.merge_records, runs)["keys"]
    assert got <= limit, f"{got} comparisons of keys for {shape}, {limit} are enough"
    got = kata.run(probes.comparisons, runs)
    assert got <= limit, f"{got} comparisons of elements for {shape}, {limit} are enough"
