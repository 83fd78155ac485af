"""``dojo doctor``: every part is tried, not assumed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.text import Text

from dojo.catalogue import Catalogue
from dojo.errors import DojoError, GraderFault, NoWallsError
from dojo.header import OPENINGS
from dojo.sandbox.box import Box, Isolation
from dojo.sandbox.walls import landlock_version
from dojo.sandbox.wire import pack, unpack

State = Literal["works", "missing", "broken"]
SIGNS = {"works": ("✓", "green"), "missing": ("·", "yellow"), "broken": ("✗", "bold red")}

LANDLOCK_WITH_SCOPES = 6
"""The version that keeps signals and abstract sockets inside: Linux 6.12."""


@dataclass(frozen=True)
class Finding:
    """One part: what it is, whether it works, what was seen, and what to do."""

    part: str
    state: State
    seen: str
    way_out: str = ""


def examine() -> list[Finding]:
    """Try every part; nothing is changed."""
    found = [Finding("python", "works", f"{platform.python_version()} at {sys.executable}")]
    found += [_library(name, needed=True) for name in ("hypothesis", "pytest", "numpy")]
    found.append(_library("torch", needed=False))
    found.append(_tried("CUDA", _cuda))
    found.append(_tried("katas", _katas))
    found.append(_tried("journal", _journal))
    libraries = [library for library in ("plain", "numpy", "torch") if _is_there(library)]
    found += [_tried(f"worker ({library})", _worker(library, "process")) for library in libraries]
    found.append(_walls())
    if found[-1].state == "works":
        found.append(_tried("walls, opened", _opened_walls))
    return found


def _is_there(library: str) -> bool:
    return library == "plain" or importlib.util.find_spec(library) is not None


def _library(name: str, *, needed: bool) -> Finding:
    if _is_there(name):
        return Finding(name, "works", importlib.metadata.version(name))
    way_out = f"pip install {name}" if needed else f"pip install {name}; katas that do not need it work without"
    return Finding(name, "broken" if needed else "missing", "not installed", way_out)


def _tried(part: str, attempt: Callable[[], Finding]) -> Finding:
    try:
        return attempt()
    except (DojoError, GraderFault) as error:
        return Finding(part, "broken", str(error), getattr(error, "way_out", ""))


def _cuda() -> Finding:
    if not _is_there("torch"):
        return Finding("CUDA", "missing", "not looked for without torch")
    import torch

    if torch.cuda.is_available():
        return Finding("CUDA", "works", f"{torch.cuda.get_device_name()}; `pytest -m gpu` checks the katas on it")
    return Finding("CUDA", "missing", "GPU not checked: torch sees no CUDA device")


def _katas() -> Finding:
    catalogue = Catalogue()
    return Finding("katas", "works", f"{len(catalogue.katas)} in {catalogue.root}")


def _journal() -> Finding:
    from dojo.practice.journal import Journal

    with Journal() as journal:
        journal.check_writable()
        return Finding("journal", "works", str(journal.path))


def _worker(library: str, isolation: Isolation) -> Callable[[], Finding]:
    part = f"worker ({library})" if isolation == "process" else "walls"

    def attempt() -> Finding:
        started = time.perf_counter()
        with Box(library, isolation=isolation) as box:
            worker = box.worker()
            ready = time.perf_counter()
            reply = worker.request(["load", "probe", "<doctor>", b"def twice(x): return x + x", b"", {}], timeout=10)
            called = worker.request(["call", "answer", "twice", [pack([1])], {}], timeout=10)
            milliseconds = (time.perf_counter() - ready) * 1000
            worker.close()
        if reply.raised or called.raised or unpack(called.result) != [1, 1]:
            return Finding(part, "broken", f"replied {called}")
        return Finding(part, "works", f"ready in {ready - started:.2f} s, first answer {milliseconds:.1f} ms later")

    return attempt


def _walls() -> Finding:
    """Whether other people's answers can be judged: the self-test behind the walls tries what an answer might try."""
    try:
        finding = _worker("plain", "bubblewrap")()
    except NoWallsError as error:
        seen = f"{error} Your own answers are checked in a plain process."
        return Finding("walls", "missing", seen, error.way_out)
    except GraderFault as fault:
        return Finding("walls", "broken", str(fault), "`dojo grade` refuses to judge foreign answers until they hold.")
    if finding.state != "works":
        return finding
    tried = "no file, socket, process, signal or memory of others could be reached"
    version = landlock_version()
    scopes = "" if version >= LANDLOCK_WITH_SCOPES else " (without scopes: namespaces and seccomp keep signals in)"
    return Finding("walls", "works", f"bubblewrap, Landlock {version}{scopes}, seccomp: {tried}")


OPENED_PROBE = b"""
import os, socket

def speaks():
    listening = socket.create_server(("127.0.0.1", 0))
    if os.fork() == 0:
        with socket.create_connection(listening.getsockname()) as ours:
            ours.sendall(str(os.getppid()).encode())
        os._exit(0)
    said = listening.accept()[0].recv(10)
    os.wait()
    return said
"""


def _opened_walls() -> Finding:
    """Whether katas with ``Walls: processes, loopback`` can be judged: a process is forked and speaks to its parent."""
    part = "walls, opened"
    with Box("plain", isolation="bubblewrap", openings=OPENINGS) as box:
        worker = box.worker()
        worker.request(["load", "probe", "<doctor>", OPENED_PROBE, b"", {}], timeout=10)
        reply = worker.request(["call", "answer", "speaks", [], {}], timeout=10)
        worker.close()
    if reply.raised or unpack(reply.result) != b"1":
        return Finding(part, "broken", f"replied {reply}", "katas with `Walls` in their header can't be judged here")
    return Finding(part, "works", "for katas that need them: a few processes, and loopback among these alone")


def render(console: Console, findings: list[Finding]) -> None:
    """Print the findings, a line each."""
    for line in _lines(findings):
        console.print(line)


def _lines(findings: list[Finding]) -> Iterator[Text]:
    width = max(len(finding.part) for finding in findings)
    for finding in findings:
        sign, style = SIGNS[finding.state]
        yield Text.assemble((f"{sign} ", style), (f"{finding.part:<{width}}  ", "bold"), finding.seen)
        for line in finding.way_out.splitlines():
            yield Text(" " * (width + 4) + line, "yellow")
