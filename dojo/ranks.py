"""Several processes that work together: a probe runs the ranks of a distributed program with them, beside an answer.

Each rank is a fork of this process, so nothing is imported again. Before a collective of ``torch.distributed``
begins, its rank says so here and waits until all members of the group have said so. Therefore it is known, without any
clock, that a rank waits for others that never come, and that two ranks do not fit together; both are said in words.
The collective itself is that of the backend. What goes past this meeting (messages between two ranks, say) is ended by
the backend's own time limit.

Needs the standard library alone, and torch for :func:`process_group`.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import gc
import inspect
import linecache
import os
import pickle
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

PATIENCE, IDLE = 1.0, 0.02
"""How many seconds ranks must be silent, and with how little processor time in each, until they count as waiting."""
MOST_SILENT = 3
"""How often, until nobody waits for them any longer."""
TIME_LIMIT = 10.0
"""Seconds that the backend waits for a message."""
COLLECTIVES = {
    "all_reduce": ("op",),
    "all_reduce_coalesced": ("op",),
    "broadcast": ("src", "group_src"),
    "reduce": ("dst", "group_dst", "op"),
    "all_gather": (),
    "all_gather_coalesced": (),
    "all_gather_into_tensor": (),
    "gather": ("dst", "group_dst"),
    "scatter": ("src", "group_src"),
    "reduce_scatter": ("op",),
    "reduce_scatter_tensor": ("op",),
    "all_to_all": (),
    "all_to_all_single": (),
    "barrier": (),
}
"""The collectives, and which arguments must be the same on all ranks."""
UNEVEN = ("gather", "scatter", "all_to_all", "all_to_all_single")
"""Those whose tensors need not be alike on all ranks."""
BEGIN, END = "the beginning of its work", "the end of its work"


class RankWaitsError(RuntimeError):
    """A rank waits for others that never come; the text says which, where, and what the others do."""


class RankDiedError(RuntimeError):
    """The process of a rank ended before its work did."""


class RanksDifferError(RuntimeError):
    """Ranks meet in collectives that do not fit together."""


@dataclass
class _Rank:
    """What is known of a rank: its process, the pipes to and from it, where it is."""

    pid: int
    hears: int
    tells: int
    state: str = "runs"  # then "waits", "returned", "raised" or "died"
    group: tuple[int, ...] = ()
    what: str = "something that is no collective"
    fits: tuple[Any, ...] = ()
    result: Any = None
    received: bytearray = field(default_factory=bytearray)


class Meeting:
    """A rank's end: where it says that it begins a collective, and waits for the others.

    Attributes:
        rank: its number.
    """

    def __init__(self, rank: int, tells: int, hears: int) -> None:
        self.rank = rank
        self._tells = tells
        self._hears = hears
        self._lock = threading.Lock()

    def tell(self, *message: Any) -> None:
        """Send a message to the process that runs the ranks."""
        data = pickle.dumps(message)
        data = len(data).to_bytes(8, "little") + data
        while data:
            data = data[os.write(self._tells, data) :]

    def wait(self, group: tuple[int, ...], what: str, fits: tuple[Any, ...] = ()) -> None:
        """Wait until all members of a group are here.

        Args:
            group: the members.
            what: what is begun, for a reader.
            fits: what must be the same on all of them.

        Raises:
            RankWaitsError: they never come; RanksDifferError: they come for something else.
        """
        with self._lock:
            self.tell("waits", group, what, fits)
            said = os.read(self._hears, 1)
        if said == b"g":
            return
        raise (RanksDifferError if said == b"d" else RankWaitsError)(what)

    def leave(self) -> None:
        """Wait until nobody needs this process any more."""
        with contextlib.suppress(OSError):
            os.read(self._hears, 1)


def run(work: Callable[[Meeting], Any], world: int, *, answer: str = "") -> list[Any]:
    """Run ``work`` on so many processes at once and return what each of them returned, by rank.

    Args:
        work: takes the rank's :class:`Meeting`; returns what can be pickled.
        world: how many processes.
        answer: the file of the answer: of what is raised there, the line is told.

    Raises:
        RankDiedError, RanksDifferError, RankWaitsError: as they say. Else what a rank raised, the first rank's first.

    However it ends, all processes have ended then.

    Example:
        >>> run(lambda meeting: meeting.rank * 10, 3)
        [0, 10, 20]
    """
    ranks: list[_Rank] = []
    alive, held = os.pipe()
    try:
        for rank in range(world):
            ranks.append(_start(work, rank, ranks, alive, held, answer))
        _conduct(ranks)
    finally:
        for each in ranks:
            _kill(each)
        codes = [os.waitstatus_to_exitcode(os.waitpid(each.pid, 0)[1]) for each in ranks]
        for descriptor in (alive, held, *(end for each in ranks for end in (each.hears, each.tells))):
            os.close(descriptor)
    _judge(ranks, codes)
    return [each.result for each in ranks]


def _start(
    work: Callable[[Meeting], Any], rank: int, earlier: list[_Rank], alive: int, held: int, answer: str
) -> _Rank:
    from_rank, tells = os.pipe()
    hears, to_rank = os.pipe()
    pid = os.fork()
    if pid:
        os.close(tells)
        os.close(hears)
        return _Rank(pid, from_rank, to_rank)
    try:
        gc.freeze()  # what was there before is not looked through: that would copy all of its memory
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for descriptor in (from_rank, to_rank, held, *(end for each in earlier for end in (each.hears, each.tells))):
            os.close(descriptor)
        threading.Thread(target=_end_with_parent, args=(alive,), daemon=True).start()
        meeting = Meeting(rank, tells, hears)
        try:
            meeting.tell("returned", work(meeting))
        except BaseException as error:
            meeting.tell("raised", *_described(error, answer))
        meeting.leave()
    finally:
        os._exit(0)


def _end_with_parent(alive: int) -> None:
    os.read(alive, 1)  # nobody writes: it comes back when the last writer is gone
    os._exit(1)


def _described(error: BaseException, answer: str) -> tuple[str, list[str], str, str, str]:
    """Name, bases and text of an exception, the answer's line that it came from, and the module that raised it."""
    trace, line, module = error.__traceback__, "", ""
    while trace is not None:
        code = trace.tb_frame.f_code
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if answer and code.co_filename == answer:
            source = linecache.getline(answer, trace.tb_lineno).strip()
            line = f"line {trace.tb_lineno}, in {code.co_name}: {source}"
        trace = trace.tb_next
    return type(error).__name__, [base.__name__ for base in type(error).__mro__], str(error)[:2000], line, module


def _conduct(ranks: list[_Rank]) -> None:
    """Let ranks go on that meet, until all have ended or wait in vain."""
    silent = 0
    while open_ones := [each for each in ranks if each.state in ("runs", "waits")]:
        running = [each for each in open_ones if each.state == "runs"]
        if not running:
            return  # nobody can go on: those that wait are killed where they stand
        before = _processor_time(running)
        ready, _, _ = select.select([each.hears for each in running], [], [], PATIENCE)
        if not ready and before is not None and (_processor_time(running) or 0) - before < IDLE * PATIENCE:
            # They wait, and not in a meeting: for a message of another rank, as a rule. None of those that are done or
            # wait can send it. Once they are killed, the backend tells those that wait for them.
            silent += 1
            if silent == MOST_SILENT:
                return
            for each in [each for each in ranks if each.state != "runs"] or ranks[-1:]:
                _kill(each)
                each.state = "waits" if each.state == "runs" else each.state
        for each in running:
            if each.hears in ready:
                _listen(each)
            elif not ready and _has_ended(each):  # and something that it has started holds its pipe open
                each.state = "died"
        while _meet(ranks):
            pass


def _processor_time(ranks: list[_Rank]) -> float | None:
    """What these have used, in seconds; None where the system does not tell."""
    try:
        return sum(time.clock_gettime((~each.pid << 3) | 2) for each in ranks)  # clock_getcpuclockid(3)
    except (OSError, AttributeError):
        return None


def _has_ended(each: _Rank) -> bool:
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return hasattr(os, "waitid") and os.waitid(os.P_PID, each.pid, how) is not None


def _kill(each: _Rank) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(each.pid, signal.SIGKILL)


def _listen(each: _Rank) -> None:
    data = os.read(each.hears, 1 << 16)
    each.received += data
    if not data:
        each.state = "died"
        return
    size = int.from_bytes(each.received[:8], "little")
    if len(each.received) < 8 + size:
        return
    each.state, *rest = pickle.loads(bytes(each.received[8 : 8 + size]))  # noqa: S301  # a fork of this very process
    del each.received[: 8 + size]
    if each.state == "waits":
        each.group, each.what, each.fits = rest
    else:
        each.result = rest[0] if each.state == "returned" else rest


def _meet(ranks: list[_Rank]) -> bool:
    """Let those go on whose group is complete; whether there was such a group."""
    for each in ranks:
        members = [ranks[rank] for rank in each.group] if each.state == "waits" else []
        if members and all(other.state == "waits" and other.group == each.group for other in members):
            if any(other.fits != each.fits for other in members):
                return False
            for other in members:
                other.state = "runs"
                _say(other, b"g")
            return True
    return False


def _say(each: _Rank, what: bytes) -> None:
    with contextlib.suppress(OSError):
        os.write(each.tells, what)


def _judge(ranks: list[_Rank], codes: list[int]) -> None:
    """Raise what went wrong first: a dead rank, then an exception, then those that wait."""
    for rank, (each, code) in enumerate(zip(ranks, codes, strict=True)):
        if each.state == "died":
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            raise RankDiedError(f"the process of rank {rank} ended {how}, before its work did{_others(ranks, rank)}")
    broken = [(rank, each) for rank, each in enumerate(ranks) if each.state == "raised"]
    for rank, each in sorted(broken, key=lambda pair: _is_of_backend(pair[1].result)):
        name, bases, text, line, module = each.result
        where = f" ({line})" if line else ""
        if _is_of_backend(each.result) and len(broken) < len(ranks):
            raise RankWaitsError(f"rank {rank} waits for a message that never comes{where}{_others(ranks, rank)}")
        raise _exception(name, bases, f"rank {rank}: {text}{where}", module)
    waiting = [(rank, each) for rank, each in enumerate(ranks) if each.state == "waits"]
    for _, each in waiting:
        members = [(number, ranks[number]) for number in each.group]
        together = all(other.state == "waits" and other.group == each.group for _, other in members)
        if together and not any(other.what in (BEGIN, END) for _, other in members):
            told = "; ".join(f"rank {number} comes to {other.what}" for number, other in members)
            raise RanksDifferError(f"what the ranks do does not fit together: {told}")
    stuck = [(rank, each) for rank, each in enumerate(ranks) if each.state in ("runs", "waits")]
    for rank, each in sorted(stuck, key=lambda pair: pair[1].what in (BEGIN, END)):
        raise RankWaitsError(f"rank {rank} waits in {each.what}, for ever{_others(ranks, rank)}")


def _others(ranks: list[_Rank], rank: int) -> str:
    """What all other ranks do, in words."""
    words = {
        "runs": "is still at work",
        "returned": "has done all its work",
        "raised": "has raised an exception",
        "died": "is dead",
    }
    told = [
        f"rank {number} {words.get(each.state) or f'waits in {each.what}' * (each.what != END) or words['returned']}"
        for number, each in enumerate(ranks)
        if number != rank
    ]
    return "".join(f"; {each}" for each in told)


def _is_of_backend(result: Any) -> bool:
    """Whether an exception is the backend's, that a connection was closed or nothing came in time."""
    return "gloo" in result[2] and any(word in result[2] for word in ("onnection", "imed out", "imeout"))


def _exception(name: str, bases: list[str], text: str, module: str) -> BaseException:
    """An exception of the nearest built-in kind."""
    for base in bases:
        kind = getattr(builtins, base, None)
        if kind not in (None, Exception, BaseException) and issubclass(kind, Exception):
            with contextlib.suppress(TypeError):
                error: Exception = kind(text if base == name else f"{name}: {text}")
                error.raised_in = module  # type: ignore[attr-defined]  # dojo.pytest_plugin tells a stub by it
                return error
    return RuntimeError(f"{name}: {text}")


@contextlib.contextmanager
def process_group(meeting: Meeting, world: int, file: str) -> Iterator[None]:
    """A process group of gloo over loopback, in which every collective begins with a meeting.

    Args:
        meeting: of this rank.
        world: how many ranks there are.
        file: by which the ranks find each other; it is not there yet.
    """
    from datetime import timedelta

    import torch
    import torch.distributed as dist

    os.environ["GLOO_SOCKET_IFNAME"] = "lo0" if sys.platform == "darwin" else "lo"
    torch.set_num_threads(1)
    store = dist.FileStore(file, world)
    limit = timedelta(seconds=TIME_LIMIT)
    meeting.wait(tuple(range(world)), BEGIN)
    dist.init_process_group("gloo", store=store, rank=meeting.rank, world_size=world, timeout=limit)
    yield  # where it raises, the connections stay open: others may be about to make them
    meeting.wait(tuple(range(world)), END)  # nobody closes a connection that another one still reads from
    dist.destroy_process_group()


def watch(meeting: Meeting, *modules: Any) -> None:
    """Let the collectives of ``torch.distributed`` begin with a meeting from here on, in this process.

    Args:
        meeting: of this rank.
        *modules: modules that may have imported them by name.
    """
    import torch.distributed as dist
    from torch.distributed import distributed_c10d

    for name, arguments in COLLECTIVES.items():
        original = getattr(dist, name, None)
        if original is None:
            continue
        watched = _watched(meeting, name, original, arguments)
        for module in (dist, distributed_c10d, *modules):
            for key, value in list(vars(module).items()):
                if value is original:
                    setattr(module, key, watched)


def _watched(
    meeting: Meeting, name: str, original: Callable[..., Any], arguments: tuple[str, ...]
) -> Callable[..., Any]:
    import torch.distributed as dist

    signature = inspect.signature(original)

    @functools.wraps(original)
    def begin(*positional: Any, **keywords: Any) -> Any:
        bound = signature.bind(*positional, **keywords)
        bound.apply_defaults()
        given = bound.arguments
        group = given.get("group")
        members = tuple(dist.get_process_group_ranks(group if group is not None else dist.group.WORLD))
        if meeting.rank in members:
            own = {key: str(given[key]) for key in arguments if given.get(key) is not None}
            tensors = list(_tensors(list(given.values())))
            sizes = tuple((str(each.dtype), each.numel()) for each in tensors) if name not in UNEVEN else ()
            shown = ", ".join(f"{str(each.dtype).removeprefix('torch.')} {tuple(each.shape)}" for each in tensors)
            meeting.wait(members, f"{name}({shown})", (name, tuple(own.items()), sizes))
        return original(*positional, **keywords)

    return begin


def _tensors(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _tensors(value)
        elif hasattr(value, "numel"):
            yield value
