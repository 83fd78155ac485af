"""The walls: what a worker can't do, and that a wall which is silently absent is found before the first answer."""

from __future__ import annotations

import dataclasses
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from dojo.catalogue import Catalogue
from dojo.errors import AnswerDied, GraderFault, NoWallsError
from dojo.grading.grader import Grader
from dojo.roots import private_folders
from dojo.sandbox import bubblewrap, walls
from dojo.sandbox.box import Box, Boxes
from dojo.sandbox.calls import ALLOWED, CHECKED, NUMBERS
from dojo.sandbox.limits import DEFAULT_LIMITS, MEBIBYTE
from dojo.sandbox.wire import unpack

ROOT = Path(__file__).parents[2]
KATA = Catalogue(ROOT).find("arrays/merge_sorted_array")

pytestmark = pytest.mark.walls


@pytest.fixture(scope="module")
def enclosed():
    with Box("plain", isolation="bubblewrap", hidden=private_folders(ROOT)) as box:
        yield box


def result_of(box: Box, body: str, timeout: float = 10):
    """What a function with this body returns, or raises, behind the walls of a box."""
    text = "def f():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    worker = box.worker()
    try:
        loaded = worker.request(["load", "answer", "answer.py", text.encode(), b"", {}], timeout=timeout)
        assert loaded.raised is None, loaded
        reply = worker.request(["call", "answer", "f", [], {}], timeout=timeout)
    finally:
        worker.close()
    return reply.raised.name if reply.raised else unpack(reply.result)


def test_the_solution_is_accepted_behind_the_walls():
    with Grader(Boxes(isolation="bubblewrap")) as grader:
        assert grader.grade(KATA, KATA.solution.read_bytes()).outcome == "accepted"


REFUSED = {
    "import os\nreturn os.fork()": "PermissionError",
    "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', ''])": "PermissionError",
    "import subprocess, sys\nreturn subprocess.run([sys.executable])": "PermissionError",
    "import multiprocessing as m\nreturn str(m.Queue())": "OSError",
    "import socket\nreturn str(socket.socket())": "PermissionError",
    "import socket\nreturn str(socket.socketpair())": "PermissionError",
    "import os\nos.kill(1, 9)": "PermissionError",
    "import os\nos.kill(os.getppid(), 0)": "PermissionError",
    "import os\nos.pidfd_open(os.getppid())": "PermissionError",
    "open('/left', 'w').write('x')": "OSError",
    "import os\nos.mkdir('/dev/shm/left')": "OSError",
    "import os\nos.utime('/')": "OSError",
    "import os\nos.chmod('/packages', 0)": "OSError",
    "import os\nos.setxattr('/tmp', 'user.mark', b'x')": "PermissionError",
    "import os\nreturn os.memfd_create('x')": "PermissionError",
    "import os\nreturn open(f'/proc/{os.getppid()}/mem', 'rb').read(1)": "PermissionError",
    "return open('/proc/1/cmdline', 'rb').read()": "PermissionError",
    "return open('/proc/self/mountinfo', 'rb').read()": "PermissionError",
    "import os\nreturn os.listdir('/proc')": "PermissionError",
    f"return open({str(KATA.solution)!r}).read()": "FileNotFoundError",
    f"import os\nreturn os.listdir({str(ROOT / 'tests')!r})": "FileNotFoundError",
    "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (1000, 1000))": "ValueError",
    "import fcntl, os\nfcntl.fcntl(1, fcntl.F_SETOWN, os.getppid())": "PermissionError",
    "import fcntl\nfcntl.fcntl(1, fcntl.F_SETFL, 0o40000)": "PermissionError",
    "import fcntl\nfcntl.ioctl(0, 0x5412, b'x')": "PermissionError",
}
"""What an answer tries, and the error by which it is refused."""


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body.splitlines()[-1][:48])
def test_an_answer_is_refused(enclosed, body):
    assert result_of(enclosed, body) == REFUSED[body]


def test_without_walls_the_same_calls_are_not_refused():
    """Otherwise the test above would show nothing."""
    harmless = [body for body in REFUSED if any(word in body for word in ("fork", "mountinfo", "memfd", "listdir('/p"))]
    assert len(harmless) == 4
    with Box("plain", isolation="process") as box:
        for body in harmless:
            assert result_of(box, body.replace("os.fork()", "os.fork() or os._exit(0)")) not in REFUSED.values()


def test_each_worker_has_a_folder_of_its_own_that_goes_with_it(enclosed):
    body = "import os, tempfile\nwith open(tempfile.mkdtemp() + '/x', 'w') as file: file.write('x')\n"
    body += "os.chmod('/tmp', 0o500)\nreturn len(os.listdir('/tmp'))"
    assert result_of(enclosed, body) == 1
    assert result_of(enclosed, body) == 1, "what one worker left there, the next one saw"


def test_hash_seed_and_chance_are_the_same_for_every_worker():
    seen = set()
    for _ in range(2):
        with Box("plain", isolation="bubblewrap") as box:
            seen |= {tuple(result_of(box, "import random\nreturn [hash('a'), random.random()]")) for _ in range(2)}
    assert len(seen) == 1


def test_threads_and_reading_its_own_libraries_stay_possible(enclosed):
    body = "import threading\nout = []\nt = threading.Thread(target=out.append, args=(1,))\nt.start()\nt.join()"
    body += "\nreturn out"
    assert result_of(enclosed, body) == [1]
    assert result_of(enclosed, "import statistics\nreturn statistics.mean([1, 3])") == 2
    assert set(result_of(enclosed, "import os\nreturn list(os.environ)")) <= {
        *("OMP_NUM_THREADS", "PYTHONHASHSEED", "HOME", "PWD", "LC_CTYPE")
    }


SMALL = dataclasses.replace(DEFAULT_LIMITS, memory=256 * MEBIBYTE, threads=40)


def test_memory_is_bounded_by_the_kernel():
    with Box("plain", SMALL, isolation="bubblewrap") as box:
        assert result_of(box, "return len(bytearray(300 << 20))") == "MemoryError"


def test_memory_that_the_kernel_does_not_count_is_watched_from_outside():
    body = "import mmap, os\nkept = mmap.mmap(-1, 1 << 30)\nfor at in range(0, 1 << 30, 4096): kept[at] = 1\n"
    body += "while True: pass"
    with (
        Box("plain", SMALL, isolation="bubblewrap") as box,
        pytest.raises(AnswerDied, match="MiB of memory, 256 are allowed"),
    ):
        result_of(box, body)


def test_threads_are_counted_and_bounded():
    body = "import threading, time\nthreading.stack_size(65536)\n"
    body += "while True: threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()"
    with (
        Box("plain", SMALL, isolation="bubblewrap") as box,
        pytest.raises(AnswerDied, match="threads, 40 are allowed"),
    ):
        result_of(box, body)


def without(*flags: str, first: tuple[str, ...] = (), more: tuple[str, ...] = (), last: int = 0):
    """The command of bubblewrap with some of its walls taken down; what binds folders comes before all is read-only."""
    original = bubblewrap.command

    def command(hidden) -> tuple[list[str], list[str]]:
        program, arguments = original(hidden)
        kept = [part for part in arguments if part not in flags]
        return program, [*first, *kept[: len(kept) - last], *more]

    return command


EXPOSED = Path("/exposed")
"""Not below /tmp, where the repository may lie: a worker's own /tmp would hide it."""
HALF_OPEN = ("--unshare-user", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (without(more=("--share-net",)), "network interfaces"),
        (without("--unshare-all", more=(*HALF_OPEN, "--unshare-net")), "processes"),
        (without(first=("--ro-bind", str(ROOT), str(EXPOSED))), "could see"),
        (without(more=("--cap-add", "CAP_SYS_ADMIN")), "CapEff"),
        (without(last=2), "mark in a folder"),
    ],
    ids=["network", "processes", "repository", "capabilities", "read-only"],
)
def test_a_wall_of_bubblewrap_that_is_off_is_found(monkeypatch, command, said):
    if said == "network interfaces" and {path.name for path in Path("/sys/class/net").iterdir()} == {"lo"}:
        pytest.skip("this machine has no network to be seen")
    monkeypatch.setattr(bubblewrap, "command", command)
    with (
        Box("plain", isolation="bubblewrap", hidden=[*private_folders(ROOT), EXPOSED]) as box,
        pytest.raises(GraderFault, match=said) as caught,
    ):
        box.check()
    assert "the walls do not hold" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("    _restrict_files(libc, openings)\n", "see other processes"),
        ("    _restrict_calls(libc, openings)\n", "start a process"),
    ],
    ids=["landlock", "seccomp"],
)
def test_a_wall_of_the_worker_that_is_off_is_found(monkeypatch, tmp_path, line, said):
    engine = tmp_path / "dojo"
    shutil.copytree(ROOT / "dojo", engine, ignore=shutil.ignore_patterns("__pycache__"))
    text = (engine / "sandbox" / "walls.py").read_text(encoding="utf-8")
    assert line in text
    (engine / "sandbox" / "walls.py").write_text(text.replace(line, ""), encoding="utf-8")
    monkeypatch.setattr(bubblewrap, "ENGINE", engine)
    with Box("plain", isolation="bubblewrap") as box, pytest.raises(GraderFault, match=said):
        box.check()


def test_a_kernel_without_landlock_is_refused(monkeypatch):
    monkeypatch.setattr(walls, "landlock_version", lambda _libc=None: 0)
    with pytest.raises(walls.WallError, match="no Landlock"):
        walls._restrict_files(None)  # noqa: SLF001


def verdict_of(program: bytes, machine: str, call: str | int, *arguments: int) -> str:
    """What the kernel would do with a system call: the filter, interpreted as seccomp(2) says."""
    number = NUMBERS[machine][call] if isinstance(call, str) else call
    words = [value & 0xFFFFFFFF for argument in (*arguments, *[0] * 6)[:6] for value in (argument, argument >> 32)]
    data = [number, walls.ARCHITECTURES[machine], 0, 0, *words]
    steps = list(struct.iter_unpack("<HBBI", program))
    at = held = 0
    while True:
        code, true, false, operand = steps[at]
        at += 1
        if code == walls.LOAD:
            held = data[operand // 4]
        elif code == walls.RETURN:
            names = {walls.SECCOMP_ALLOW: "allowed", walls.SECCOMP_KILL_PROCESS: "killed"}
            return names.get(operand, "refused")
        else:
            holds = {
                walls.JUMP_EQUAL: held == operand,
                walls.JUMP_GREATER_EQUAL: held >= operand,
                walls.JUMP_SET: bool(held & operand),
            }[code]
            at += true if holds else false


@pytest.mark.parametrize("machine", walls.ARCHITECTURES)
def test_the_filter_allows_what_it_names_and_nothing_else(machine):
    program = walls.filter_program(machine)
    assert len(program) // 8 <= 4096, "the kernel takes no longer program"
    allowed = [name for names in ALLOWED.values() for name in names]
    assert len(allowed) == len(set(allowed)), "a call stands twice"
    assert not set(allowed) & set(CHECKED)
    numbers = NUMBERS[machine]
    for name in allowed:
        if name in numbers:
            assert verdict_of(program, machine, name) == "allowed", name
    named = {numbers[name] for name in (*allowed, *CHECKED) if name in numbers}
    for number in [*(set(range(600)) - named), 10**6]:
        assert verdict_of(program, machine, number) == "refused", number
    assert verdict_of(program, machine, 0x40000000) == "killed"


@pytest.mark.parametrize("machine", walls.ARCHITECTURES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("clone", (0x00010F00,), "allowed"),  # a thread
        ("clone", (17,), "refused"),  # a process
        ("clone3", (), "refused"),
        ("prlimit64", (0, 7), "allowed"),
        ("prlimit64", (1, 7), "refused"),
        ("prctl", (15,), "allowed"),
        ("prctl", (22,), "refused"),
        ("fcntl", (1, 3), "allowed"),
        ("fcntl", (1, 8), "refused"),  # F_SETOWN
        ("fcntl", (1, 1024), "refused"),  # F_SETLEASE
        ("ioctl", (1, 0x541B), "allowed"),
        ("ioctl", (1, 0x5412), "refused"),  # TIOCSTI
        ("getsockopt", (3, 1, 3), "allowed"),
        ("getsockopt", (3, 1, 77), "refused"),  # SO_PEERPIDFD
    ],
)
def test_arguments_decide_where_a_call_does_many_things(machine, call, arguments, expected):
    assert verdict_of(walls.filter_program(machine), machine, call, *arguments) == expected


def test_without_bubblewrap_nothing_is_judged(tmp_path):
    answer = tmp_path / "answer.py"
    answer.write_bytes(KATA.solution.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "dojo", "grade", KATA.name, str(answer)],
        env={**os.environ, "PATH": str(tmp_path), "DOJO_ROOT": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "bubblewrap is not installed" in done.stderr
    assert "apt-get install bubblewrap" in done.stderr
    assert done.stdout == ""


def test_namespaces_that_are_refused_are_no_verdict(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with Box("plain", isolation="bubblewrap") as box, pytest.raises(NoWallsError, match="No permissions"):
        box.check()
