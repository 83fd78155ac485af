"""A process that imports what answers need once, and forks a worker for each answer. It never runs foreign code.

It is started by :mod:`dojo.sandbox.box` with one end of a socket pair; commands are single bytes, and descriptors come
along with them:

- ``F`` and two descriptors (the worker's channel, its output): fork a worker; the reply is its process number;
- ``K`` and a process number: kill that worker; the reply is its number again, once it is gone.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import socket
import struct
import sys

from dojo.sandbox import walls, worker
from dojo.sandbox.selftest import open_walls
from dojo.sandbox.wire import Channel

READY, NOT_READY = b"R", b"N"


def main(descriptor: int, modules: list[str], forbidden: list[str] | None) -> None:
    """Import ``modules``, say that we are ready, and serve commands until the other side closes.

    Args:
        descriptor: our end of the socket pair.
        modules: what answers need.
        forbidden: paths that must not be there; None where workers get no walls.
    """
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in modules:
        importlib.import_module(module)
    found = open_walls(forbidden) if forbidden is not None else []
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
                _become_worker(*descriptors, enclosed=forbidden is not None)
            workers.add(pid)
            for received in descriptors:
                os.close(received)
        else:
            (pid,) = struct.unpack("<I", command[1:])
            if pid in workers:
                _kill(pid)
                workers.discard(pid)
        control.sendall(struct.pack("<I", pid))
    for pid in workers:
        _kill(pid)


def _become_worker(channel: int, output: int, *, enclosed: bool) -> None:
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _die_with_parent()
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if enclosed:
            walls.enclose()
        frames = Channel(socket.socket(fileno=channel))
        frames.send(READY)
        worker.serve(frames, 1)
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
