"""Whether the walls hold: a process behind them tries what an answer might try, and says what it could do.

It runs once in every zygote, before the first answer. A wall that is silently absent is then a fault of the grader, and
no verdict is given.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import resource
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from dojo.sandbox import walls
from dojo.sandbox.limits import Limits

PR_GET_NO_NEW_PRIVS = 39
END = "that is all"


def open_walls(forbidden: list[str], limits: Limits, openings: tuple[str, ...] = ()) -> list[str]:
    """What a worker could still do here, in words; empty where every wall holds.

    Args:
        forbidden: paths that must not be there, such as the repository.
        limits: the bounds on a worker.
        openings: what its kata allows it besides, see :data:`dojo.header.OPENINGS`.
    """
    zygote = os.getpid()
    receiving, sending = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(receiving)
        try:
            outer = [*_namespaces(), *_privileges_before()]
            if openings:
                _move_apart()
            for found in itertools.chain(outer, _behind_the_walls(forbidden, limits, openings, zygote)):
                os.write(sending, f"{found}\n".encode())
            os.write(sending, f"{END}\n".encode())
        except BaseException as error:
            os.write(sending, f"the walls can't be put up: {error}".encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        report = pipe.read().decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    lines = report.splitlines()
    if status == 0 and END in lines:
        return lines[: lines.index(END)]
    return [*lines, "the self-test did not come to its end"]


def _move_apart() -> None:
    """Go on in the namespaces that a worker with openings gets; the process that made them waits, and ends alike."""
    walls.move_apart()
    pid = os.fork()
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)


def _behind_the_walls(forbidden: list[str], limits: Limits, openings: tuple[str, ...], zygote: int) -> Iterator[str]:
    walls.enclose(limits, openings)
    sockets: dict[str, Callable[[], object]] = {
        "open a socket": socket.socket,
        "open a pair of sockets": socket.socketpair,
    }
    beyond: dict[str, Callable[[], object]] = {
        "reach an address outside": _reach_out,
        "see packets of the network": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
        "see frames of the network": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    }
    attempts: dict[str, Callable[[], object]] = {
        **({} if "processes" in openings else {"start a process": _fork}),
        **(beyond if "loopback" in openings else sockets),
        "write a file": lambda: os.open("/self-test", os.O_WRONLY | os.O_CREAT),
        "leave a mark in a folder that others see": lambda: os.utime("/"),
        "close a folder that others need": lambda: Path("/packages").chmod(0o700),
        "mark a folder with an attribute": lambda: os.setxattr("/", "user.self-test", b"x"),
        "see other processes": lambda: list(Path("/proc").iterdir()),
        "make a file in memory": lambda: os.memfd_create("self-test"),
        "signal another process": lambda: os.kill(zygote, 0),
        "read another process's memory": lambda: os.open(f"/proc/{zygote}/mem", os.O_RDONLY),
        "limit another process": lambda: resource.prlimit(zygote, resource.RLIMIT_NOFILE),
        "run a program": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),  # noqa: S606
    }
    yield from (f"an answer could see {path}" for path in forbidden if os.path.lexists(path))
    yield from _privileges()
    # Running a program is tried last: where it succeeds, this process is replaced and can tell nothing.
    yield from (f"an answer could {what}" for what, attempt in attempts.items() if _succeeds(attempt))


def _reach_out() -> None:
    """Say something to an address of the block that is kept for documents; no reply is needed to be told of a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as messages:
        messages.connect(("192.0.2.1", 9))


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _namespaces() -> list[str]:
    """In a process namespace of our own there is nobody but bubblewrap, the zygote and us; in one for the net, lo."""
    found = []
    others = [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]
    if len(others) > 3 or "1" not in others:
        found.append(f"an answer could see {len(others)} processes")
    devices = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()
    interfaces = [line.partition(":")[0].strip() for line in devices if ":" in line]
    if any(interface != "lo" for interface in interfaces):
        found.append(f"an answer could see the network interfaces {', '.join(interfaces)}")
    return found


def _privileges_before() -> list[str]:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    wanted = {"CapEff": "0" * 16, "CapPrm": "0" * 16}
    seen = {name: status.get(name) for name in wanted}
    return [f"{name} is {seen[name]} instead of {value}" for name, value in wanted.items() if seen[name] != value]


def _privileges() -> Iterator[str]:
    """What the process may do, asked of the kernel itself: /proc is closed by now."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != -1:  # refused, as nearly all of prctl is
        yield "an answer could ask for privileges"
    if libc.unshare(walls.CLONE_NEWUSER) == 0:
        yield "an answer could make a user namespace, with capabilities in it"
    if libc.mount(b"tmpfs", walls.OWN_FOLDER.encode(), b"tmpfs", 0, None) == 0:
        yield "an answer could mount a file system"
