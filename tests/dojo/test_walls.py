"""The walls: what a worker can't do, and that a wall which is silently absent is found before the first answer."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dojo.errors import AnswerDied, GraderFault, NoWallsError
from dojo.grading.grader import Grader
from dojo.kata import Catalogue
from dojo.sandbox import box as box_module
from dojo.sandbox import walls
from dojo.sandbox.box import Box, Boxes
from dojo.sandbox.limits import DEFAULT_LIMITS, MEBIBYTE
from dojo.sandbox.wire import unpack

ROOT = Path(__file__).parents[2]
KATA = Catalogue(ROOT).find("arrays/merge_sorted_array")
BWRAP = shutil.which("bwrap")

pytestmark = pytest.mark.skipif(BWRAP is None, reason="no walls are checked: bubblewrap is not installed")


@pytest.fixture(scope="module")
def enclosed():
    with Box("plain", isolation="bubblewrap") as box:
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


@pytest.mark.parametrize(
    "body",
    [
        "import os\nreturn os.fork()",
        "import os\nos.execv('/bin/sh', ['sh'])",
        "import subprocess\nreturn subprocess.run(['true'])",
        "import socket\nreturn str(socket.socket())",
        "import socket\nreturn str(socket.socketpair())",
        "import os\nos.kill(1, 9)",
        "import os\nos.kill(os.getppid(), 0)",
        "open('/tmp/left', 'w').write('x')",
        "import os\nos.mkdir('/dev/shm/left')",
        "import os\nreturn os.memfd_create('x')",
        "import os\nreturn open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
        "import os\nreturn os.listdir('/home') + os.listdir('/root')",
        f"return open({str(KATA.solution)!r}).read()",
        f"import os\nreturn os.listdir({str(ROOT / 'tests')!r})",
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (1000, 1000))",
    ],
    ids=lambda body: body.splitlines()[-1][:48],
)
def test_an_answer_is_refused(enclosed, body):
    assert result_of(enclosed, body) in {"PermissionError", "FileNotFoundError", "BlockingIOError", "ValueError"}


def test_threads_and_reading_its_own_libraries_stay_possible(enclosed):
    body = "import threading\nout = []\nt = threading.Thread(target=out.append, args=(1,))\nt.start()\nt.join()"
    body += "\nreturn out"
    assert result_of(enclosed, body) == [1]
    assert result_of(enclosed, "import statistics\nreturn statistics.mean([1, 3])") == 2
    assert set(result_of(enclosed, "import os\nreturn list(os.environ)")) <= {"OMP_NUM_THREADS", "PWD", "LC_CTYPE"}


def test_only_a_handful_of_processes_is_seen(enclosed):
    seen = result_of(enclosed, "import os\nreturn [int(name) for name in os.listdir('/proc') if name.isdigit()]")
    assert len(seen) <= 3


def test_a_memory_bomb_is_killed_from_outside():
    limits = dataclasses.replace(DEFAULT_LIMITS, memory=256 * MEBIBYTE)
    with Box("plain", limits, "bubblewrap") as box, pytest.raises(AnswerDied, match="MiB of memory, 256 are allowed"):
        result_of(box, "blocks = []\nwhile True: blocks.append(bytearray(1 << 20))")


def without(*flags: str, more: tuple[str, ...] = ()):
    """The command line of bubblewrap with some of its walls taken down."""
    original = box_module._bubblewrap  # noqa: SLF001

    def command() -> list[str]:
        return [*(part for part in original() if part not in flags), *more]

    return command


HALF_OPEN = ("--unshare-user", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (without(more=("--share-net",)), "network interfaces"),
        (without("--unshare-all", more=(*HALF_OPEN, "--unshare-net")), "processes"),
        (without(more=("--ro-bind", str(ROOT), str(ROOT))), "could see"),
        (without(more=("--cap-add", "CAP_SYS_ADMIN")), "CapEff"),
    ],
    ids=["network", "processes", "repository", "capabilities"],
)
def test_a_wall_of_bubblewrap_that_is_off_is_found(monkeypatch, command, said):
    if said == "network interfaces" and {path.name for path in Path("/sys/class/net").iterdir()} == {"lo"}:
        pytest.skip("this machine has no network to be seen")
    monkeypatch.setattr(box_module, "_bubblewrap", command)
    with Box("plain", isolation="bubblewrap") as box, pytest.raises(GraderFault, match=said) as caught:
        box.check()
    assert "the walls do not hold" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("    _restrict_files(libc)\n", "write a file"),
        ("    _restrict_calls(libc)\n", "start a process"),
    ],
    ids=["landlock", "seccomp"],
)
def test_a_wall_of_the_worker_that_is_off_is_found(monkeypatch, tmp_path, line, said):
    engine = tmp_path / "dojo"
    shutil.copytree(ROOT / "dojo", engine, ignore=shutil.ignore_patterns("__pycache__"))
    text = (engine / "sandbox" / "walls.py").read_text(encoding="utf-8")
    assert line in text
    (engine / "sandbox" / "walls.py").write_text(text.replace(line, ""), encoding="utf-8")
    monkeypatch.setattr(box_module, "ENGINE", engine)
    with Box("plain", isolation="bubblewrap") as box, pytest.raises(GraderFault, match=said):
        box.check()


def test_a_kernel_without_landlock_is_refused(monkeypatch):
    monkeypatch.setattr(walls, "landlock_version", lambda _libc=None: 0)
    with pytest.raises(walls.WallError, match="no Landlock"):
        walls._restrict_files(None)  # noqa: SLF001


def test_the_filter_is_well_formed():
    program = walls.filter_program()
    assert len(program) % 8 == 0
    assert len(program) // 8 <= 4096, "the kernel takes no longer program"
    refused = [number for numbers in walls.REFUSED.values() for number in numbers]
    assert len(refused) == len(set(refused)), "a call stands twice"


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
