"""Probes of distributed/sharded_states: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from functools import partial
from typing import Any

import numpy as np


class NobodyComesError(RuntimeError):
    """Raised where a rank waits for the others, and they are done, or wait for something else."""


class Group:
    """Ranks on threads that meet in ``reduce_scatter`` and in ``all_gather``."""

    def __init__(self, world: int, size: int) -> None:
        self.world = world
        self.size = size
        self.width = -(-size // world)
        self.lock = threading.Condition()
        self.here: dict[int, tuple[str, np.ndarray]] = {}
        self.gone: set[int] = set()
        self.meetings = 0
        self.results: dict[int, np.ndarray | None] = {}
        self.calls: list[list[str]] = [[] for _ in range(world)]
        self.padding = 0.0

    def meet(self, rank: int, what: str, array: np.ndarray) -> np.ndarray:
        """Wait for all ranks, and get what the operation gives this one."""
        expected = self.width * (self.world if what == "reduce_scatter" else 1)
        if not isinstance(array, np.ndarray) or array.shape != (expected,) or array.dtype != np.float64:
            raise ValueError(f"{what} takes a float64 array of shape ({expected},), got {array!r}")
        first = 0 if what == "reduce_scatter" else rank * self.width
        with self.lock:
            self.calls[rank].append(what)
            self.padding = max(self.padding, float(np.abs(array[max(0, self.size - first) :]).max(initial=0.0)))
            meeting = self.meetings
            self.here[rank] = (what, array.copy())
            self.open_if_complete()
            self.lock.wait_for(lambda: self.meetings > meeting)
            result = self.results[rank]
        if result is None:
            raise NobodyComesError(f"rank {rank} waits in {what}")
        return result

    def leave(self, rank: int) -> None:
        """This rank is done, or has failed."""
        with self.lock:
            self.gone.add(rank)
            self.open_if_complete()

    def open_if_complete(self) -> None:
        """Hand out the results when every rank has come, or none where one never will."""
        if not self.here or len(self.here) + len(self.gone) < self.world:
            return
        names = {what for what, _ in self.here.values()}
        arrays = [array for _, (_, array) in sorted(self.here.items())]
        if self.gone or len(names) > 1:
            self.results = dict.fromkeys(range(self.world))
        elif names == {"reduce_scatter"}:
            means = np.mean(arrays, axis=0).reshape(self.world, self.width)
            self.results = {rank: means[rank].copy() for rank in range(self.world)}
        else:
            self.results = {rank: np.concatenate(arrays) for rank in range(self.world)}
        self.here = {}
        self.meetings += 1
        self.lock.notify_all()


def train(
    kata: Any, parameters: np.ndarray, gradients: list[list[np.ndarray]], options: dict[str, Any], gaps: bool
) -> dict[str, Any]:
    """Make one optimizer on each rank, and step with ``gradients``, which holds an array for each rank and step.

    Returns:
        ``parameters``: for each step, those of each rank; ``state_elements``: of each rank, in the end; ``calls``: what
        each rank called; ``padding``: the largest absolute value in any padding; ``changed``: the ranks whose gradient
        was changed; ``stuck``: who waited in vain.
    """
    world = len(gradients[0])
    group = Group(world, parameters.size)
    after: list[list[Any]] = [[None] * world for _ in gradients]
    state_elements: list[Any] = [None] * world
    changed: list[int] = []
    errors: list[BaseException] = []

    def run(rank: int) -> None:
        try:
            own = np.repeat(parameters, 2)[::2] if gaps else parameters.copy()
            meetings = {name: partial(group.meet, rank, name) for name in ("reduce_scatter", "all_gather")}
            optimizer = kata.ShardedAdamW(own, **options, rank=rank, world=world, **meetings)
            for number, step in enumerate(gradients):
                before = step[rank].copy()
                with np.errstate(all="ignore"):
                    optimizer.step(step[rank])
                after[number][rank] = own.copy()
                if step[rank].tobytes() != before.tobytes():
                    changed.append(rank)
            state_elements[rank] = optimizer.state_elements
        except BaseException as error:
            errors.append(error)
        finally:
            group.leave(rank)

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(world)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors:
        if not isinstance(error, NobodyComesError):
            raise error
    return {
        "parameters": after,
        "state_elements": state_elements,
        "calls": group.calls,
        "padding": group.padding,
        "changed": sorted(set(changed)),
        "stuck": sorted(map(str, errors)),
    }


def held_memory(kata: Any, n: int, rank: int, world: int) -> dict[str, int]:
    """Bytes that an optimizer holds after two steps, beyond parameters and gradients, and what it says it holds."""
    parameters, gradient = np.ones(n), np.ones(n)
    width = -(-n // world)
    tracemalloc.start()
    try:
        at_start = tracemalloc.get_traced_memory()[0]
        optimizer = kata.ShardedAdamW(
            parameters,
            lr=0.1,
            rank=rank,
            world=world,
            reduce_scatter=lambda padded: padded[:width].copy(),
            all_gather=lambda shard: np.tile(shard, world),
        )
        optimizer.step(gradient)
        optimizer.step(gradient)
        gc.collect()
        held = tracemalloc.get_traced_memory()[0] - at_start
    finally:
        tracemalloc.stop()
    return {"bytes": held, "state_elements": optimizer.state_elements}


held_memory.measures = True
