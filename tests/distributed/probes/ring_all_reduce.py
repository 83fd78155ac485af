"""Probes of distributed/ring_all_reduce: they run beside an answer and hand back plain data, never an expected value.

Every rank is a thread, and one of them runs at a time: the next one is chosen when a rank waits or is done. So nothing
depends on the clock, and where all ranks wait, it is known that no message can come any more.
"""

from __future__ import annotations

import random
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dojo import ranks


class NobodySendsError(RuntimeError):
    """Raised by ``receive`` where all ranks wait or are done."""


class Network:
    """Ranks and their messages.

    Args:
        world: how many ranks there are.
        order: 0 to let the first rank run that can, else the seed of a choice.
    """

    def __init__(self, world: int, order: int) -> None:
        self.world = world
        self.choose = random.Random(order).choice if order else min
        self.turns = [threading.Semaphore(0) for _ in range(world)]
        # Of each rank that does not run and is not done: whom it waits for, itself if it may begin.
        self.waiting = {rank: rank for rank in range(world)}
        self.boxes = {(a, b): deque([None] * (a == b)) for a in range(world) for b in range(world)}
        self.sent: list[tuple[int, int, np.ndarray, np.ndarray]] = []
        self.errors: list[BaseException] = []

    def run(self, work: Callable[[int], None]) -> None:
        """Run ``work(rank)`` on all ranks to the end, and raise the first error that is not about waiting."""
        threads = [threading.Thread(target=self.run_one, args=(work, rank), daemon=True) for rank in range(self.world)]
        for thread in threads:
            thread.start()
        self.pass_on()
        for thread in threads:
            thread.join()
        for error in self.errors:
            if not isinstance(error, NobodySendsError):
                raise error

    def run_one(self, work: Callable[[int], None], rank: int) -> None:
        """The thread of one rank."""
        self.turns[rank].acquire()
        self.boxes[rank, rank].clear()
        try:
            work(rank)
        except BaseException as error:
            self.errors.append(error)
        self.pass_on()

    def pass_on(self) -> None:
        """Let a rank run whose message is there; if there is none, let those that wait fail one after another."""
        able = [rank for rank, source in self.waiting.items() if self.boxes[source, rank]]
        if able or self.waiting:
            rank = self.choose(able or list(self.waiting))
            del self.waiting[rank]
            self.turns[rank].release()

    def send(self, rank: int, to: int, array: np.ndarray) -> None:
        """Keep the very array; it is read when the other rank takes it."""
        if not isinstance(array, np.ndarray):
            raise TypeError(f"send takes an array, got {array!r}")
        if to not in range(self.world):
            raise ValueError(f"there is no rank {to} to send to")
        if len(self.sent) > 100 * self.world:
            raise RuntimeError("far too many messages were sent")
        self.sent.append((rank, to, array, array.copy()))
        self.boxes[rank, to].append(array)

    def receive(self, rank: int, source: int) -> np.ndarray:
        """Let others run, then take a copy of the oldest message."""
        if source not in range(self.world):
            raise ValueError(f"there is no rank {source} to receive from")
        self.waiting[rank] = source
        self.pass_on()
        self.turns[rank].acquire()
        box = self.boxes[source, rank]
        if not box:
            raise NobodySendsError(f"rank {rank} waits for rank {source}")
        return np.array(box.popleft())


def on_processes(kata: Any, problems: list[list[np.ndarray]]) -> list[list[Any]]:
    """Call ``ring_all_reduce`` on real processes, which send each other bytes with gloo, once for each of ``problems``.

    Each holds an array for each rank; all of them are for equally many ranks.

    Returns:
        For each problem, what each rank returned.
    """
    import torch
    import torch.distributed as dist

    world = len(problems[0])

    def work(meeting: ranks.Meeting) -> list[Any]:
        under_way: list[Any] = []

        def send(to: int, array: np.ndarray) -> None:
            sent = torch.from_numpy(np.ascontiguousarray(array).reshape(-1).view(np.uint8))
            under_way.append((array, dist.isend(torch.tensor([*array.shape, *[-1] * (8 - array.ndim)]), to)))
            if sent.numel():
                under_way.append((sent, dist.isend(sent, to)))

        def receive(source: int) -> np.ndarray:
            told = torch.zeros(8, dtype=torch.int64)
            dist.recv(told, source)
            received = np.zeros([size for size in told.tolist() if size >= 0], problems[len(results)][0].dtype)
            if received.size:
                dist.recv(torch.from_numpy(received.reshape(-1).view(np.uint8)), source)
            return received

        results: list[Any] = []
        with ranks.process_group(meeting, world, f"{folder}/group"):
            for arrays in problems:
                result = kata.ring_all_reduce(arrays[meeting.rank], meeting.rank, world, send, receive)
                results.append(result)
            for _, one in under_way:
                one.wait()
        return results

    with tempfile.TemporaryDirectory() as folder:
        by_rank = ranks.run(work, world, answer=str(kata.__file__))
    return [[results[number] for results in by_rank] for number in range(len(problems))]


def ring(kata: Any, rounds: list[list[np.ndarray]], order: int) -> dict[str, Any]:
    """Call ``ring_all_reduce`` on all ranks, once for each of ``rounds``, which holds an array for each rank.

    Every result is overwritten by its caller, once it has been looked at.

    Returns:
        ``results``: for each round and rank; ``sent``: rank, receiver, elements and dtype of each message; ``changed``:
        the messages (rank, receiver, as sent, at the end) whose array is another in the end, and ``inputs_changed``:
        the ranks whose own array is; ``read_only``: the ranks whose result can't be changed; ``stuck``: who waited in
        vain; ``left``: how many messages nobody took; ``first``: the first element of each message as it was sent, from
        which a picture tells the chunks apart.
    """
    world = len(rounds[0])
    network = Network(world, order)
    results: list[list[Any]] = [[None] * world for _ in rounds]
    inputs_changed: list[int] = []
    read_only: list[int] = []

    def work(rank: int) -> None:
        send, receive = partial(network.send, rank), partial(network.receive, rank)
        for number, chunks in enumerate(rounds):
            before = chunks[rank].copy()
            with np.errstate(all="ignore"):
                result = kata.ring_all_reduce(chunks[rank], rank, world, send, receive)
            results[number][rank] = result.copy() if isinstance(result, np.ndarray) else repr(result)
            if isinstance(result, np.ndarray) and result.flags.writeable:
                result[...] = 99
            elif isinstance(result, np.ndarray):
                read_only.append(rank)
            if chunks[rank].tobytes() != before.tobytes():
                inputs_changed.append(rank)

    network.run(work)
    return {
        "results": results,
        "sent": [(rank, to, array.size, array.dtype.name) for rank, to, _, array in network.sent],
        "changed": [
            (rank, to, before, np.array(array))
            for rank, to, array, before in network.sent
            if array.tobytes() != before.tobytes()
        ],
        "inputs_changed": sorted(set(inputs_changed)),
        "read_only": sorted(set(read_only)),
        "stuck": sorted(str(error) for error in network.errors),
        "first": [before.flat[0].item() if before.size else None for _, _, _, before in network.sent],
        "left": sum(map(len, network.boxes.values())),
    }
