"""Boxes of katas with ``Walls: processes, loopback`` in their header: what an answer may do there, and nothing else."""

from __future__ import annotations

import dataclasses
import re
import time

import psutil
import pytest

from dojo.catalogue import Catalogue
from dojo.errors import AnswerDied, CallTimeout, GraderFault
from dojo.grading.grader import Grader
from dojo.header import OPENINGS
from dojo.roots import private_folders
from dojo.sandbox import walls
from dojo.sandbox.box import Box, Boxes
from dojo.sandbox.calls import ALLOWED, CHECKED, CHECKED_WHERE_OPEN, NUMBERS, OPENED
from dojo.sandbox.limits import DEFAULT_LIMITS, MEBIBYTE
from dojo.sandbox.wire import unpack
from tests.dojo.test_walls import KATA, ROOT, result_of, verdict_of

pytestmark = pytest.mark.walls

LIMITS = dataclasses.replace(DEFAULT_LIMITS, call=1.0, memory=256 * MEBIBYTE)
PATIENCE = 60.0
"""Seconds that only a failure takes."""


@pytest.fixture(scope="module")
def opened():
    with Box("plain", LIMITS, isolation="bubblewrap", hidden=private_folders(ROOT), openings=OPENINGS) as box:
        yield box


SPEAKS = """
import os, socket
listening = socket.socket(FAMILY)
listening.bind(ADDRESS)
listening.listen()
if os.fork() == 0:
    with socket.socket(FAMILY) as ours:
        ours.connect(ADDRESS)
        ours.sendall(str(os.getppid()).encode())
    os._exit(0)
theirs, _ = listening.accept()
said = theirs.recv(10)
os.wait()
return said
"""


@pytest.mark.parametrize(
    ("family", "address"),
    [
        ("socket.AF_INET", "('127.0.0.1', 4711)"),
        ("socket.AF_UNIX", "'/tmp/x'"),
        ("socket.AF_UNIX", "'\\0x'"),
    ],
    ids=["tcp", "unix", "abstract"],
)
def test_processes_and_loopback_are_there(opened, family, address):
    assert result_of(opened, SPEAKS.replace("FAMILY", family).replace("ADDRESS", address)) == b"1", (
        "an answer is process 1 among those that it sees"
    )


def test_temporary_files_are_shared_by_its_processes_and_gone_afterwards(opened):
    body = "import os\npid = os.fork()\nif pid == 0:\n    open('/tmp/x', 'w').close()\n    os._exit(0)\n"
    body += "os.waitpid(pid, 0)\nreturn os.listdir('/tmp')"
    assert result_of(opened, body) == ["x"]
    assert result_of(opened, "import os\nreturn os.listdir('/tmp')") == []


REFUSED = {
    "import socket\nsocket.create_connection(('192.0.2.1', 80), 5)": "OSError",
    "import socket\nsocket.create_connection(('1.1.1.1', 53), 5)": "OSError",
    "import socket\nsocket.getaddrinfo('example.org', 80)": "gaierror",
    "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)": "PermissionError",
    "import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)": "PermissionError",
    "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)": "PermissionError",
    "import socket\nsocket.socket(40, socket.SOCK_STREAM)": "PermissionError",  # AF_VSOCK, to the host of a machine
    "import socket\nsocket.socket().setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 1)": "PermissionError",
    "import fcntl, socket, struct\n"
    "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh14x', b'lo', 0))": "PermissionError",
    "import os\nos.kill(2, 0)": "ProcessLookupError",
    "import os\nfor pid in range(2, 5000):\n    try:\n        os.kill(pid, 9)\n    except ProcessLookupError:\n"
    "        continue\n    raise ValueError\nraise LookupError": "LookupError",
    "import os\nos.kill(-1, 9)": "ProcessLookupError",  # nobody else is there
    "import os\nreturn os.listdir('/proc')": "PermissionError",
    "return open('/proc/net/tcp').read()": "PermissionError",
    "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', ''])": "PermissionError",
    "import subprocess, sys\nreturn subprocess.run([sys.executable])": "PermissionError",
    "import os\nos.setsid()": "PermissionError",
    "import os\nos.setpgid(0, 0)": "PermissionError",
    "import os\nos.pidfd_open(1)": "PermissionError",
    "import os\nos.memfd_create('x')": "PermissionError",
    "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999))": "ValueError",
    "open('/left', 'w').write('x')": "OSError",
    f"return open({str(KATA.solution)!r}).read()": "FileNotFoundError",
    "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "if libc.unshare(0x10000000) or libc.syscall(56, 0x10000011, 0, 0, 0, 0) == -1: raise OSError": "OSError",
}
"""What an answer in such a box tries, and the error by which it is refused."""


@pytest.mark.parametrize("body", REFUSED, ids=lambda body: body.splitlines()[-1][:48])
def test_all_else_is_refused_to_it_and_to_what_it_forks(opened, body):
    assert result_of(opened, body, timeout=5) == REFUSED[body]
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    forked = "import os, signal\nreading, writing = os.pipe()\nif os.fork() == 0:\n    def attack():\n" + lines
    forked += "    signal.signal(signal.SIGTERM, signal.SIG_DFL)\n    try:\n        attack()\n"
    forked += "    except BaseException as error: os.write(writing, type(error).__name__.encode())\n    os._exit(0)\n"
    forked += "os.close(writing)\nreturn os.read(reading, 100).decode()"
    if "os.kill(" not in body:  # a process that is not the first one sees that one, and itself
        assert result_of(opened, forked, timeout=5) == REFUSED[body]


def test_two_answers_in_one_box_do_not_meet(opened):
    """One at a time is judged; but were there two, neither could reach the other."""
    first = opened.worker()
    text = b"import socket\nhere = socket.create_server(('127.0.0.1', 4711))\ndef f(): return here.fileno()"
    assert first.request(["load", "answer", "answer.py", text, b"", {}], timeout=5).raised is None
    other = "import os, socket\ntry:\n    os.kill(2, 0)\nexcept ProcessLookupError:\n    pass\n"
    other += "with socket.create_server(('127.0.0.1', 4712)): pass\n"
    assert result_of(opened, other + "socket.create_connection(('127.0.0.1', 4711))") == "ConnectionRefusedError"
    first.close()


def test_a_socket_without_a_file_is_not_seen_by_another_answer(opened):
    """An abstract address belongs to a network, not to a folder; who listens may be a process that was left behind."""
    opened.check()
    before = below(opened)
    first = opened.worker()
    text = b"import os, socket\nhere = socket.socket(socket.AF_UNIX)\nhere.bind('\\0dojo')\nhere.listen()\n"
    text += b"if os.fork() == 0:\n    while True: here.accept()[0].sendall(b'7')\n"
    text += b"def f():\n    with socket.socket(socket.AF_UNIX) as ours:\n        ours.connect('\\0dojo')\n"
    text += b"        return ours.recv(1)\n"
    assert first.request(["load", "answer", "answer.py", text, b"", {}], timeout=5).raised is None
    assert unpack(first.request(["call", "answer", "f", [], {}], timeout=5).result) == b"7", (
        "its own process reaches it"
    )
    body = "import socket\nours = socket.socket(socket.AF_UNIX)\n"
    assert result_of(opened, body + "ours.connect('\\0dojo')") == "ConnectionRefusedError"
    assert result_of(opened, body + "ours.bind('\\0dojo')") is None, "the address is free for the next one"
    first.close()
    assert result_of(opened, body + "ours.connect('\\0dojo')") == "ConnectionRefusedError"
    assert below(opened) == before


def below(box: Box) -> set[int]:
    """The processes that a box has started, but for those of bubblewrap and the zygote."""
    found = psutil.Process(box._zygote.pid).children(recursive=True)  # noqa: SLF001  # nobody else needs it
    return {each.pid for each in found if each.status() != psutil.STATUS_ZOMBIE}


LEFT_BEHIND = {
    "a child": "import os, time\nif os.fork() == 0: time.sleep(10**6)\nreturn 1",
    "a daemon": "import os\nif os.fork() == 0:\n    if os.fork() == 0:\n        while True: pass\n"
    "    os._exit(0)\nos.wait()\nreturn 1",
    "a deaf one": "import os, signal, time\nif os.fork() == 0:\n    for number in (1, 2, 3, 13, 15):\n"
    "        signal.signal(number, signal.SIG_IGN)\n    time.sleep(10**6)\nreturn 1",
    "one that outlives its parent": "import os, time\nif os.fork() == 0: time.sleep(10**6)\nos._exit(0)",
}


@pytest.mark.parametrize("body", LEFT_BEHIND.values(), ids=LEFT_BEHIND)
def test_what_an_answer_leaves_behind_ends_with_it(opened, body):
    opened.check()
    before = below(opened)
    if body.endswith("return 1"):
        assert result_of(opened, body, timeout=5) == 1
    else:
        with pytest.raises(AnswerDied):
            result_of(opened, body, timeout=5)
    assert below(opened) == before, "when the worker is closed, all of it is gone"


@pytest.mark.parametrize(
    "body",
    [
        "import os\nwhile True:\n    os.fork()",
        "import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(10**6)",
        "import os, time\nwhile os.fork() == 0: pass\ntime.sleep(10**6)",
    ],
    ids=["bomb", "many children", "a chain"],
)
def test_a_fork_bomb_is_ended_with_all_that_came_of_it(opened, body):
    opened.check()
    before = below(opened)
    with pytest.raises((AnswerDied, CallTimeout), match=r"processes, 16 are allowed|no answer within|ended"):
        result_of(opened, body, timeout=4)
    assert below(opened) == before
    assert result_of(opened, "return 2") == 2, "the next answer is judged"


def test_time_and_memory_of_all_its_processes_count(opened):
    busy = "import os\nfor _ in range(3):\n    if os.fork() == 0:\n        while True: pass\nos.wait()"
    with pytest.raises(CallTimeout):
        result_of(opened, busy, timeout=0.5)
    each = (
        "import os, mmap, time\nfor _ in range(3):\n    if os.fork() == 0:\n        kept = mmap.mmap(-1, 100 << 20)\n"
    )
    each += "        for at in range(0, 100 << 20, 4096): kept[at] = 1\n        time.sleep(10**6)\nos.wait()"
    with pytest.raises(AnswerDied, match="MiB of memory, 256 are allowed"):
        result_of(opened, each, timeout=5)


def test_without_walls_its_processes_end_with_it_too():
    with Box("plain", LIMITS, isolation="process", openings=OPENINGS) as box:
        box.check()
        before = below(box)
        assert result_of(box, LEFT_BEHIND["a child"], timeout=5) == 1
        deadline = time.monotonic() + PATIENCE
        while below(box) != before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert below(box) == before


def test_a_box_in_which_no_namespace_can_be_made_is_refused(monkeypatch):
    """Some systems forbid a user namespace inside another: there is no box then in which an answer may fork."""
    from dojo.sandbox import bubblewrap

    original = bubblewrap.command

    def command(hidden):
        program, arguments = original(hidden)
        return program, [*arguments, "--unshare-user", "--disable-userns"]

    monkeypatch.setattr(bubblewrap, "command", command)
    opened = Box("plain", LIMITS, isolation="bubblewrap", openings=OPENINGS)
    with opened, pytest.raises(GraderFault, match="namespace"):
        opened.check()
    with Box("plain", LIMITS, isolation="bubblewrap") as box:
        box.check()


def test_an_ordinary_box_is_as_closed_as_before():
    with Box("plain", LIMITS, isolation="bubblewrap") as box:
        assert result_of(box, "import os\nos.fork()") == "PermissionError"
        assert result_of(box, "import socket\nsocket.socket()") == "PermissionError"


@pytest.mark.parametrize("machine", walls.ARCHITECTURES)
def test_the_filter_opens_what_it_names_and_nothing_else(machine):
    program = walls.filter_program(machine, OPENINGS)
    opened = [name for names in OPENED.values() for name in names]
    numbers = NUMBERS[machine]
    for name in opened:
        assert verdict_of(program, machine, name) == "allowed", name
        assert verdict_of(walls.filter_program(machine), machine, name) == "refused", name
    known = (*(name for names in ALLOWED.values() for name in names), *CHECKED, *CHECKED_WHERE_OPEN, *opened)
    named = {numbers[name] for name in known if name in numbers}
    for number in [*(set(range(600)) - named), 10**6]:
        assert verdict_of(program, machine, number) == "refused", number


@pytest.mark.parametrize("machine", walls.ARCHITECTURES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("clone", (0x01200011,), "allowed"),  # fork
        ("clone", (0x00010F00,), "allowed"),  # a thread
        ("clone", (17,), "refused"),
        ("clone", (0x01200011 | walls.CLONE_NEWUSER,), "refused"),
        ("clone", (0x01200011 | 0x8000,), "refused"),  # CLONE_PARENT
        ("clone3", (), "refused"),
        ("socket", (1, 1, 0), "allowed"),
        ("socket", (2, 1, 6), "allowed"),
        ("socket", (2, 1, 132), "refused"),  # SCTP
        ("socket", (10, 1, 0), "refused"),
        ("socket", (16, 3, 0), "allowed"),
        ("socket", (16, 3, 12), "refused"),  # netfilter
        ("socket", (17, 3, 0), "refused"),
        ("setsockopt", (3, 1, 2), "allowed"),
        ("setsockopt", (3, 1, 36), "refused"),
        ("setsockopt", (3, 6, 1), "allowed"),
        ("setsockopt", (3, 0, 2), "refused"),
        ("fcntl", (1, 4, 0x802), "allowed"),
        ("fcntl", (1, 4, 0o40000), "refused"),
    ],
)
def test_arguments_decide_what_is_opened(machine, call, arguments, expected):
    assert verdict_of(walls.filter_program(machine, OPENINGS), machine, call, *arguments) == expected


TRAINING = """
import gc
import os
import signal
import stat
import threading
import torch
import torch.distributed as dist
from contextlib import contextmanager

def is_socket(number):
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False

def left_behind():
    if os.fork() == 0:
        if os.fork():
            os._exit(0)
        channel = next(number for number in range(3, 256) if is_socket(number))
        while True:
            os.write(channel, bytes([8, 0, 0, 0, 0x93, 0xA2, *b"ok", 0xC4, 1, 0xC0, 0x80]))  # ["ok", packed None, {}]

def meeting():
    gc.unfreeze()
    return next(each for each in gc.get_objects() if type(each).__name__ == "Meeting")

def fork_and_reduce(ours):
    while not ours._lock.locked():
        pass
    if os.fork() == 0:
        while True:
            dist.all_reduce(torch.zeros(3))

def send_half():
    os.write(meeting()._tells, (1 << 40).to_bytes(8, "little") + b"x")
    os.read(os.pipe()[0], 1)

class DataParallel(torch.nn.Module):
    def __init__(self, module, process_group=None):
        super().__init__()
        self.module = module
        self.process_group = process_group

    def forward(self, *args, **kwargs):
        gradients = torch.zeros(3)
        FAULT
        dist.all_reduce(gradients, group=self.process_group)
        return self.module(*args, **kwargs)

    @contextmanager
    def no_sync(self):
        yield
"""
FAULTS = {
    "if dist.get_rank(): return self.module(*args, **kwargs)": "RankWaitsError: rank 0 waits in all_reduce.*for ever",
    "if dist.get_rank(): os._exit(3)": "RankDiedError: the process of rank 1 ended with exit code 3",
    "if dist.get_rank(): gradients = torch.zeros(4)": r"RanksDifferError: .*float32 \(3,\).*rank 1 .*float32 \(4,\)",
    "if dist.get_rank(): dist.recv(gradients, 0)": "RankWaitsError: rank 1 waits for a message that never comes",
    "if os.fork() == 0:\n            while True: pass": "on rank 0|processes, 16 are allowed",
    "if dist.get_rank(): os.read(os.pipe()[0], 1) if os.fork() == 0 else os._exit(4)": "exit code 4",
    "if dist.get_rank(): os.kill(os.getpid(), signal.SIGSTOP)": "RankWaitsError: rank 0 waits.*rank 1 is still at work",
    "if dist.get_rank(): os.kill(-1, signal.SIGKILL)": "RankDiedError: the process of rank 0 ended by signal 9",
    "if dist.get_rank(): send_half()": "RankWaitsError: rank 0 waits.*rank 1 is still at work",
    "if dist.get_rank() == 0: os.read(os.pipe()[0], 1)\n"
    "        threading.Thread(target=fork_and_reduce, args=(meeting(),)).start()": "rank 1 waits in all_reduce.*ever",
    "if dist.get_rank() == 0: left_behind()": "NoneType|bytes that nobody asked for|processes, 16 are allowed",
}


@pytest.mark.once
@pytest.mark.parametrize(
    "fault",
    FAULTS,
    ids=[
        *("hangs", "dies", "does not fit", "waits for a message", "leaves a process", "dies and leaves a process"),
        *("stops itself", "kills the others", "sends half a message", "forks in a thread", "writes to the channel"),
    ],
)
def test_a_distributed_answer_is_rejected_in_words_and_leaves_nothing(grader, fault):
    kata = Catalogue(ROOT).find("distributed/data_parallel")
    text = TRAINING.replace("FAULT", fault).encode()
    first = "test_gradients_are_those_of_DistributedDataParallel"
    verdict = grader.grade(kata, text, seed=0, brief=True, first=first)
    assert verdict.outcome == "rejected"
    assert re.search(FAULTS[fault], verdict.properties[-1].message), verdict.properties[-1].message
    box = grader._boxes.of(kata.library, kata.header.openings)  # noqa: SLF001
    assert len(below(box)) == 2, "bubblewrap and the zygote alone are left"


@pytest.mark.once
def test_the_next_right_answer_is_accepted(grader):
    kata = Catalogue(ROOT).find("distributed/data_parallel")
    assert grader.grade(kata, kata.solution.read_bytes(), seed=0).outcome == "accepted"


@pytest.fixture(scope="module")
def grader():
    pytest.importorskip("torch")
    before = {each.pid for each in psutil.Process().children(recursive=True)}
    with Grader(Boxes(isolation="bubblewrap", hidden=private_folders(ROOT))) as grader:
        yield grader
    assert {each.pid for each in psutil.Process().children(recursive=True)} <= before
