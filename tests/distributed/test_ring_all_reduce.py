"""Properties of distributed/ring_all_reduce."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.distributed.probes import ring_all_reduce as probes
from tests.strategies.layouts import array_layouts, laid_out

KINDS = {
    "integers": "small ones, whose sums are exact in every dtype",
    "normal": "floats of many sizes",
    "huge": "small integers times 2^1016 (float64), 2^120 (float32) or 2^56 + 1 (int64)",
    "tiny": "small multiples of the smallest subnormal float",
    "special": "inf, -inf and nan among ordinary floats",
}
DTYPES = ("float64", "float32", "int64", "int32", "float16", "int8", "uint8", "complex128")


@dataclass(frozen=True)
class Problem:
    """One array for each rank; what its kinds of values are is told in ``KINDS``.

    Attributes:
        world, shape, dtype, layout: how many arrays, and what they are like.
        kind, seed: what the values are; they are the same on every machine.
        order: the order in which ranks run, see the probe.
    """

    world: int = 1
    shape: tuple[int, ...] = (1,)
    dtype: str = "float64"
    kind: str = "integers"
    seed: int = 0
    order: int = 0
    layout: str = "plain"

    def arrays(self):
        """A new array for each rank."""
        rng = np.random.default_rng(self.seed)
        return [laid_out(np.asarray(self._values(rng), self.dtype), self.layout) for _ in range(self.world)]

    def _values(self, rng):
        small = rng.integers(0 if self.dtype == "uint8" else -8, 9, self.shape)
        if self.dtype in ("float64", "float32"):
            limits = np.finfo(self.dtype)
            return {
                "integers": small,
                "normal": rng.standard_normal(self.shape) * 10.0 ** rng.integers(-3, 4, self.shape),
                "huge": small * 2.0 ** (limits.maxexp - 8),
                "tiny": small * float(limits.smallest_subnormal),
                "special": np.where(small % 5 == 0, rng.choice([np.inf, -np.inf, np.nan], self.shape), small),
            }[self.kind]
        if self.dtype == "int64":
            return small * (2**56 + 1) if self.kind == "huge" else small
        return small + 1j * rng.integers(-8, 9, self.shape) if self.dtype == "complex128" else small


@st.composite
def problems(draw):
    """Worlds of 1 to 8, sizes around them, arrays of no, one, two and three dimensions."""
    world = draw(st.sampled_from((2, 3, 1, 4, 5, 8, 6, 7)))
    flat = st.integers(0, 2 * world + 1) | st.sampled_from((world - 1, world, world + 1, 0, 129, 300))
    shape = draw(
        st.one_of(
            st.tuples(flat),
            st.tuples(st.integers(0, 4), st.integers(0, 5)),
            st.sampled_from(((), (1, 1), (2, 0, 3), (2, 3, 2), (300, 2))),
        )
    )
    dtype = draw(st.sampled_from(DTYPES))
    kind = draw(st.sampled_from(list(KINDS) if dtype in ("float64", "float32") else ["integers", "huge"]))
    seed, order = draw(st.integers(0, 99)), draw(st.integers(0, 20))
    return Problem(world, shape, dtype, kind, seed, order, draw(array_layouts()))


@given(problem=problems())
@example(problem=Problem(1, (2,)))
@example(problem=Problem(2, (3,)))
@example(problem=Problem(3, (3,)))
@example(problem=Problem(3, (7,), order=1))
@example(problem=Problem(4, (2,)))
@example(problem=Problem(5, (0,)))
@example(problem=Problem(4, ()))
@example(problem=Problem(1, (), "float32"))
@example(problem=Problem(3, (2, 0, 3), "int32"))
@example(problem=Problem(8, (3, 5), "float16", layout="transposed"))
@example(problem=Problem(4, (9,), "int8", layout="sliced"))
@example(problem=Problem(2, (2, 3), "uint8", layout="read-only"))
@example(problem=Problem(1, (2, 3), "int64", "huge", layout="transposed"))
@example(problem=Problem(6, (13,), "int64", "huge"))
@example(problem=Problem(7, (129,), "float32", "normal", seed=3))
@example(problem=Problem(3, (8,), "float64", "tiny"))
@example(problem=Problem(3, (8,), "float64", "special", seed=2))
@example(problem=Problem(8, (17,), "complex128", order=5))
def test_every_rank_gets_the_sum(kata, solution, problem):
    event(f"world {problem.world}")
    size = math.prod(problem.shape)
    event(
        "size 0"
        if not size
        else "below the world"
        if size < problem.world
        else "no multiple" * (size % problem.world > 0)
    )
    with trusted_parts():
        check_sums(problem, solution.run(probes.ring, [problem.arrays()], problem.order))
    check_sums(problem, kata.run(probes.ring, [problem.arrays()], problem.order))


@settings(max_examples=40)
@given(problem=problems())
@example(problem=Problem(2, (2,)))
@example(problem=Problem(3, (3,)))
@example(problem=Problem(4, (6,), "float32"))
@example(problem=Problem(4, (5,)))
@example(problem=Problem(5, (3,), "int8"))
@example(problem=Problem(3, (0,)))
@example(problem=Problem(1, (5,)))
@example(problem=Problem(8, (8, 8), "float16"))
def test_messages_are_few_and_small_and_go_to_neighbours(kata, problem):
    report = kata.run(probes.ring, [problem.arrays()], problem.order)
    check_ended(report)
    world, size = problem.world, math.prod(problem.shape)
    smallest, largest = size // world, -(-size // world)
    for rank in range(world):
        mine = [message for message in report["sent"] if message[0] == rank]
        assert len(mine) == 2 * (world - 1), f"rank {rank} sent {len(mine)} messages, expected {2 * (world - 1)}"
        for _, to, elements, dtype in mine:
            neighbours = {(rank - 1) % world, (rank + 1) % world}
            assert to in neighbours, f"rank {rank} sent to rank {to}, its neighbours are {sorted(neighbours)}"
            assert elements <= largest, f"rank {rank} sent {elements} elements at once, a chunk has at most {largest}"
            assert elements >= smallest, f"rank {rank} sent {elements} elements, a chunk has {smallest} at least"
            assert dtype == problem.dtype, f"rank {rank} sent an array of {dtype}, expected {problem.dtype}"
    in_all, needed = sum(elements for _, _, elements, _ in report["sent"]), 2 * (world - 1) * size
    assert in_all <= needed, f"{in_all} elements were sent in all, 2 (world - 1) times {size} are enough: {needed}"


@settings(max_examples=40)
@given(problem=problems(), again=st.integers(0, 2))
@example(problem=Problem(2, (2,)), again=0)
@example(problem=Problem(2, (2,)), again=1)
@example(problem=Problem(3, (4,)), again=1)
@example(problem=Problem(4, (8,), order=1), again=2)
@example(problem=Problem(8, (20,), order=2), again=1)
@example(problem=Problem(1, (4,)), again=1)
def test_what_was_sent_or_given_never_changes(kata, problem, again):
    rounds = [problem.arrays(), *([np.asarray(array + 1) for array in problem.arrays()] for _ in range(again))]
    report = kata.run(probes.ring, rounds, problem.order)
    check_ended(report)
    for rank, to, before, after in report["changed"]:
        raise AssertionError(f"rank {rank} sent rank {to} {before}, and in the end there was {after} in that array")
    assert not report["inputs_changed"], f"the array of rank {report['inputs_changed'][0]} was changed"
    for number, results in enumerate(report["results"]):
        for rank, result in enumerate(results):
            check_sum(problem, rounds[number], result, f"call {number} on rank {rank}")


def test_any_world_and_any_small_size(kata):
    for world in range(1, 9):
        for size in sorted({0, 1, 2, world - 1, world, world + 1, 2 * world - 1, 3 * world + 1}):
            problem = Problem(world, (size,), "int64", seed=size)
            check_sums(problem, kata.run(probes.ring, [problem.arrays()], 0))


@pytest.mark.opened("processes", "loopback", library="torch")
def test_real_processes_get_the_sum(kata):
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch, which brings gloo, is not installed")
    problems = [
        Problem(3, shape, dtype, seed=seed)
        for seed, (shape, dtype) in enumerate([((7,), "float64"), ((2, 3), "int8"), ((0,), "float32"), ((1,), "int64")])
    ]
    check_results(problems, kata.run(probes.on_processes, [problem.arrays() for problem in problems]))


def check_results(problems, results):
    """Fail unless every rank has the sum."""
    for problem, by_rank in zip(problems, results, strict=True):
        for rank, result in enumerate(by_rank):
            check_sum(problem, problem.arrays(), result, f"the process of rank {rank} of {problem.world}")


def check_sums(problem, report):
    """Fail unless every rank has the sum, all have the same bits, and nothing else is amiss."""
    check_ended(report)
    arrays = problem.arrays()
    for rank, result in enumerate(report["results"][0]):
        check_sum(problem, arrays, result, f"rank {rank} of {problem.world}")
        first = report["results"][0][0]
        assert np.array_equal(result, first, equal_nan=result.dtype.kind in "fc"), (
            f"rank 0 has {first} and rank {rank} has {result}: all must have the same bits"
        )
    assert not report["read_only"], f"the result of rank {report['read_only'][0]} can't be changed by its caller"
    assert not report["inputs_changed"], f"the array of rank {report['inputs_changed'][0]} was changed"


def check_ended(report):
    """Fail where a rank waited in vain, or a message was never received."""
    assert not report["stuck"], f"nobody can send any more: {'; '.join(report['stuck'])}"
    assert not report["left"], f"{report['left']} messages were sent and never received"


def check_sum(problem, arrays, result, where):
    """Fail unless a result is the sum of the arrays, up to the rounding of world - 1 additions in any order."""
    assert isinstance(result, np.ndarray), f"{where} has {result}, which is no array"
    assert result.shape == problem.shape, f"{where} has shape {result.shape}, expected {problem.shape}"
    assert result.dtype == problem.dtype, f"{where} has dtype {result.dtype}, expected {problem.dtype}"
    columns = [array.reshape(-1).tolist() for array in arrays]
    for index, (got, *terms) in enumerate(zip(result.reshape(-1).tolist(), *columns, strict=True)):
        exact = sum(terms) if problem.kind != "normal" or type(got) is not float else math.fsum(terms)
        eps = np.finfo(problem.dtype).eps if problem.kind == "normal" and type(got) is float else 0
        allowed = (problem.world - 1) * float(eps) * sum(map(abs, terms))
        good = got == exact or abs(got - exact) <= allowed or (got != got and exact != exact)  # noqa: PLR0124
        assert good, f"{where} has {got} in place {index}, the sum of {terms} is {exact}"
