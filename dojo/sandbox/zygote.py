"""A process that imports what answers need once, and forks a worker for each answer. It never runs foreign code.

It is started by :mod:`dojo.sandbox.box` with one end of a socket pair. First it reads how to begin (a length, then
JSON); then commands are single bytes, and descriptors come along with them:

- ``F`` and two descriptors (the worker's channel, its output): fork a worker; the reply is its process number;
- ``K`` and a process number: kill that worker; the reply is its number again, once it is gone;
- ``M`` and a process number: what that worker uses (:data:`USAGE`), all 0 where it is gone.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import random
import signal
import socket
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from dojo.sandbox import walls, worker
from dojo.sandbox.limits import Limits
from dojo.sandbox.selftest import open_walls
from dojo.sandbox.wire import Channel

READY, NOT_READY = b"R", b"N"
USAGE = struct.Struct("<QdI")
"""Bytes of memory, seconds of processor time (below 0: unknown), threads."""


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
    walls.prepare()
    enclosed = begin["forbidden"] is not None
    found = open_walls(begin["forbidden"], limits) if enclosed else []
    if found:
        control.sendall(NOT_READY + "; ".join(found).encode()[:4000])
        return
    control.sendall(READY)
    workers: set[int] = set()
    while True:
        command, descriptors, _, _ = socket.recv_fds(control, 5, 2)
        if not command:
            break
        if command[:1] == b"F":
            pid = os.fork()
            if pid == 0:
                control.close()
                _become_worker(descriptors[0], descriptors[1], limits if enclosed else None)
            workers.add(pid)
            for received in descriptors:
                os.close(received)
            control.sendall(struct.pack("<I", pid))
            continue
        (pid,) = struct.unpack("<I", command[1:])
        if command[:1] == b"M":
            control.sendall(USAGE.pack(*(_usage(pid) if pid in workers else (0, 0.0, 0))))
            continue
        if pid in workers:
            _kill(pid)
            workers.discard(pid)
        control.sendall(struct.pack("<I", pid))
    for pid in workers:
        _kill(pid)


def _begin(control: socket.socket) -> dict[str, Any]:
    (size,) = struct.unpack("<I", control.recv(4, socket.MSG_WAITALL))
    return dict(msgspec.json.decode(control.recv(size, socket.MSG_WAITALL)))


def _usage(pid: int) -> tuple[int, float, int]:
    """Memory, processor time and threads of a worker, as /proc tells; nothing where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0, -1.0, 0
    ticks = int(fields[11]) + int(fields[12])
    return int(fields[21]) * os.sysconf("SC_PAGE_SIZE"), ticks / os.sysconf("SC_CLK_TCK"), int(fields[17])


def _become_worker(channel: int, output: int, limits: Limits | None) -> None:
    """Go behind the last walls and serve requests; without limits there are no walls."""
    frames = None
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _die_with_parent()
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for descriptor in (null, output):
            os.close(descriptor)
        frames = Channel(socket.socket(fileno=channel))
        random.seed(0)
        if limits is not None:
            walls.enclose(limits)
            sys.modules[worker.ENCLOSED] = ModuleType(worker.ENCLOSED)
        frames.send(READY)
        worker.serve(frames, 1)
    except BaseException as error:
        if frames is not None:
            frames.send(f"{type(error).__name__}: {error}".encode())
        raise
    finally:
        os._exit(0)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(walls.PR_SET_PDEATHSIG, signal.SIGKILL)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
