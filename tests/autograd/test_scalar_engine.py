"""Properties of autograd/scalar_engine."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import event, example, given

from tests.autograd import oracles
from tests.autograd.probes import scalar_engine as probes
from tests.strategies.autograd import programs, programs_of_several_passes


@given(program=programs())
@example(program=[("leaf", 1.0), ("backward", "a")])
@example(program=[("leaf", 1.0), ("+", "a", "a"), ("backward", "b")])
@example(program=[("leaf", 3), ("*", "a", "a"), ("backward", "b")])
@example(program=[("leaf", 2.0), ("*", "a", "a"), ("*", "b", "a"), ("+", "b", "c"), ("+", "d", "b"), ("backward", "e")])
@example(program=[("leaf", 0.0), ("relu", "a"), ("backward", "b")])
@example(program=[("leaf", -1.0), ("relu", "a"), ("backward", "b")])
@example(program=[("leaf", 0.0), ("**", "a", 0), ("backward", "b")])
@example(program=[("leaf", 0.0), ("**", "a", 1), ("backward", "b")])
def test_gradients_are_those_of_dual_numbers_and_complex_steps(kata, program):
    uses = Counter(operand for _, *operands in program for operand in operands if type(operand) is str)
    event(f"one value is used {min(3, max(uses.values()))} times or more")
    got = kata.run(probes.run_program, program)
    check(program, got)
    check(program, got, {leaf: oracles.with_complex_step(program, leaf) for leaf in leaves_of(program)})


@given(program=programs_of_several_passes())
@example(program=[("leaf", 1.0)])
@example(program=[("leaf", 3.0), ("*", "a", "a"), ("*", "b", "b"), ("backward", "c"), ("backward", "c")])
@example(program=[("leaf", 2.0), ("*", "a", "a"), ("+", "b", "a"), ("backward", "b"), ("backward", "c")])
@example(program=[("leaf", 2.0), ("*", "a", "a"), ("backward", "b"), ("+", "b", "a"), ("backward", "c")])
@example(program=[("leaf", 2.0), ("backward", "a"), ("backward", "a"), ("*", "a", 3), ("backward", "b")])
def test_gradients_of_several_passes_add_up(kata, program):
    event(f"{min(3, sum(name == 'backward' for name, *_ in program))} passes or more")
    check(program, kata.run(probes.run_program, program))


@given(program=programs() | programs_of_several_passes())
def test_gradients_are_those_of_torch(kata, program):
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
    check(program, kata.run(probes.run_program, program), slopes)


def test_a_chain_of_100_000_values_is_no_deeper_than_a_short_one(kata):
    steps = 50_000
    got = kata.run(probes.run_chain, steps)
    # x is 1 + k after k steps, and each step multiplies it, one larger than before, by b = 1. All of this is exact.
    assert got["data"] == 1 + steps, f"the data is {got['data']}, expected {1 + steps}"
    expected = [1, steps, steps + steps * (steps + 1) // 2]
    assert got["grads"] == expected, f"the gradients of start, a and b are {got['grads']}, expected {expected}"


def test_a_value_hands_its_gradient_on_once_however_often_it_is_used(kata):
    few, many = kata.run(probes.lines_of_doubling, 8), kata.run(probes.lines_of_doubling, 16)
    assert (few["grad"], many["grad"]) == (2**8, 2**16), f"gradients are {few['grad']}, {many['grad']}"
    # Twice the values take twice the lines and a constant; a walk along all paths takes 2 ** 8 times as many.
    assert many["lines"] <= 3 * few["lines"], (
        f"backward executes {few['lines']} lines after 8 doublings x = x + x, and {many['lines']} after 16"
    )


ONE, ZERO = ("leaf", 1.0), ("leaf", 0.0)
NO_NUMBERS = ("2", None, [1.0])


@pytest.mark.parametrize(
    ("error", "programs"),
    [
        (TypeError, [[("leaf", data)] for data in NO_NUMBERS]),
        (TypeError, [[ONE, (name, "a", other)] for name in probes.OPERATORS for other in NO_NUMBERS]),
        (TypeError, [[ONE, (name, other, "a")] for name in probes.OPERATORS for other in NO_NUMBERS]),
        (TypeError, [[ONE, ("**", "a", "a")], [ONE, ("**", 2, "a")]]),
        (ValueError, [[("leaf", data), ("log", "a")] for data in (0.0, -1.0)]),
        (ZeroDivisionError, [[ONE, ("/", "a", 0)], [ONE, ("/", "a", 0.0)], [ONE, ZERO, ("/", "a", "b")]]),
        (ZeroDivisionError, [[ZERO, ("/", 1, "a")], [ZERO, ("/", 0.0, "a")]]),
    ],
    ids=["data", "right_operand", "left_operand", "exponent", "log", "division_by_0", "number_by_0"],
)
def test_what_is_no_number_or_has_no_result_is_refused(kata, error, programs):
    for program in programs:
        try:
            got = kata.run(probes.run_program, program)
        except (TypeError, ValueError, ZeroDivisionError) as raised:
            assert isinstance(raised, error), f"{program} raises {raised!r}, expected {error.__name__}"  # noqa: PT017
        else:
            pytest.fail(f"{program} gives {got['data']}, expected {error.__name__}")


def check(program, got, slopes=None):
    """Compare values with dual numbers, gradients with dual numbers or with the slopes given (leaf to value to slope).

    How far a right gradient may be off, in units of rounding: a path through n values multiplies at most n times, and
    the terms of a gradient take at most 2 n additions, which makes 3 n for the weight of all paths; the errors of local
    derivatives come on top. Twice that, since an oracle rounds too.
    """
    duals = {leaf: oracles.with_dual_numbers(program, leaf) for leaf in leaves_of(program)}
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
    roots = roots_of(program)
    assert len(got["grads"]) == len(roots) + 1, f"{len(got['grads'])} rows of gradients, expected {len(roots) + 1}"
    for count, row in enumerate(got["grads"], start=1):
        passes = roots[:count]
        when = f"after {', '.join(f'{root}.backward()' for root in passes)}" if passes else "before any backward"
        for leaf, grad in row.items():
            expected = sum(slopes[leaf][root] for root in passes)
            ends = [duals[leaf][root] for root in passes]
            units = 2 * sum(end.slope_error + 3 * len(values) * end.weight for end in ends)
            assert type(grad) in (float, int), f"{leaf}.grad is {grad!r} {when}, a {type(grad).__name__}"
            assert abs(grad - expected) <= units * oracles.UNIT, f"{leaf}.grad is {grad} {when}, expected {expected}"


def leaves_of(program):
    """The names of the leaves: programs make them first."""
    return list(probes.NAMES[: sum(name == "leaf" for name, *_ in program)])


def roots_of(program):
    """The values on which ``backward`` is called, in order."""
    return [operands[0] for name, *operands in program if name == "backward"]
