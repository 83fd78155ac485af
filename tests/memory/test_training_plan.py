"""Properties of memory/training_plan."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same
from tests.agreement import agreed
from tests.memory.probes import training_plan as probes
from tests.refusals import refuses
from tests.strategies.sizes import lists

BILLION = 10**9


def bytes_on_a_gpu(parameters, stage, world, activation):
    """The sum of the prompt's table, with exact rationals."""
    split = {0: (), 1: (12,), 2: (12, 2), 3: (12, 2, 2)}[stage]
    whole = {0: (2, 2, 12), 1: (2, 2), 2: (2,), 3: ()}[stage]
    shares = [math.ceil(Fraction(size * parameters, world)) for size in split]
    return sum(shares) + sum(size * parameters for size in whole) + activation


def best_of_all(parameters, gpu_bytes, worlds, activation):
    """The best plan, out of a list of all of them."""
    every = [
        (stage, world, bytes_on_a_gpu(parameters, stage, world, activation))
        for stage in range(4)
        for world in set(worlds)
    ]
    fitting = [plan for plan in every if plan[2] <= gpu_bytes]
    if not fitting:
        return None
    stage, world, size = min(fitting)
    return {"stage": stage, "world": world, "bytes": size, "tuple": (stage, world, size), "is a Plan": True}


def told(parameters, gpu_bytes, worlds, activation):
    """A call as text."""
    return f"training_plan({parameters}, {gpu_bytes}, worlds={worlds}, activation={activation})"


def assert_right(kata, solution, case):
    """Compare a plan with the best of all, and return it."""
    parameters, gpu_bytes, worlds, activation = case
    expected = agreed(solution.run(probes.plan_for, *case), best_of_all(*case), told(*case))
    given_worlds = type(worlds)(worlds)
    got = kata.run(probes.plan_for, parameters, gpu_bytes, given_worlds, activation)
    assert same(got, expected), f"{told(*case)} gives {got}, expected {expected}"
    assert given_worlds == worlds, f"{told(*case)} changed worlds to {given_worlds}"
    return got


counts = st.one_of(st.integers(0, 40), st.sampled_from([7 * BILLION, 2**53 + 1, 10**30 + 7]))
numbers_of_gpus = st.one_of(st.integers(1, 9), st.sampled_from([16, 64, 100, 1024, 2**53 + 1]))
lists_of_worlds = lists(numbers_of_gpus, small=4, largest=40)


@st.composite
def cases(draw):
    """Arguments; the memory of a GPU is most often what one of the plans needs, a byte more or a byte less."""
    parameters, worlds = draw(counts), draw(lists_of_worlds)
    activation = draw(st.one_of(st.integers(0, 20), st.sampled_from([2 * BILLION, 2**53 + 1])))
    stage, world = draw(st.integers(0, 3)), draw(st.sampled_from(worlds or [1]))
    needed = bytes_on_a_gpu(parameters, stage, world, activation)
    gpu_bytes = max(0, needed + draw(st.sampled_from([0, -1, 1, -7, 7])))
    if draw(st.integers(0, 4)) == 0:
        gpu_bytes = draw(st.integers(0, 700))
    return parameters, gpu_bytes, draw(st.sampled_from([worlds, tuple(worlds)])), activation


@settings(max_examples=150)
@given(case=cases())
@example(case=(7 * BILLION, 24 * BILLION, [64, 16, 8], 2 * BILLION))
@example(case=(7 * BILLION, 16 * BILLION, [8], 2 * BILLION))
@example(case=(7 * BILLION, 16 * BILLION - 1, [8], 2 * BILLION))
@example(case=(7 * BILLION, 80 * BILLION, (8, 16, 64), 20 * BILLION))
@example(case=(7 * BILLION, 114 * BILLION, [64, 8], 2 * BILLION))
@example(case=(1, 100, [], 0))
@example(case=(0, 0, [3], 0))
@example(case=(0, 4, [3], 5))
@example(case=(10, 160, [5, 2, 3], 0))
@example(case=(10, 159, [1], 0))
@example(case=(10, 160, [4], 0))
@example(case=(10, 165, [7, 2, 7], 5))
@example(case=(10, 164, [7, 2, 7], 5))
@example(case=(10, 70, [2, 4, 8], 0))
@example(case=(10, 69, [2, 4, 8], 0))
@example(case=(10, 60, [4, 2, 8, 3], 0))
@example(case=(10, 41, [3, 4, 8], 1))
@example(case=(10, 37, [8, 4, 2], 0))
@example(case=(10, 20, [8, 9, 64], 0))
@example(case=(3, 13, [5], 2))
@example(case=(3, 12, [5], 2))
@example(case=(1, 3, [1000, 100], 0))
@example(case=(1, 2, [1000, 100], 0))
@example(case=(3, 18, (2, 4), 0))
@example(case=(2**53 + 1, 16 * (2**53 + 1), [2], 0))
@example(case=(2**53 + 1, 16 * (2**53 + 1) - 1, [2], 0))
@example(case=(2**53 + 1, 8 * (2**53 + 1), [2], 0))
@example(case=(2**53 + 1, 8 * (2**53 + 1) - 1, [2], 0))
@example(case=(10**30 + 7, 16 * 10**30, [3, 2, 1], 2**53 + 1))
@example(case=(10, 1000, [3, 2, 9], 839))
@example(case=(10, 50, list(range(40, 0, -1)), 10))
def test_plans_are_the_best_of_all(kata, solution, case):
    plan = assert_right(kata, solution, case)
    event("nothing fits" if plan is None else f"stage {plan['stage']}")


@settings(max_examples=60)
@given(case=cases())
@example(case=(10, 200, [4, 2], 3))
@example(case=(10, 75, [4, 2], 3))
@example(case=(10, 50, [4, 2, 1], 3))
@example(case=(10, 48, [8, 4], 3))
@example(case=(7 * BILLION, 80 * BILLION, [64, 8], 20 * BILLION))
def test_a_plan_fits_to_the_byte(kata, case):
    parameters, _, worlds, activation = case
    plan = kata.run(probes.plan_for, *case)
    if plan is None:
        return
    size = plan["bytes"]
    again = kata.run(probes.plan_for, parameters, size, worlds, activation)
    assert again == plan, f"{told(*case)} gives {plan}, but GPUs of just those {size} bytes give {again}"
    if size == 0:
        return
    smaller = kata.run(probes.plan_for, parameters, size - 1, worlds, activation)
    better = smaller is not None and (smaller["stage"], smaller["world"]) <= (plan["stage"], plan["world"])
    assert not better, f"{told(*case)} gives {plan}; GPUs with a byte less than it needs give {smaller}"


@settings(max_examples=60)
@given(case=cases())
@example(case=(10, 200, [4, 2, 3], 3))
@example(case=(10, 200, [2, 3, 4], 3))
@example(case=(10, 60, [2, 8, 4], 0))
@example(case=(10, 37, [8, 4, 2], 0))
def test_the_order_of_the_worlds_does_not_matter(kata, case):
    parameters, gpu_bytes, worlds, activation = case
    plan = kata.run(probes.plan_for, *case)
    for others in (sorted(worlds), sorted(worlds, reverse=True), [*reversed(worlds), *worlds]):
        got = kata.run(probes.plan_for, parameters, gpu_bytes, others, activation)
        assert got == plan, f"{told(*case)} gives {plan}; the same worlds as {others} give {got}"


def test_negative_bytes_and_worlds_without_gpus_are_refused(kata):
    for gpu_bytes in (0, 40, 10**6):  # nothing fits, something does, everything does
        for world in (0, -1, -8, -(2**70)):
            for worlds in ([world], [4, world], [world, 4], [1, 4, world, 8], [world, world], (4, world)):
                for parameters, activation in ((0, 0), (10, 0), (10, 7)):
                    refuses(kata.run, probes.plan_for, parameters, gpu_bytes, worlds, activation)
    for negative in (-1, -(2**70)):
        for worlds in ([], [4], (1, 8)):
            for parameters in (0, 10):
                refuses(kata.run, probes.plan_for, parameters, negative, worlds, 0)
                refuses(kata.run, probes.plan_for, parameters, negative, worlds, 10**6)
                refuses(kata.run, probes.plan_for, parameters, 10**6, worlds, negative)
                refuses(kata.run, probes.plan_for, parameters, 0, worlds, negative)
                refuses(kata.run, probes.plan_for, parameters, negative, worlds, negative)
