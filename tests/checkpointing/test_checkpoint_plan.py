"""Properties of checkpointing/checkpoint_plan."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed, trusted_parts
from tests.refusals import refuses
from tests.strategies.magnitudes import integers


def peak(sizes, kept):
    """The kept sizes, and the largest run of neighbours that are not kept."""
    total = largest = run = 0
    for index, size in enumerate(sizes):
        if index in kept:
            total, run = total + size, 0
        else:
            run += size
            largest = max(largest, run)
    return total + largest


def subsets(count):
    """Every set of indices below ``count``."""
    for number in range(2**count):
        yield {index for index in range(count) if number >> index & 1}


def best_of_all(costs, sizes, budget):
    """The least recomputed cost over all subsets, None where none is within the budget."""
    within = (kept for kept in subsets(len(costs)) if peak(sizes, kept) <= budget)
    return min((sum(cost for index, cost in enumerate(costs) if index not in kept) for kept in within), default=None)


def best_of_many(costs, sizes, budget):
    """The same for longer chains of small numbers: all subsets at once, one output after the other."""
    kept = (np.arange(2 ** len(costs))[:, None] >> np.arange(len(costs)) & 1).astype(bool)
    run = np.zeros(len(kept), dtype=np.int64)
    largest = run.copy()
    for index, size in enumerate(sizes):
        run = np.where(kept[:, index], 0, run + size)
        largest = np.maximum(largest, run)
    within = np.where(kept, sizes, 0).sum(1) + largest <= budget
    paid = np.where(kept, 0, costs).sum(1)[within]
    return int(paid.min()) if len(paid) else None


NUMBERS = st.one_of(st.integers(0, 4), st.integers(0, 9), st.integers(0, 4), integers().map(abs))


@st.composite
def chains(draw, *, smallest=0, largest=7, numbers=NUMBERS):
    """Costs, sizes and a budget that is now and then exactly the peak of some choice, or one below it."""
    count = draw(st.integers(smallest, largest))
    costs, sizes = (draw(st.lists(numbers, min_size=count, max_size=count)) for _ in range(2))
    kept = draw(st.sets(st.integers(0, max(0, count - 1))))
    budget = max(0, peak(sizes, kept) + draw(st.sampled_from([0, 0, 0, -1, 1, 3])))
    return costs, sizes, budget


def check(got, costs, sizes, budget, least):
    """Fail where a plan is not one of the best."""
    if least is None:
        assert got is None, f"plan returned {got}; no choice has a peak of {budget} or less"
        return
    assert got is not None, f"plan returned None; a recomputed cost of {least} is within the budget"
    assert type(got) is tuple and len(got) == 2, f"plan returned {got}; expected a pair (cost, kept)"  # noqa: PT018
    cost, kept = got
    assert type(kept) is list, f"the kept outputs are {kept!r}; expected a list"
    assert all(type(index) is int and 0 <= index < len(costs) for index in kept), f"{kept} are no indices of outputs"
    assert kept == sorted(set(kept)), f"the kept outputs {kept} are not in rising order, each once"
    assert peak(sizes, set(kept)) <= budget, f"to keep {kept} has the peak {peak(sizes, set(kept))}, above {budget}"
    paid = sum(each for index, each in enumerate(costs) if index not in kept)
    assert type(cost) is int, f"the cost is {cost!r}, a {type(cost).__name__}; expected an integer"
    assert cost == paid, f"the cost is said to be {cost}; to recompute all but {kept} costs {paid}"
    assert cost == least, f"the cost is {cost}, the least within the budget is {least}"


def check_plan(kata, solution, oracle, costs, sizes, budget):
    least = oracle(costs, sizes, budget)
    with trusted_parts():
        check(solution.plan(costs, sizes, budget), costs, sizes, budget, least)
    given_costs, given_sizes = costs.copy(), sizes.copy()
    got = kata.plan(given_costs, given_sizes, budget)
    assert (given_costs, given_sizes) == (costs, sizes), "plan changed its arguments"
    check(got, costs, sizes, budget, least)


HUGE = 10**400


@settings(max_examples=80)
@given(chain=chains())
@example(chain=([1, 5, 2, 7, 1], [2, 3, 9, 1, 4], 13))
@example(chain=([1, 5, 2, 7, 1], [2, 3, 9, 1, 4], 12))
@example(chain=([], [], 0))
@example(chain=([], [], 5))
@example(chain=([3], [2], 2))
@example(chain=([3], [2], 1))
@example(chain=([0], [0], 0))
@example(chain=([1], [0], 0))
@example(chain=([1], [1], 0))
@example(chain=([1, 2], [0, 1], 0))
@example(chain=([3, 4], [2, 2], 4))
@example(chain=([3, 4], [2, 2], 3))
@example(chain=([1, 1, 1], [1, 5, 1], 6))
@example(chain=([1, 1, 1], [5, 1, 5], 6))
@example(chain=([9, 1, 9, 1], [1, 4, 1, 4], 6))
@example(chain=([1, 9, 1, 9], [4, 1, 4, 1], 6))
@example(chain=([1, 1, 9], [3, 3, 4], 7))
@example(chain=([2, 2, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1], 4))
@example(chain=([2, 2, 2, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1, 1], 4))
@example(chain=([5, 5, 5, 1], [1, 1, 1, 9], 12))
@example(chain=([1, 5, 5, 5], [9, 1, 1, 1], 12))
@example(chain=([4, 0, 4], [3, 3, 3], 6))
@example(chain=([0, 0, 0], [1, 1, 1], 3))
@example(chain=([2**53, 2**53 + 1], [1, 1], 2))
@example(chain=([2**53 + 1, 2**53, 2**53 + 1], [2, 1, 2], 3))
@example(chain=([2**53 + 1, 2**53], [2**53 + 1, 2**53], 2**54))
@example(chain=([HUGE + 1, HUGE], [HUGE, 1], HUGE + 1))
@example(chain=([HUGE, HUGE + 1, HUGE], [1, 2, 1], 3))
@example(chain=([3, 3, 0, 1], [2, 3, 1, 3], 8))
@example(chain=([3, 3, 3, 3, 3, 3], [0, 2, 0, 2, 0, 2], 2))
def test_no_choice_within_the_budget_costs_less(kata, solution, chain):
    costs, sizes, budget = chain
    event(f"{len(costs)} outputs")
    check_plan(kata, solution, best_of_all, costs, sizes, budget)


COSTS16 = [3, 9, 1, 7, 4, 8, 2, 6, 5, 9, 3, 7, 1, 8, 6, 4]
SIZES16 = [5, 2, 7, 1, 9, 3, 8, 2, 6, 4, 9, 1, 7, 3, 5, 8]


@settings(max_examples=6)
@given(chain=chains(smallest=9, largest=12, numbers=st.integers(0, 9)))
@example(chain=(COSTS16[:11], SIZES16[:11], 27))
@example(chain=(COSTS16[:12], SIZES16[:12], 26))
@example(chain=(COSTS16[3:], SIZES16[3:], 27))
@example(chain=(COSTS16, SIZES16, 28))
@example(chain=([1] * 12, [1] * 12, 6))
def test_longer_chains_need_no_rule_of_thumb(kata, solution, chain):
    costs, sizes, budget = chain
    event(f"{len(costs)} outputs")
    check_plan(kata, solution, best_of_many, costs, sizes, budget)


@settings(max_examples=40)
@given(chain=chains(largest=6))
@example(chain=([1, 5, 2, 7, 1], [2, 3, 9, 1, 4], 13))
@example(chain=([5, 1, 1], [1, 1, 2], 3))
@example(chain=([1, 9], [3, 2], 5))
def test_a_chain_read_backwards_costs_the_same(kata, chain):
    costs, sizes, budget = chain
    forth = kata.plan(costs, sizes, budget)
    # The sequences may be tuples as well.
    back = kata.plan(tuple(costs[::-1]), tuple(sizes[::-1]), budget)
    assert (forth is None) == (back is None), f"forth {forth}, back {back}"
    if forth is not None:
        assert forth[0] == back[0], f"the cost is {forth[0]}, and {back[0]} for the same chain read backwards"


def closed_form(length, slots):
    """Griewank and Walther: with r repetitions, states up to the binomial (slots + r over slots) can be visited."""
    repetitions = 0
    while math.comb(slots + repetitions, slots) < length:
        repetitions += 1
    return repetitions * length - math.comb(slots + repetitions, slots + 1)


LENGTHS = st.one_of(st.integers(1, 12), st.integers(1, 60), st.sampled_from([6, 10, 15, 20, 21, 35, 56, 57, 60]))


@settings(max_examples=60)
@given(length=LENGTHS, slots=st.integers(1, 8) | st.integers(1, 60))
@example(length=1, slots=1)
@example(length=1, slots=2)
@example(length=2, slots=1)
@example(length=2, slots=2)
@example(length=2, slots=60)
@example(length=3, slots=2)
@example(length=4, slots=2)
@example(length=6, slots=1)
@example(length=6, slots=2)
@example(length=6, slots=3)
@example(length=6, slots=6)
@example(length=7, slots=2)
@example(length=10, slots=3)
@example(length=11, slots=3)
@example(length=17, slots=4)
@example(length=60, slots=1)
@example(length=60, slots=3)
@example(length=60, slots=5)
@example(length=60, slots=59)
@example(length=60, slots=60)
def test_revolve_takes_the_steps_of_griewank_and_walther(kata, solution, length, slots):
    expected = agreed(solution.revolve_cost(length, slots), closed_form(length, slots))
    got = kata.revolve_cost(length, slots)
    assert type(got) is int, f"revolve_cost({length}, {slots}) is {got!r}, a {type(got).__name__}"
    assert got == expected, f"revolve_cost({length}, {slots}) is {got}, expected {expected}"


def test_what_is_negative_or_does_not_fit_is_refused(kata):
    for arguments in (
        ([1], [], 0),
        ([], [1], 0),
        ([1, 2], [1], 9),
        ([1], [1, 2], 9),
        ([], [], -1),
        ([1], [1], -1),
        ([-1], [1], 9),
        ([1], [-1], 9),
        ([1, 2, -1], [1, 2, 3], 9),
        ([-1, 2, 3], [1, 2, 3], 0),
        ([1, 2, 3], [1, 2, -1], 9),
        ([1, 2, 3], [-1, 2, 3], 0),
        ([0, -1], [0, 0], 0),
        ([0, 0], [5, -5], 0),
        ([-(10**400)], [1], 9),
        ([2, 2], [2, 2], -(10**400)),
        ((1, 2, 3), (1, 2), 9),
    ):
        refuses(kata.plan, *arguments)
    for length, slots in ((0, 1), (1, 0), (-1, 1), (1, -1), (0, 0), (5, 0), (0, 5), (60, 0), (-3, 4), (4, -3)):
        refuses(kata.revolve_cost, length, slots)
