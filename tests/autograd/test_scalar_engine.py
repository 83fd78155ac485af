"""Properties of autograd/scalar_engine."""

from __future__ import annotations

import functools
from collections import Counter

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.autograd import oracles
from tests.autograd.probes import scalar_engine as probes
from tests.refusals import refuses
from tests.strategies.autograd import programs, programs_of_several_passes
from tests.strategies.sizes import sizes


def program(*steps, leaves=(1.7,)):
    """The program of these leaves and steps that ends with ``backward`` on its last value."""
    steps = [("leaf", number) for number in leaves] + list(steps)
    made = sum(name not in oracles.NO_VALUE for name, *_ in steps)
    return [*steps, ("backward", probes.NAMES[made - 1])]


def one(name, number, *others):
    """The program of one operation on one leaf."""
    return program((name, "a", *others), leaves=[number])


# One for each rule: each derivative, one operand twice, a number on either side, whole or not, large and small numbers.
ARITHMETIC = [
    rule
    for name in "+-*/"
    for rule in (
        one(name, 3.0, "a"),
        one(name, 1.7, "a"),
        program((name, "a", "b"), leaves=(1.7, -0.6)),
        program((name, "a", "b"), leaves=(0.0, 3.0)),
        one(name, 1.7, 2.5),
        program((name, 2.5, "a")),
        one(name, 1.7, 3),
        *([program((name, 0, "a"))] + [one(name, 1.7, 0)] * (name != "/")),
        program((name, 3, "a")),
        program((f"{name}=", "a", "b"), leaves=(1.7, -0.6)),
        one(f"{name}=", 1.7, "a"),
        one(f"{name}=", 1.7, 2.5),
    )
]
POWERS = [
    *(one("**", 1.7, exponent) for exponent in (2, 3, 9, 1, 0, -1, -3, 0.5, 1.5, -0.5, 2.0)),
    *(one("**", -0.6, exponent) for exponent in (2, 3, 9, 1, 0, -3)),
    *(one("**", 0.0, exponent) for exponent in (0, 1, 2, 0.0, 1.5)),
    one("**", 1e-9, 2),
    one("**", 1e30, 3),
    one("**=", 1.7, 2),
]
FUNCTIONS = [
    *(one("neg", number) for number in (1.7, 0.0)),
    *(one("exp", number) for number in (1.7, -0.6, 0.0, 25.0, -40.0, 100.0)),
    *(one("log", number) for number in (1.7, 0.3, 1.0, 1e-9, 1e-30, 1e30)),
    *(one("tanh", number) for number in (0.3, -1.7, 0.0, 7.0, 12.0, 400.0, -400.0)),
    *(one("relu", number) for number in (1.7, -0.6, 0.0, 1e-9, -1e-9)),
]
PROGRAMS = [
    program(),
    program(leaves=[3]),
    program(leaves=[2**53 + 1]),
    program(("*", "a", "a"), ("*", "b", "a"), ("+", "b", "c"), ("+", "d", "b"), leaves=[2.0]),
    program(("*", "a", "b"), ("-", 1, "c"), ("/", "d", "a"), ("**", "b", 2), ("+", "e", "f"), leaves=(2.0, -3.0)),
    program(("-", "a", "b"), leaves=(1.0, 1.0)),
    program(("-", "a", "b"), leaves=(2.0**60, 2**60)),
    program(("/", "a", "b"), leaves=(0.0, -1e30)),
    program(("/", 1e-30, "a"), leaves=[1e30]),
]


def every(listed):
    """Each of these programs is an example of the property, the first one first."""
    return lambda test: functools.reduce(lambda made, each: example(program=each)(made), reversed(listed), test)


@settings(max_examples=80)
@given(program=programs())
@every(PROGRAMS + ARITHMETIC + POWERS + FUNCTIONS)
def test_gradients_are_those_of_dual_numbers_and_complex_steps(kata, solution, program):
    uses = Counter(operand for _, *operands in program for operand in operands if type(operand) is str)
    event(f"one value is used {min(3, max(uses.values()))} times or more")
    duals = duals_of(program)
    with trusted_parts():
        reference = solution.run(probes.run_program, program)
        check(program, reference, duals)
        check(program, reference, duals, {leaf: oracles.with_complex_step(program, leaf) for leaf in duals})
    check(program, kata.run(probes.run_program, program), duals)


SQUARE = [("leaf", 3.0), ("*", "a", "a")]
FOURTH = [*SQUARE, ("*", "b", "b")]


@settings(max_examples=80)
@given(program=programs_of_several_passes())
@every(
    [
        [("leaf", 1.0)],
        [*SQUARE, ("+", "b", "a"), ("backward", "c"), ("backward", "c")],
        [*FOURTH, ("backward", "c"), ("backward", "c")],
        [*SQUARE, ("+", "b", "a"), ("backward", "b"), ("backward", "c")],
        [*SQUARE, ("backward", "b"), ("+", "b", "a"), ("backward", "c")],
        [("leaf", 2.0), ("backward", "a"), ("backward", "a"), ("*", "a", 3), ("backward", "b")],
        [*FOURTH, ("backward", "c"), ("zero", "a"), ("backward", "c"), ("zero", "a")],
        [*SQUARE, ("leaf", 3.0), ("*", "b", "c"), ("backward", "d"), ("zero", "c"), ("backward", "b")],
        [*SQUARE, ("+=", "b", 1), ("backward", "b"), ("backward", "c")],
        [*SQUARE, ("try", "/", "b", 0), ("try", "+", "b", None), ("try", "**", "a", "b"), ("backward", "b")],
        [("leaf", -2.0), ("*", "a", 3), ("try", "log", "b"), ("try", "**", 2, "b"), ("+", "b", "a"), ("backward", "c")],
    ]
)
def test_gradients_of_several_passes_add_up(kata, solution, program):
    event(f"{min(3, sum(name == 'backward' for name, *_ in program))} passes or more")
    duals = duals_of(program)
    with trusted_parts():
        check(program, solution.run(probes.run_program, program), duals)
    check(program, kata.run(probes.run_program, program), duals)


@settings(max_examples=60)
@given(program=programs() | programs_of_several_passes())
def test_gradients_are_those_of_torch(kata, solution, program):
    torch = pytest.importorskip("torch")
    values = oracles.evaluate(
        program,
        lambda _, number: torch.tensor(number, dtype=torch.float64, requires_grad=True),
        lambda name, *operands: (probes.OPERATORS.get(name) or getattr(torch, name))(*operands),
    )

    def slope(root, leaf):
        (gradient,) = torch.autograd.grad(values[root], values[leaf], retain_graph=True, allow_unused=True)
        return 0.0 if gradient is None else gradient.item()

    slopes = {leaf: {root: slope(root, leaf) for root in roots_of(program)} for leaf in leaves_of(program)}
    duals = duals_of(program)
    with trusted_parts():
        check(program, solution.run(probes.run_program, program), duals, slopes)
    check(program, kata.run(probes.run_program, program), duals, slopes)


def test_a_chain_of_100_000_values_is_no_deeper_than_a_short_one(kata):
    steps = 50_000
    got = kata.run(probes.run_chain, steps)
    # x is 1 + k after k steps, and each step multiplies it, one larger than before, by b = 1. All of this is exact.
    assert got["data"] == 1 + steps, f"the data is {got['data']}, expected {1 + steps}"
    expected = [1, steps, steps + steps * (steps + 1) // 2]
    assert got["grads"] == expected, f"the gradients of start, a and b are {got['grads']}, expected {expected}"


# All of them are exact: powers of two, signs, and sums of halves.
GRADIENTS = {
    "doubling": lambda size: [2**size],
    "detour": lambda size: [(-1) ** size],
    "wide": lambda size: [1 + size * size / 2, *[1] * size],
    "crowd": lambda _: [2],
}


@settings(max_examples=12)
@given(shape=st.sampled_from(list(GRADIENTS)), size=sizes(smallest=1, small=12, largest=140))
@example(shape="doubling", size=8)
@example(shape="detour", size=8)
@example(shape="wide", size=8)
@example(shape="crowd", size=8)
@example(shape="doubling", size=100)
@example(shape="detour", size=100)
@example(shape="wide", size=100)
@example(shape="crowd", size=100)
def test_a_pass_takes_a_few_steps_for_each_value_of_its_graph_and_holds_none(kata, shape, size):
    few, many = kata.run(probes.cost_of_backward, shape, size), kata.run(probes.cost_of_backward, shape, 2 * size)
    for got, length in ((few, size), (many, 2 * size)):
        expected = GRADIENTS[shape](length)
        assert got["grads"] == expected, f"the gradients are {got['grads']} after {length} steps, expected {expected}"
    # Twice the values take twice the steps and a constant; a walk along all paths, or a list to look values up in,
    # takes four times as many or more. What has nothing to do with the result costs nothing.
    limit = 1.5 if shape == "crowd" else 3
    assert many["steps"] <= limit * few["steps"], (
        f"backward takes {few['steps']} lines of Python and comparisons of values on {shape} {size}, "
        f"and {many['steps']} on {shape} {2 * size}"
    )
    # A value takes some 100 bytes.
    grown = many["left"] - few["left"]
    assert grown < 4_000 + 20 * size, (
        f"{few['left']} bytes are still in use after {shape} {size} was dropped, {many['left']} after {2 * size}"
    )


NO_NUMBERS = ("2", None, [1.0])
ONE, ZERO = ("leaf", 1.0), ("leaf", 0.0)


@pytest.mark.parametrize(
    ("error", "programs"),
    [
        (TypeError, [[("leaf", data)] for data in NO_NUMBERS]),
        (TypeError, [[ONE, (name, "a", other)] for name in probes.OPERATORS for other in NO_NUMBERS]),
        (TypeError, [[ONE, (name, other, "a")] for name in probes.OPERATORS for other in NO_NUMBERS]),
        (TypeError, [[ONE, (name, "a", other)] for name in probes.IN_PLACE for other in NO_NUMBERS]),
        (TypeError, [[leaf, ("**", *operands)] for leaf in (ONE, ZERO) for operands in ("aa", (2, "a"), (0, "a"))]),
        (ValueError, [[("leaf", data), ("log", "a")] for data in (0.0, -0.0, -1.0, -1e-30, 0, -3)]),
        (ValueError, [[("leaf", -1.0), ("relu", "a"), ("log", "b")], [ONE, ("-", "a", "a"), ("log", "b")]]),
        (ZeroDivisionError, [[leaf, ("/", "a", number)] for leaf in (ONE, ZERO) for number in (0, 0.0, -0.0)]),
        (ZeroDivisionError, [[leaf, ZERO, ("/", "a", "b")] for leaf in (ONE, ZERO)]),
        (ZeroDivisionError, [[ZERO, ("/", number, "a")] for number in (1, 0.0, 0, -2.5)]),
        (ZeroDivisionError, [[ZERO, ("/", "a", "a")], [ONE, ZERO, ("/=", "a", "b")], [ONE, ("/=", "a", 0)]]),
    ],
    ids=[
        "data",
        "right_operand",
        "left_operand",
        "in_place_operand",
        "exponent",
        "log",
        "log_of_a_result",
        "division_by_a_number",
        "division_by_a_value",
        "number_by_0",
        "division_twice_and_in_place",
    ],
)
def test_what_is_no_number_or_has_no_result_is_refused(kata, error, programs):
    for each in programs:
        refuses(kata.run, probes.run_program, each, error=error)


def duals_of(program):
    """All values of a program as dual numbers, for each leaf."""
    return {leaf: oracles.with_dual_numbers(program, leaf) for leaf in leaves_of(program)}


def check(program, got, duals, slopes=None):
    """Compare values with dual numbers, gradients with dual numbers or with the slopes given (leaf to value to slope).

    How far a right gradient may be off, in units of rounding: a path through n values multiplies at most n times, and
    the terms of a gradient take at most 2 n additions, which makes 3 n for the weight of all paths; the errors of local
    derivatives come on top. Twice that, since an oracle rounds too. What is below 1e-100 may be 0.
    """
    slopes = slopes or {leaf: {name: each.slope for name, each in values.items()} for leaf, values in duals.items()}
    values = duals["a"]
    assert list(got["data"]) == list(values), f"there are values {list(got['data'])}, expected {list(values)}"
    for name, value in values.items():
        data = got["data"][name]
        # A leaf made from an integer holds a float; of results only the value is compared, so relu may give 0.
        kinds = (float,) if name in duals else (float, int)
        assert type(data) in kinds, f"{name}.data is {data!r}, a {type(data).__name__}"
        assert abs(data - value.value) <= 2 * value.error * oracles.UNIT, (
            f"{name}.data is {data}, expected {value.value}"
        )
    rows, happened = [], []
    passes = {leaf: [] for leaf in duals}  # since its grad was last 0
    for name, *operands in program:
        if name == "backward":
            for ends in passes.values():
                ends.append(operands[0])
            happened.append(f"{operands[0]}.backward()")
            rows.append(({leaf: list(ends) for leaf, ends in passes.items()}, list(happened)))
        elif name == "zero":
            passes[operands[0]].clear()
            happened.append(f"{operands[0]}.grad = 0.0")
    rows.append((passes, happened))
    assert len(got["grads"]) == len(rows), f"{len(got['grads'])} rows of gradients, expected {len(rows)}"
    for (ends_of, events), row in zip(rows, got["grads"], strict=True):
        when = f"after {', '.join(events)}" if events else "before any backward"
        for leaf, grad in row.items():
            expected = sum(slopes[leaf][root] for root in ends_of[leaf])
            ends = [duals[leaf][root] for root in ends_of[leaf]]
            units = 2 * sum(end.slope_error + 3 * len(values) * end.weight for end in ends)
            assert type(grad) in (float, int), f"{leaf}.grad is {grad!r} {when}, a {type(grad).__name__}"
            # A leaf that is zeroed later may have given more before: what it held then rounds, too.
            assert abs(grad - expected) <= units * oracles.UNIT + oracles.SMALLEST, (
                f"{leaf}.grad is {grad} {when}, expected {expected}"
            )


def leaves_of(program):
    """The names of the leaves."""
    made = [name for name, *_ in program if name not in oracles.NO_VALUE]
    return [probes.NAMES[index] for index, name in enumerate(made) if name == "leaf"]


def roots_of(program):
    """The values on which ``backward`` is called, in order."""
    return [operands[0] for name, *operands in program if name == "backward"]
