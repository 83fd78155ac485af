"""Properties of distributed/data_parallel."""

from __future__ import annotations

import contextlib
import os
from types import SimpleNamespace

import torch
import torch._dynamo  # DistributedDataParallel imports it when it is first made: once here instead of on each rank
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from torch.nn.parallel import DistributedDataParallel

from dojo.binding import InProcess
from tests.agreement import trusted_parts
from tests.distributed.probes import data_parallel as probes
from tests.tolerance import assert_close


def oracle():
    """The class of torch, in the place of an answer."""

    def made(module, process_group=None):
        return DistributedDataParallel(module, process_group=process_group, find_unused_parameters=True)

    return InProcess(SimpleNamespace(DataParallel=made, __file__=""))


@contextlib.contextmanager
def quiet():
    """Without the words that torch writes to standard error where nothing is unused."""
    kept, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


def program(*steps, world=2, group=None, parts=(("plain", 2, 3),), buffers=(), returns="tensor", seed=0):
    """A program as the probe takes it; a step is its kind, what is done with gradients before it, and who uses what."""
    return {
        "world": world,
        "group": group,
        "parts": list(parts),
        "buffers": list(buffers),
        "steps": [(kind, before, [list(uses) for uses in by_rank]) for kind, before, by_rank in steps],
        "returns": returns,
        "seed": seed,
    }


PLAIN, OTHER, THIRD = ("plain", 2, 3), ("plain", 3, 2), ("plain", 1, 4)
KINDS = ("plain", "frozen", "transposed", "single", "frozen later")
FROZEN = ("frozen", "frozen later")
"""The second kind has a gradient from the time before it was frozen."""


@st.composite
def parts(draw):
    """Up to five parts, the first of which can be trained; a tied one is the first one by another name."""
    shapes = st.tuples(st.sampled_from(KINDS), st.integers(1, 4), st.integers(1, 3))
    return [
        draw(shapes.filter(lambda part: part[0] not in FROZEN)),
        *draw(st.lists(shapes | st.just(("tied", 0)), max_size=4)),
    ]


@st.composite
def programs(draw, kinds=("synchronised",)):
    """Two or three ranks, all or some in the group; each uses a part that can be trained, and perhaps others."""
    world = draw(st.integers(2, 3))
    group = draw(st.sampled_from((None, None, [0, 1], [1, 0], [1, 2][:world], [0, 2]))) if world == 3 else None
    made = draw(parts())
    trained = st.sampled_from([index for index, (kind, *_) in enumerate(made) if kind not in FROZEN])
    uses = st.tuples(trained, st.lists(st.integers(0, len(made) - 1), max_size=3)).map(lambda used: [used[0], *used[1]])
    steps = []
    for _ in range(draw(st.integers(1, 3))):
        before = (
            "kept" if steps and steps[-1][0] != "synchronised" else draw(st.sampled_from(("none", "zeros", "kept")))
        )
        by_rank = draw(st.lists(uses, min_size=len(group or range(world)), max_size=len(group or range(world))))
        steps.append((draw(st.sampled_from(kinds)), before, by_rank))
    seed, returns = draw(st.integers(0, 99)), draw(st.sampled_from(("tensor", "tuple", "dictionary")))
    return program(*steps, world=world, group=group, parts=made, returns=returns, seed=seed)


def many(strategy):
    """Some programs for one call: to start the ranks takes longer than to run one."""
    return st.lists(strategy, min_size=1, max_size=5)


BOTH, ONE_EACH = [[0], [0]], [[0], [1]]
GRADIENTS = [
    program(("synchronised", "none", BOTH)),
    program(("synchronised", "none", [[0], [0], [0]]), world=3),
    program(("synchronised", "none", [[0, 1], [0]]), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", [[0], [0, 1]]), parts=(PLAIN, OTHER, THIRD)),
    program(("synchronised", "none", [[0, 1], [1, 0]]), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", ONE_EACH), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", [[0], [1], [1]]), parts=(PLAIN, PLAIN), world=3),
    program(("in eval mode", "none", BOTH)),
]
SHARED_OR_FROZEN = [
    program(("synchronised", "none", [[0, 1], [0, 1]]), parts=(PLAIN, ("tied", 0))),
    program(("synchronised", "none", [[1], [0]]), parts=(PLAIN, ("tied", 0), OTHER)),
    program(("synchronised", "none", [[0, 0], [0]]), parts=(PLAIN,)),
    program(("synchronised", "none", [[0, 1], [0]]), parts=(PLAIN, ("frozen", 2, 2))),
    program(("synchronised", "none", BOTH), parts=(("transposed", 3, 2),)),
    program(("synchronised", "none", [[0, 1], [1, 0]]), parts=(("single", 3, 2), PLAIN)),
    program(("synchronised", "kept", [[0, 1], [0]]), parts=(PLAIN, ("frozen later", 2, 2))),
    program(("synchronised", "none", BOTH), returns="tuple"),
    program(("synchronised", "none", BOTH), returns="dictionary"),
]
SEVERAL_STEPS = [
    program(*[("synchronised", "none", BOTH)] * 3),
    program(*[("synchronised", "kept", ONE_EACH)] * 2, parts=(PLAIN, OTHER)),
    program(("synchronised", "none", [[0, 1], [0, 1]]), ("synchronised", "zeros", BOTH), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", [[0, 1], [0, 1]]), ("synchronised", "kept", BOTH), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", [[0, 1], [0]]), ("synchronised", "none", [[0], [0, 1]]), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", [[0, 1], [0]]), ("synchronised", "none", BOTH), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", BOTH), ("synchronised", "none", [[0, 1], [0]]), parts=(PLAIN, OTHER)),
    program(("synchronised", "none", BOTH), ("synchronised", "none", BOTH), world=3, group=[1, 2]),
    program(("synchronised", "none", ONE_EACH), world=3, group=[0, 2], parts=(PLAIN, OTHER)),
]


@settings(max_examples=2)
@given(programs=many(programs()))
@example(programs=GRADIENTS)
@example(programs=SHARED_OR_FROZEN)
@example(programs=SEVERAL_STEPS)
def test_gradients_are_those_of_DistributedDataParallel(kata, solution, programs):
    event(f"worlds {sorted({each['world'] for each in programs})}")
    check(kata, solution, programs, "gradients")


@settings(max_examples=2)
@given(programs=many(programs(("synchronised", "local", "nested", "left by an exception"))))
@example(
    programs=[
        program(("local", "none", BOTH)),
        program(("local", "none", BOTH), ("synchronised", "kept", BOTH)),
        program(("local", "none", BOTH), ("local", "kept", BOTH), ("synchronised", "kept", BOTH), world=2),
        program(("local", "none", [[0, 1], [0]]), ("synchronised", "kept", BOTH), parts=(PLAIN, OTHER)),
        program(("local", "none", [[0], [1]]), ("synchronised", "kept", [[1], [0]]), parts=(PLAIN, OTHER, THIRD)),
        program(("synchronised", "none", BOTH), ("local", "none", BOTH), ("synchronised", "kept", BOTH)),
        program(("synchronised", "none", BOTH), ("local", "kept", BOTH), ("synchronised", "kept", BOTH)),
    ]
)
@example(
    programs=[
        program(("nested", "none", BOTH), ("synchronised", "kept", BOTH)),
        program(("left by an exception", "none", BOTH), ("synchronised", "kept", BOTH)),
        program(("inside another's", "none", BOTH)),
        program(("local", "none", [[0], [0], [0]]), ("synchronised", "kept", [[0], [0], [0]]), world=3),
    ]
)
def test_no_sync_accumulates_and_the_next_backward_averages(kata, solution, programs):
    event(f"kinds {sorted({kind for each in programs for kind, *_ in each['steps']})}")
    check(kata, solution, programs, "gradients")


BUFFERS = [("double", 3), ("integers",), ("hidden", 2), ("single", 2, 2), ("mask", 3)]


@settings(max_examples=1)
@given(
    programs=many(
        st.builds(
            lambda made, buffers, group, seed: program(parts=made, buffers=buffers, group=group, world=3, seed=seed),
            parts(),
            st.lists(st.sampled_from(BUFFERS), max_size=3),
            st.sampled_from((None, [0, 1], [1, 2], [0, 2])),
            st.integers(0, 99),
        )
    )
)
@example(
    programs=[
        program(),
        program(parts=[(kind, 2, 3) for kind in KINDS] + [("tied", 2)], buffers=BUFFERS),
        program(parts=[("frozen", 2, 3), PLAIN], buffers=BUFFERS, world=3),
        program(buffers=BUFFERS, world=3, group=[1, 2]),
        program(world=3, group=[0, 2]),
    ]
)
def test_every_rank_begins_as_the_first_of_its_group(kata, solution, programs):
    check(kata, solution, programs, "parameters", "buffers")


def test_it_is_a_module_around_another_and_does_the_work_itself(kata):
    for returns in ("tensor", "tuple", "dictionary"):
        described = program(parts=(PLAIN, ("frozen", 1, 2), ("tied", 0)), buffers=BUFFERS, returns=returns)
        for rank, seen in enumerate(kata.run(probes.look_at, described)):
            expected = {
                "is a Module": True,
                "module is the very object": True,
                "names": ["module.part0", "module.part1"],
                "entries of the state": sorted(f"module.{name}" for name in ("part0", "part1", "part2", *NAMES)),
                "eval reaches the module": True,
                "type of the result": {"tensor": "Tensor", "tuple": "tuple", "dictionary": "dict"}[returns],
                "the result is the module's": True,
            }
            for what, value in expected.items():
                assert seen[what] == value, f"rank {rank}, {what}: {seen[what]}, expected {value}"


NAMES = ("buffer0", "buffer1", "buffer3", "buffer4")


def check(kata, solution, programs, *what):
    """Fail unless every rank of every program sees the same as with torch's class; first the reference."""
    compare(programs, kata.run(probes.train, programs), expected_of(solution, programs, what), what)


EXPECTED = {}


def expected_of(solution, programs, what):
    """What ranks see with torch's class, and with the reference, too; kept for the answers that come later."""
    key = repr((programs, what))
    if key not in EXPECTED:
        with quiet():
            EXPECTED[key] = oracle().run(probes.train, programs)
        with trusted_parts():
            compare(programs, solution.run(probes.train, programs), EXPECTED[key], what)
    return EXPECTED[key]


def compare(programs, got, expected, what):
    """Fail at the first tensor that differs, with its program, rank and step."""
    for number, described in enumerate(programs):
        for rank in described["group"] or range(described["world"]):
            where = f"in program {number} of {len(programs)}, on rank {rank} of {described['world']}" * (
                len(programs) > 1
            )
            where = where or f"on rank {rank} of {described['world']}"
            for name in what:
                ours, theirs = got[number][rank][name], expected[number][rank][name]
                if name != "gradients":
                    compare_all(ours, theirs, f"{where}, after the class was made, of {name}")
                    continue
                for step, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                    kind = described["steps"][step][0]
                    compare_all(one, other, f"{where}, after step {step} ({kind}), of gradients")


def compare_all(ours, theirs, where):
    """Fail at the first tensor of a list that differs."""
    for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one is None or other is None:
            assert one is other, f"{where}, number {index} is {told(one)}, expected {told(other)}"
            continue
        assert one.dtype == other.dtype, f"{where}, number {index} is of {one.dtype}, expected {other.dtype}"
        assert one.shape == other.shape, f"{where}, number {index} is {told(one)}, expected {told(other)}"
        if one.dtype == torch.int64 or "gradients" not in where:
            assert torch.equal(one, other), f"{where}, number {index} is {told(one)}, expected {told(other)}"
        else:
            dtype = str(one.dtype).removeprefix("torch.")
            assert_close(one, other, dtype=dtype, terms=1 + float(other.abs().max()), what=f"{where}, number {index}")


def told(value):
    """A tensor or None, as its numbers."""
    return value if value is None else value.tolist()
