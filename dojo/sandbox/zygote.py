"""A process that imports what answers need once, and forks a worker for each answer. It never runs foreign code.

It is started by :mod:`dojo.sandbox.box` with one end of a socket pair. First it reads how to begin (a length, then
JSON); then commands are single bytes, and descriptors come along with them:

- ``F`` and two descriptors (the worker's channel, its output): fork a worker; the reply is its process number;
- ``K`` and a process number: kill that worker; the reply is its number again, once it is gone;
- ``M`` and a process number: what that worker uses (:data:`USAGE`), all 0 where it is gone.

Where a kata opens processes or loopback, a worker lives in namespaces of its own: a process between it and the zygote
makes them, forks it and ends, so that the worker is process 1 in there and the zygote's child all the same. To kill it
is to kill all that it started; the kernel says when the last of them is gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import random
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from dojo.sandbox import inside, walls
from dojo.sandbox.limits import Limits
from dojo.sandbox.selftest import open_walls
from dojo.sandbox.wire import Channel

READY, NOT_READY = b"R", b"N"
USAGE = struct.Struct("<QdII")
"""Bytes of memory, seconds of processor time (below 0: unknown), threads, processes."""


def main(descriptor: int) -> None:
    """Read how to begin, import what answers need, say that we are ready, and serve until the other side closes.

    Args:
        descriptor: our end of the socket pair.
    """
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whoever started us may have ignored it
    begin = _begin(control)
    limits = Limits(**begin["limits"])
    for module in begin["modules"]:
        importlib.import_module(module)
    openings = tuple(begin["openings"])
    walls.prepare(openings)
    enclosed = begin["forbidden"] is not None
    found = open_walls(begin["forbidden"], limits, openings) if enclosed else []
    if found:
        control.sendall(NOT_READY + "; ".join(found).encode()[:4000])
        return
    if openings and sys.platform == "linux":
        ctypes.CDLL(None).prctl(walls.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    control.sendall(READY)
    own_memory = _stat(os.getpid()).memory
    workers: set[int] = set()
    while True:
        command, descriptors, _, _ = socket.recv_fds(control, 5, 2)
        if not command:
            break
        if command[:1] == b"F":
            pid = _fork(control, descriptors, limits if enclosed else None, openings)
            workers.add(pid)
            for received in descriptors:
                os.close(received)
            control.sendall(struct.pack("<I", pid))
            continue
        (pid,) = struct.unpack("<I", command[1:])
        if command[:1] == b"M":
            control.sendall(_usage(pid, bool(openings), own_memory) if pid in workers else USAGE.pack(0, 0.0, 0, 0))
            continue
        if pid in workers:
            _kill(pid, group=bool(openings))
            workers.discard(pid)
        control.sendall(struct.pack("<I", pid))
    for pid in workers:
        _kill(pid, group=bool(openings))


def _begin(control: socket.socket) -> dict[str, Any]:
    (size,) = struct.unpack("<I", control.recv(4, socket.MSG_WAITALL))
    return dict(msgspec.json.decode(control.recv(size, socket.MSG_WAITALL)))


@dataclass(frozen=True)
class _Stat:
    """What /proc tells of a process; all 0 where it is gone."""

    parent: int = 0
    ticks: int = 0
    threads: int = 0
    memory: int = 0


def _stat(pid: int) -> _Stat:
    """Of one process; processor time with that of its children that have ended.

    Raises:
        OSError: there is no /proc, or no such process.
    """
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    parent, ticks = int(fields[1]), sum(map(int, fields[11:15]))
    return _Stat(parent, ticks, int(fields[17]), int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))


def _usage(pid: int, with_descendants: bool, shared: int) -> bytes:
    """Memory, processor time, threads and processes of a worker, as /proc tells; nothing where there is no /proc.

    Args:
        pid: the worker.
        with_descendants: whether it may have started others, which count, too.
        shared: how much memory each of those has in common with the zygote.
    """
    try:
        found = [_stat(pid)]
    except OSError:
        return USAGE.pack(0, -1.0, 0, 0)
    if with_descendants:
        found += _descendants(pid)
    memory = found[0].memory + sum(max(0, process.memory - shared) for process in found[1:])
    seconds = sum(process.ticks for process in found) / os.sysconf("SC_CLK_TCK")
    return USAGE.pack(memory, seconds, sum(process.threads for process in found), len(found))


def _descendants(pid: int) -> list[_Stat]:
    """Of all processes that a worker has started, and those that they have."""
    stats = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError):
                stats[int(path.name)] = _stat(int(path.name))
    family = {pid}
    while more := {process for process, stat in stats.items() if stat.parent in family} - family:
        family |= more
    return [stats[process] for process in family - {pid}]


def _fork(control: socket.socket, descriptors: list[int], limits: Limits | None, openings: tuple[str, ...]) -> int:
    """Fork a worker, into namespaces of its own where it has walls and openings; its process number."""
    apart = limits is not None and bool(openings)
    number, told = os.pipe() if apart else (-1, -1)
    waiting, ended = os.pipe() if apart else (-1, -1)
    pid = os.fork()
    if pid == 0:
        control.close()
        if apart:
            os.close(number)
            os.close(ended)
        _become_worker(descriptors[0], descriptors[1], limits, openings, told, waiting)
    if not apart:
        return pid
    os.close(told)
    os.close(waiting)
    said = os.read(number, 4)
    if len(said) == 4:  # else it has failed, and says so to whoever waits for the worker
        _reap(pid)
        (pid,) = struct.unpack("<I", said)
    os.close(number)
    os.close(ended)
    return int(pid)


def _move_apart(told: int, waiting: int) -> None:
    """Go on as process 1 of new namespaces, once the process that made them has ended."""
    walls.move_apart()
    pid = os.fork()
    if pid:
        os.write(told, struct.pack("<I", pid))
        os._exit(0)
    os.close(told)
    os.read(waiting, 1)  # until the zygote has seen it end: only then is it our parent, whose death we ask to share
    os.close(waiting)


def _become_worker(
    channel: int, output: int, limits: Limits | None, openings: tuple[str, ...], told: int, waiting: int
) -> None:
    """Go behind the last walls and serve requests; without limits there are no walls."""
    frames = None
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        frames = Channel(socket.socket(fileno=channel))
        if openings and limits is not None:
            _move_apart(told, waiting)
        elif openings:
            os.setpgid(0, 0)
        _die_with_parent()
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for descriptor in (null, output):
            os.close(descriptor)
        random.seed(0)
        if limits is not None:
            walls.enclose(limits, openings)
            sys.modules[inside.ENCLOSED] = ModuleType(inside.ENCLOSED)
        frames.send(READY)
        inside.serve(frames, 1)
    except BaseException as error:
        if frames is not None:
            frames.send(f"{type(error).__name__}: {error}".encode())
        raise
    finally:
        os._exit(0)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(walls.PR_SET_PDEATHSIG, signal.SIGKILL)


def _kill(pid: int, *, group: bool) -> None:
    """Kill a worker, and with it what it started: its namespace, or its group where it has no walls."""
    if group:
        with contextlib.suppress(OSError):  # behind walls it has no group here
            os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _reap(pid)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
