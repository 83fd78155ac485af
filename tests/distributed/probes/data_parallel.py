"""Probes of distributed/data_parallel: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

import itertools
import tempfile
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from dojo import ranks

DTYPES = {"single": torch.float32, "integers": torch.int64}


class Net(nn.Module):
    """A module of some parts, each a matrix or another name of an earlier one; a call says which parts it uses."""

    def __init__(self, program: dict[str, Any], seed: int) -> None:
        super().__init__()
        self.returns = program["returns"]
        numbers = torch.Generator().manual_seed(seed)
        for index, (kind, *shape) in enumerate(program["parts"]):
            if kind == "tied":
                self.register_parameter(f"part{index}", getattr(self, f"part{shape[0]}"))
                continue
            values = torch.randn(shape, generator=numbers, dtype=DTYPES.get(kind, torch.float64))
            values = values.t().contiguous().t() if kind == "transposed" else values
            parameter = nn.Parameter(values, requires_grad=kind not in ("frozen", "frozen later"))
            parameter.grad = values.clone() if kind == "frozen later" else None
            self.register_parameter(f"part{index}", parameter)
        for index, (kind, *shape) in enumerate(program["buffers"]):
            values = torch.randint(-99, 99, shape, generator=numbers) * (2**56 + 1 if kind == "integers" else 1)
            values = values.to(DTYPES.get(kind, torch.float64))
            if kind == "mask":
                values = torch.where(values > 0, 0.0, -torch.inf)
            self.register_buffer(f"buffer{index}", values, persistent=kind != "hidden")

    def forward(self, x: torch.Tensor, *, uses: list[int]) -> Any:
        """One number for each row of x (n, 4)."""
        total = x.new_zeros(len(x))
        for index in uses:
            matrix = getattr(self, f"part{index}")
            total = total + (x[:, : len(matrix)].to(matrix.dtype) @ matrix).tanh().sum(1).double()
        return {"tensor": total, "tuple": ("total", total), "dictionary": {"total": [total]}}[self.returns]


def total_of(result: Any) -> torch.Tensor:
    """The tensor in what a ``Net`` returns."""
    while not isinstance(result, torch.Tensor):
        result = result["total"] if isinstance(result, dict) else result[-1]
    return result


def one_step(
    model: nn.Module, other: Any, step: tuple[str, str, list[list[int]]], x: torch.Tensor, uses: list[int]
) -> None:
    """Forward and backward on one rank; of what kind, the step says; ``other`` is another model of the class."""
    kind, before, _ = step
    if before != "kept":
        model.zero_grad(set_to_none=before == "none")
    model.train(kind != "in eval mode")
    if kind in ("synchronised", "in eval mode"):
        total_of(model(x, uses=uses)).sum().backward()
        return
    if kind == "inside another's":
        with other.no_sync():
            total_of(model(x, uses=uses)).sum().backward()
        return
    try:
        with model.no_sync():
            if kind == "nested":
                with model.no_sync():
                    pass
            total_of(model(x, uses=uses)).sum().backward()
            if kind == "left by an exception":
                raise LookupError
    except LookupError:
        pass


def one_program(kata: Any, program: dict[str, Any], rank: int) -> dict[str, Any] | None:
    """What one rank sees of a program; None where it does not belong to the group."""
    group = dist.new_group(program["group"]) if program["group"] else None
    members = program["group"] or list(range(program["world"]))
    if rank not in members:
        return None
    net = Net(program, 100 * program["seed"] + rank)
    keywords = {} if group is None else {"process_group": group}
    model = kata.DataParallel(net, **keywords)
    others = any(kind == "inside another's" for kind, *_ in program["steps"])
    other = kata.DataParallel(nn.Linear(1, 1), **keywords) if others else None
    seen: dict[str, Any] = {
        "parameters": [parameter.detach().clone() for parameter in net.parameters()],
        "buffers": [buffer.clone() for buffer in net.buffers()],
        "gradients": [],
    }
    for number, step in enumerate(program["steps"]):
        numbers = torch.Generator().manual_seed(10_000 * program["seed"] + 100 * number + rank)
        x = torch.randn((1 + (rank + number) % 3, 4), generator=numbers, dtype=torch.float64)
        one_step(model, other, step, x, step[2][members.index(rank)])
        seen["gradients"].append([None if each.grad is None else each.grad.clone() for each in net.parameters()])
    return seen


def on_ranks(kata: Any, worlds: list[int], work: Any) -> list[list[Any]]:
    """Run ``work(number, rank)`` for each of ``worlds`` on that many ranks; what it returns, by number and rank.

    All of one size have one process group, since it takes longer to make one than to use it.
    """
    order = sorted(range(len(worlds)), key=worlds.__getitem__)
    with tempfile.TemporaryDirectory() as folder:

        def one_rank(meeting: ranks.Meeting) -> list[Any]:
            ranks.watch(meeting, kata)
            seen: list[Any] = [None] * len(worlds)
            for world, numbers in itertools.groupby(order, worlds.__getitem__):
                if meeting.rank < world:
                    with ranks.process_group(meeting, world, f"{folder}/{world}"):
                        for number in numbers:
                            seen[number] = work(number, meeting.rank)
            return seen

        by_rank = ranks.run(one_rank, max(worlds), answer=str(kata.__file__))
    return [[by_rank[rank][number] for rank in range(world)] for number, world in enumerate(worlds)]


def train(kata: Any, programs: list[dict[str, Any]]) -> list[list[Any]]:
    """Run programs one after the other, each on ``world`` processes that talk over loopback.

    Returns:
        For each program and rank of its group (None for other ranks): ``parameters`` and ``buffers`` as they are once
        the class has been made, and ``gradients`` after each step.
    """
    worlds = [program["world"] for program in programs]
    return on_ranks(kata, worlds, lambda number, rank: one_program(kata, programs[number], rank))


def not_to_be_used(*_: Any, **__: Any) -> None:
    """In the place of what makes torch's class."""
    raise TypeError("DistributedDataParallel may not be used")


def look_at(kata: Any, program: dict[str, Any]) -> list[Any]:
    """What the class is like around a module, on each rank, in words that are the same for all right answers."""

    def look(_: int, rank: int) -> dict[str, Any]:
        DistributedDataParallel.__init__ = not_to_be_used
        net = Net(program, rank)
        model = kata.DataParallel(net)
        x = torch.ones((2, 4), dtype=torch.float64)
        result, own = model(x, uses=[0]), net(x, uses=[0])
        total_of(result).sum().backward()
        model.eval()
        return {
            "is a Module": isinstance(model, nn.Module),
            "module is the very object": model.module is net,
            "names": sorted(name for name, _ in model.named_parameters()),
            "entries of the state": sorted(model.state_dict()),
            "eval reaches the module": not net.training,
            "type of the result": type(result).__name__,
            "the result is the module's": torch.equal(total_of(result), total_of(own)),
        }

    return on_ranks(kata, [program["world"]], look)[0]
