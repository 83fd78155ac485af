"""Where answers run: a box starts a zygote, and gives out workers.

There are two kinds of isolation. ``bubblewrap`` puts the zygote behind walls: an empty root with the interpreter and
the libraries, no network, no other process, nothing of the repository; its workers then take away from themselves what
is left (:mod:`dojo.sandbox.walls`). ``process`` is a plain child process with deadlines, for one's own code.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

import msgspec

import dojo
from dojo.errors import AnswerDied, BadReply, CallTimeout, DojoError, GraderFault, NoWallsError
from dojo.sandbox.limits import DEFAULT_LIMITS, MEBIBYTE, Limits
from dojo.sandbox.wire import Channel, ChannelClosed, ChannelTimeout, NotPlainError, pack, unpack
from dojo.sandbox.zygote import READY

MODULES = {"plain": ["dojo.meters"], "numpy": ["dojo.meters", "numpy"], "torch": ["dojo.meters", "numpy", "torch"]}

Isolation = Literal["bubblewrap", "process"]

INSTALL_BUBBLEWRAP = (
    "apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora) or pacman -S bubblewrap (Arch) "
    "installs it. `--isolation process` does without walls: only for answers that you trust."
)
PROGRAM = (
    "import sys; sys.path.insert(0, {engine!r}); sys.path += {packages!r}; "
    "from dojo.sandbox.zygote import main; main({descriptor}, {modules!r}, {forbidden!r})"
)
ENGINE = Path(dojo.__file__).parent
WORKER_FILES = [
    "__init__.py",
    "meters.py",
    *(f"sandbox/{name}.py" for name in ("__init__", "limits", "wire", "worker")),
]
WORKER_FILES += [f"sandbox/{name}.py" for name in ("walls", "selftest", "zygote")]
"""All of this package that a box shows."""
SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")


def _packages() -> list[str]:
    """The folders of installed libraries."""
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(Path(msgspec.__file__).parent.parent)]
    return list(dict.fromkeys(folders))


def _command(descriptor: int, library: str, isolation: Isolation) -> list[str]:
    settings = {"descriptor": descriptor, "modules": MODULES[library]}
    if isolation == "process":
        program = PROGRAM.format(engine=str(ENGINE.parent), packages=_packages(), forbidden=None, **settings)
        return [sys.executable, "-I", "-S", "-c", program]
    packages = [f"/packages/{number}" for number, _ in enumerate(_packages())]
    program = PROGRAM.format(
        engine="/engine", packages=packages, forbidden=[str(ENGINE.parent / "tests"), "/home"], **settings
    )
    return [*_bubblewrap(), os.path.realpath(sys.executable), "-I", "-S", "-c", program]


def _bubblewrap() -> list[str]:
    """The command line of the walls around the zygote."""
    found = shutil.which("bwrap")
    if found is None:
        raise NoWallsError("There are no walls for foreign answers: bubblewrap is not installed.", INSTALL_BUBBLEWRAP)
    walls = [found, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    walls += ["--setenv", "OMP_NUM_THREADS", "1", "--hostname", "dojo", "--uid", "65534", "--gid", "65534"]
    walls += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/"]  # noqa: S108  # its own
    for path in SYSTEM_LIBRARIES:
        walls += ["--ro-bind-try", path, path]
    executable = os.path.realpath(sys.executable)
    walls += ["--ro-bind", executable, executable]
    for folder in dict.fromkeys(sysconfig.get_path(name) for name in ("stdlib", "platstdlib")):
        walls += ["--ro-bind", folder, folder]
    shared = Path(sys.base_prefix) / "lib"
    for library in shared.glob("libpython*.so*"):
        walls += ["--ro-bind", str(library), str(library)]
    for number, folder in enumerate(_packages()):
        walls += ["--ro-bind", folder, f"/packages/{number}"]
    for name in WORKER_FILES:
        walls += ["--ro-bind", str(ENGINE / name), f"/engine/dojo/{name}"]
    return walls


class Box:
    """A zygote with the imports of one library, and the workers that it forks.

    Args:
        library: ``plain``, ``numpy`` or ``torch``.
        limits: the bounds on its answers.
        isolation: ``bubblewrap`` or ``process``.

    Use it as a context manager, or :meth:`close` it: everything that it started ends then.
    """

    def __init__(self, library: str, limits: Limits = DEFAULT_LIMITS, isolation: Isolation = "process") -> None:
        if os.name != "posix":
            raise DojoError(
                f"Answers can't be run in a process of their own on {sys.platform}.",
                "Use `pytest`, which runs them in process, or the Windows Subsystem for Linux.",
            )
        self.library = library
        self.limits = limits
        self.isolation = isolation
        self._zygote: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = False

    def start(self) -> None:
        """Start the zygote without waiting for it: its imports run while the caller does something else."""
        if self._zygote is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            self._zygote = subprocess.Popen(
                _command(theirs.fileno(), self.library, self.isolation),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")},
            )
        self._control = ours
        self._ready = False

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
                raise NoWallsError(f"There are no walls for foreign answers: {words}.", INSTALL_BUBBLEWRAP) from error
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
        """A fresh worker.

        Raises:
            GraderFault: it can't be started.
        """
        ours, theirs = socket.socketpair()
        output = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # the worker closes it
        fcntl.fcntl(output, fcntl.F_SETFL, os.O_APPEND)  # so that what is written after a truncation begins at 0
        try:
            with theirs:
                pid = self._fork([theirs.fileno(), output.fileno()])
        except BaseException:
            ours.close()
            output.close()
            raise
        worker = Worker(self, pid, ours, output)
        worker.greet()
        return worker

    def _fork(self, descriptors: list[int]) -> int:
        """Let the zygote fork; one that was killed from outside since it last answered is replaced, once."""
        served = self._ready
        try:
            return self._ask(b"F", descriptors)
        except GraderFault:
            if not served:
                raise
            return self._ask(b"F", descriptors)

    def resident_size(self, pid: int) -> int:
        """How much memory a worker holds, in bytes; 0 where it is gone."""
        import psutil

        if self._zygote is None:
            return 0
        try:
            for process in psutil.Process(self._zygote.pid).children(recursive=True):
                if _inner_number(process.pid) == pid:
                    return int(process.memory_info().rss)
        except psutil.Error:
            pass
        return 0

    def kill(self, pid: int) -> None:
        """Kill a worker; when this returns it is gone, or is about to be: it ends with its zygote."""
        if self._zygote is not None:
            with contextlib.suppress(GraderFault):
                self._ask(b"K" + struct.pack("<I", pid), [])

    def _abandon(self) -> None:
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
    """One box for each library, started when it is first needed. Closing them ends every process."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, isolation: Isolation = "process") -> None:
        self.limits = limits
        self.isolation = isolation
        self._boxes: dict[str, Box] = {}

    def __getitem__(self, library: str) -> Box:
        if library not in self._boxes:
            self._boxes[library] = Box(library, self.limits, self.isolation)
        return self._boxes[library]

    def close(self) -> None:
        """End every process."""
        for box in self._boxes.values():
            box.close()
        self._boxes.clear()


def _inner_number(pid: int) -> int:
    """The number that a process has in its own namespace, by which the zygote knows it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:  # not Linux, where there is but one number; or the process is gone
        return pid
    return next((int(line.split()[-1]) for line in status.splitlines() if line.startswith("NSpid:")), pid)


class MemoryExceeded(Exception):
    """A worker holds too much memory."""

    def __init__(self, used: int) -> None:
        super().__init__(used)
        self.used = used


@dataclass(frozen=True)
class Raised:
    """An exception of the answer: its name, its built-in bases from the nearest on, its text, where it was raised."""

    name: str
    bases: list[str]
    text: str
    traceback: str


@dataclass(frozen=True)
class Reply:
    """What came back from one request.

    Attributes:
        result: plain data as bytes, empty where an exception was raised.
        raised: the exception.
        changed: the arguments that are different now, by position or keyword, as bytes of plain data.
    """

    result: bytes
    raised: Raised | None
    changed: dict[int | str, bytes]

    @classmethod
    def parse(cls, data: Any) -> Reply:
        """Take apart what a worker sent; nothing in it is trusted.

        Raises:
            NotPlainError: it is of no known form, or says that a value is not plain data.
        """
        try:
            kind, content, changed = data
            if kind == "bad" and type(content) is str:
                raise NotPlainError(content)
            if any(type(key) not in (int, str) or type(value) is not bytes for key, value in changed.items()):
                raise TypeError
            if kind == "ok" and type(content) is bytes:
                return cls(content, None, changed)
            name, bases, text, traceback = content
            if kind != "raise" or any(type(each) is not str for each in (name, text, traceback, *bases)):
                raise TypeError
            return cls(b"", Raised(name, list(bases), text, traceback), changed)
        except NotPlainError:
            raise
        except (TypeError, ValueError, AttributeError):
            raise NotPlainError("a reply of no known form") from None


class Worker:
    """One answer's process, seen from the grader."""

    def __init__(self, box: Box, pid: int, connection: socket.socket, output: IO[bytes]) -> None:
        self._box = box
        self._pid = pid
        self._channel = Channel(connection, largest=box.limits.reply, on_wait=self._watch_memory)
        self._output = output
        self.alive = True

    def greet(self) -> None:
        """Wait until the process says that it is ready, behind its walls.

        Raises:
            GraderFault: it does not.
        """
        try:
            if self._channel.receive(timeout=self._box.limits.start) == READY:
                return
        except (ChannelClosed, ChannelTimeout, NotPlainError):
            pass
        self.close()
        raise GraderFault("a worker could not put up its walls")

    def request(self, request: list[Any], *, timeout: float) -> Reply:
        """Send one request and return its one reply.

        Raises:
            CallTimeout: no reply within ``timeout`` seconds; the worker is killed.
            AnswerDied: its process ended; BadReply: the reply is not plain data, or more than one came.
        """
        end = time.monotonic() + timeout
        try:
            if self._channel.pending():
                raise NotPlainError("bytes that nobody asked for")
            self._channel.send(pack(request), timeout=timeout)
            return Reply.parse(unpack(self._channel.receive(timeout=max(1e-3, end - time.monotonic()))))
        except ChannelTimeout:
            self.kill()
            raise CallTimeout(f"no answer within {timeout:g} s") from None
        except MemoryExceeded as error:
            self.kill()
            mebibytes = self._box.limits.memory // MEBIBYTE
            raise AnswerDied(
                f"the answer took {error.used // MEBIBYTE} MiB of memory, {mebibytes} are allowed"
            ) from None
        except ChannelClosed:
            self.kill()
            raise AnswerDied("the process ended in the middle of the call (exit, crash, or out of memory)") from None
        except NotPlainError as error:
            self.kill()
            raise BadReply(str(error)) from None

    def _watch_memory(self) -> None:
        """Called while a call runs for longer than most.

        Raises:
            MemoryExceeded: the process holds more memory than it may.
        """
        used = self._box.resident_size(self._pid)
        if used > self._box.limits.memory:
            raise MemoryExceeded(used)

    def printed(self) -> str:
        """What the answer has printed so far, as far as it is kept."""
        data = os.pread(self._output.fileno(), self._box.limits.output, 0)
        return data.decode("utf-8", "replace")

    def forget_output(self) -> None:
        """Begin to keep anew what the answer prints."""
        if os.fstat(self._output.fileno()).st_size:
            os.ftruncate(self._output.fileno(), 0)

    def kill(self) -> None:
        """End the process."""
        if self.alive:
            self.alive = False
            self._box.kill(self._pid)

    def close(self) -> None:
        """End the process and let go of its channel and output."""
        self.kill()
        self.forget()

    def forget(self) -> None:
        """Let go of channel and output of a process that is gone."""
        self.alive = False
        self._channel.close()
        self._output.close()
