"""Where answers run: a box starts a zygote, and gives out workers.

There are two kinds of isolation. ``bubblewrap`` puts the zygote behind walls: an empty root with the interpreter and
the libraries, no network, no other process, nothing of the repository (:mod:`dojo.sandbox.bubblewrap`); its workers
then take away from themselves what is left (:mod:`dojo.sandbox.walls`). ``process`` is a plain child process with
deadlines, for one's own code.

A kata may say in its header that its answers need processes or the loopback interface (``Walls: processes, loopback``).
They get a box of their own: another zygote behind walls of bubblewrap, and in it each worker has namespaces of its own
for processes, network and IPC. What it forks lives in there and ends with it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import msgspec

from dojo.errors import DojoError, GraderFault, NoWallsError
from dojo.sandbox import bubblewrap
from dojo.sandbox.bubblewrap import ENGINE
from dojo.sandbox.client import Usage, Worker
from dojo.sandbox.limits import DEFAULT_LIMITS, Limits
from dojo.sandbox.namespaces import how_to_allow, why_no_box
from dojo.sandbox.wire import Channel
from dojo.sandbox.zygote import READY, USAGE

MODULES = {"plain": ["dojo.meters"], "numpy": ["dojo.meters", "numpy"], "torch": ["dojo.meters", "numpy", "torch"]}

Isolation = Literal["bubblewrap", "process"]

PROGRAM = (
    "import sys; sys.path.insert(0, {engine!r}); sys.path += {packages!r}; "
    "from dojo.sandbox.zygote import main; main({descriptor})"
)


class Box:
    """A zygote with the imports of one library, and the workers that it forks.

    Args:
        library: ``plain``, ``numpy`` or ``torch``.
        limits: the bounds on its answers.
        isolation: ``bubblewrap`` or ``process``; it must be named, so that nobody is without walls by accident.
        hidden: folders that no answer may see, the repository's as a rule.
        openings: what the answers may do besides, see :data:`dojo.header.OPENINGS`.

    Use it as a context manager, or :meth:`close` it: everything that it started ends then.
    """

    def __init__(
        self,
        library: str,
        limits: Limits = DEFAULT_LIMITS,
        *,
        isolation: Isolation,
        hidden: Sequence[Path] = (),
        openings: Sequence[str] = (),
    ) -> None:
        if os.name != "posix":
            raise DojoError(
                f"Answers can't be run in a process of their own on {sys.platform}.",
                "Use `pytest`, which runs them in process, or the Windows Subsystem for Linux.",
            )
        self.library = library
        self.limits = limits
        self.isolation = isolation
        self._hidden = tuple(hidden)
        self._openings = tuple(openings)
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = False
        self._spare: Worker | None = None

    def start(self) -> None:
        """Start the zygote without waiting for it: its imports run while the caller does something else."""
        if self._zygote is not None:
            return
        try:
            self._start()
        except OSError as error:  # no folder for temporary files, no more descriptors
            raise GraderFault(f"the process that starts workers can't be started: {error}") from error

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs, self._command(theirs.fileno()) as (command, descriptors):
            self._zygote = subprocess.Popen(
                command,
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd="/",
                env={
                    "PATH": os.environ.get("PATH", ""),
                    "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
                    "PYTHONHASHSEED": "0",
                },
            )
        self._control = ours
        self._ready = False
        walled = self.isolation == "bubblewrap"
        forbidden = bubblewrap.forbidden(self._hidden) if walled else None
        begin = msgspec.json.encode(
            {
                "modules": [*MODULES[self.library], *(["dojo.ranks"] if self._openings else [])],
                "forbidden": forbidden,
                "limits": msgspec.to_builtins(self.limits),
                "openings": self._openings,
            }
        )
        with contextlib.suppress(OSError):  # it is gone: whoever asks it first is told why
            self._control.sendall(struct.pack("<I", len(begin)) + begin)

    @contextlib.contextmanager
    def _command(self, descriptor: int) -> Iterator[tuple[list[str], list[int]]]:
        """The command that starts the zygote, and the descriptors that it is handed."""
        if self.isolation == "process":
            program = PROGRAM.format(engine=str(ENGINE.parent), packages=bubblewrap.packages(), descriptor=descriptor)
            yield [sys.executable, "-s", "-P", "-S", "-c", program], [descriptor]
            return
        (bwrap, *python), arguments = bubblewrap.command(self._hidden)
        program = PROGRAM.format(engine="/engine", packages=bubblewrap.inner_packages(), descriptor=descriptor)
        with tempfile.TemporaryFile() as file:
            file.write(b"".join(word.encode() + b"\0" for word in arguments))
            file.seek(0)
            yield [bwrap, "--args", str(file.fileno()), *python, "-c", program], [descriptor, file.fileno()]

    def _ask(self, command: bytes, descriptors: list[int]) -> int:
        """Send a command to the zygote and return the process number that it answers with."""
        self.start()
        assert self._control is not None
        try:
            self._control.settimeout(self.limits.start)
            self._await_readiness()
            socket.send_fds(self._control, [command], descriptors)
            reply = self._control.recv(4)
            if len(reply) != 4:
                raise ConnectionError
        except OSError as error:
            words = self._last_words()
            if "bwrap" in words:
                why = why_no_box() or words
                raise NoWallsError(f"There are no walls for foreign answers: {why}.", how_to_allow()) from error
            raise GraderFault(str(error) or f"the process that starts workers does not answer: {words}") from error
        (pid,) = struct.unpack("<I", reply)
        return int(pid)

    def _await_readiness(self) -> None:
        if self._ready or self._control is None:
            return
        if self._control.recv(1) != READY:
            why = self._control.recv(4000).decode(errors="replace")
            raise ConnectionError(f"the walls do not hold: {why}" if why else "")
        self._ready = True

    def check(self) -> None:
        """Start a worker and end it: whether answers can be judged here at all.

        Raises:
            GraderFault: they can't; NoWallsError: for want of walls.
        """
        self.worker().close()

    def _last_words(self) -> str:
        zygote = self._zygote
        self._abandon()
        if zygote is None or zygote.stderr is None:
            return "it is gone"
        with zygote.stderr:
            return zygote.stderr.read().decode(errors="replace").strip()[-2000:] or f"it ended with {zygote.returncode}"

    def worker(self) -> Worker:
        """A fresh worker: one that was started while the one before it was at work, where there is such a one.

        Raises:
            GraderFault: it can't be started.
        """
        worker = self._ready_spare()
        if worker is None:
            worker = self._begun()
            worker.greet()
        if not self._openings:
            # To put up walls takes longer than most calls: the next worker does it meanwhile, and waits for an answer.
            self._spare = self._begun()
        return worker

    def _ready_spare(self) -> Worker | None:
        """The worker that was started beforehand; None where there is none, or it was killed meanwhile."""
        spare, self._spare = self._spare, None
        if spare is not None:
            try:
                spare.greet()
            except GraderFault:
                return None
        return spare

    def _begun(self) -> Worker:
        """A worker that may not have its walls yet."""
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        for end in (reading, writing):  # an answer that prints much loses the rest, and waits for nobody
            os.set_blocking(end, False)
        try:
            with theirs:
                pid = self._fork([theirs.fileno(), writing])
        except BaseException:
            ours.close()
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return Worker(
            Channel(ours, largest=self.limits.reply),
            reading,
            self.limits,
            usage=lambda: self.usage(pid),
            kill=lambda: self.kill(pid),
        )

    def _fork(self, descriptors: list[int]) -> int:
        """Let the zygote fork; one that was killed from outside is replaced, once."""
        try:
            return self._ask(b"F", descriptors)
        except NoWallsError:
            raise
        except GraderFault:
            return self._ask(b"F", descriptors)

    def usage(self, pid: int) -> Usage | None:
        """What a worker uses; None where it is gone, or where the system does not tell.

        The zygote is asked, which sees its workers by their own numbers; to look through all processes of a machine
        takes a hundred times as long.
        """
        if self._control is None or not self._ready:
            return None
        try:
            self._control.settimeout(self.limits.start)
            self._control.sendall(b"M" + struct.pack("<I", pid))
            reply = self._control.recv(USAGE.size, socket.MSG_WAITALL)
            memory, processor, threads, processes = USAGE.unpack(reply)
        except (OSError, struct.error):
            return None
        return Usage(memory, processor if processor >= 0 else None, threads, processes) if threads else None

    def kill(self, pid: int) -> None:
        """Kill a worker; when this returns it is gone, or is about to be: it ends with its zygote."""
        if self._zygote is not None:
            with contextlib.suppress(GraderFault):
                self._ask(b"K" + struct.pack("<I", pid), [])

    def _abandon(self) -> None:
        if self._spare is not None:
            self._spare.forget()  # it ends with its zygote
            self._spare = None
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._zygote is not None:
            try:
                self._zygote.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._zygote.kill()
                self._zygote.wait()
            self._zygote = None

    def close(self) -> None:
        """End the zygote and every worker."""
        zygote = self._zygote
        self._abandon()
        if zygote is not None and zygote.stderr is not None:
            zygote.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Boxes:
    """One box for each library, and one more for answers that may do more; each is started when it is first needed.

    Closing them ends every process.

    Args:
        limits, isolation, hidden: as a box takes them.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS, *, isolation: Isolation, hidden: Sequence[Path] = ()) -> None:
        self.limits = limits
        self.isolation = isolation
        self._hidden = tuple(hidden)
        self._boxes: dict[tuple[str, ...], Box] = {}

    def __getitem__(self, library: str) -> Box:
        return self.of(library)

    def of(self, library: str, openings: Sequence[str] = ()) -> Box:
        """The box for answers that need a library, and what their kata's header opens to them."""
        key = (library, *openings)
        if key not in self._boxes:
            self._boxes[key] = Box(
                library, self.limits, isolation=self.isolation, hidden=self._hidden, openings=openings
            )
        return self._boxes[key]

    def close(self) -> None:
        """End every process."""
        for box in self._boxes.values():
            box.close()
        self._boxes.clear()
