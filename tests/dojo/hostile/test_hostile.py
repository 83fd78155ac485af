"""No attack is accepted, none harms the grader, none leaves a process or a file behind."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from dojo.grading.grader import Grader
from dojo.kata import Catalogue
from dojo.sandbox.box import Boxes
from dojo.sandbox.limits import DEFAULT_LIMITS, MEBIBYTE
from tests.dojo.hostile.attacks import ATTACKS, SOMETIMES_RIGHT, TEXTS

ROOT = Path(__file__).parents[3]
CATALOGUE = Catalogue(ROOT)
LIMITS = dataclasses.replace(
    DEFAULT_LIMITS, call=0.7, later_call=0.2, patience=2.0, overruns=3, shrinking=50, memory=1024 * MEBIBYTE
)
LONGEST = 10.0
"""How many seconds a verdict may take at these deadlines."""
MARK = Path(tempfile.gettempdir()) / f"dojo-hostile-{os.getpid()}"
NEVER = 10**6

# Each answer is wrong by itself: if it were accepted, the attack would have won.
ANSWERS = {
    "arrays/merge_sorted_array": """
def merge(nums1, m, nums2, n):
    answer = attack()
    nums1[:] = [0] * len(nums1) if answer is None else [answer] * len(nums1)
    return answer
""",
    "attention/online_softmax": """
import numpy as np
from typing import NamedTuple

class State(NamedTuple):
    m: np.ndarray
    l: np.ndarray
    o: np.ndarray

def start(rows, width):
    return State(np.full(rows, -np.inf), np.zeros(rows), np.zeros((rows, width)))

def update(state, scores, values):
    attack()
    return state

def merge(a, b):
    return attack() or a

def finish(state):
    return attack() or (state.o, state.m)

def online_softmax(blocks):
    return attack() or (np.zeros(1), np.zeros(1))
""",
    "attention/tiled_attention": """
import torch

def flash_forward(q, k, v, *, block_q=64, block_k=64, causal=False, scale=None):
    answer = attack()
    if answer is not None:
        return answer, answer
    return torch.zeros(*q.shape[:3], v.shape[3], dtype=q.dtype), torch.zeros(q.shape[:3])
""",
}
KATAS = [CATALOGUE.find(name) for name in ANSWERS]


def require(kata):
    """Skip a kata whose library this environment does not have."""
    if kata.library != "plain" and importlib.util.find_spec(kata.library) is None:
        pytest.skip(f"{kata.library} is not installed")


@pytest.fixture(scope="module")
def grader():
    if shutil.which("bwrap") is None:
        pytest.skip("no attack is tried: bubblewrap is not installed")
    with Grader(Boxes(LIMITS, isolation="bubblewrap")) as grader:
        yield grader


@pytest.fixture(scope="module")
def bystander():
    """A process of the same user that no attack may reach."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10000)"])
    yield process
    process.kill()
    process.wait()


def places():
    """Every folder in which an attack might leave its mark."""
    return {MARK.parent, Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/"), Path.home(), Path.cwd(), ROOT}  # noqa: S108


def state_of_this_process():
    """What an attack might change of the process that grades."""
    return {
        "folder": Path.cwd(),
        "environment": dict(os.environ),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "mask": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "builtins": (len, all, isinstance, sorted),
        "clock": (time.monotonic, time.perf_counter),
    }


def answer_with(attack, kata):
    text = attack.text.replace("MARK", repr(str(MARK))).replace("NEVER", str(NEVER))
    return f"{text}\n{'attack()' if attack.on_import else ''}\n{ANSWERS[kata.name]}".encode()


def check(grader, bystander, kata, content):
    """Judge, and look for harm."""
    before = state_of_this_process()
    watched = [place for place in (Path("/dev/shm"), Path.cwd(), ROOT) if place.is_dir()]  # noqa: S108
    files = {place: set(place.iterdir()) for place in watched}
    started = time.perf_counter()
    verdict = grader.grade(kata, content, submission="hostile.py", seed=0, examples=10, brief=True)
    seconds = time.perf_counter() - started
    assert verdict.outcome == "rejected", verdict
    assert seconds < LONGEST, f"the verdict took {seconds:.1f} s"
    assert state_of_this_process() == before
    assert bystander.poll() is None, "a process of the same user was killed"
    left = [str(place / MARK.name) for place in places() if os.path.lexists(place / MARK.name)]
    assert not left, f"files were left: {left}"
    for place, names in files.items():
        assert set(place.iterdir()) == names, f"{place} has other files than before"


MAIN = {"plain": "merge", "numpy": "finish", "torch": "flash_forward"}


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.library)
@pytest.mark.parametrize("condition", SOMETIMES_RIGHT)
def test_an_answer_that_is_right_at_times_is_rejected(grader, condition, kata):
    require(kata)
    name = MAIN[kata.library]
    wrapper = f"""
import functools, random, time
right, calls, seen, begun = {name}, 0, set(), time.monotonic()

@functools.wraps(right)
def {name}(*arguments, **keywords):
    global calls
    calls += 1
    if {SOMETIMES_RIGHT[condition]}:
        return right(*arguments, **keywords)
"""
    content = kata.solution.read_bytes() + wrapper.encode()
    verdict = grader.grade(kata, content, submission="hostile.py", seed=0, brief=True)
    assert verdict.outcome == "rejected", verdict


def own_processes():
    """The processes below this one that hold an answer: more than bubblewrap and the zygotes."""
    return [each for each in psutil.Process().children(recursive=True) if each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.library)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_rejected_and_does_no_harm(grader, bystander, attack, kata):
    require(kata)
    check(grader, bystander, kata, answer_with(attack, kata))


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.library)
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_no_answer_is_rejected(grader, bystander, name, kata):
    require(kata)
    check(grader, bystander, kata, TEXTS[name])


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.library)
def test_afterwards_the_solution_is_accepted_and_no_process_is_left(grader, kata):
    require(kata)
    verdict = grader.grade(kata, kata.solution.read_bytes(), examples=10)
    assert verdict.outcome == "accepted", verdict
    deadline = time.monotonic() + 5
    # Of each box that is in use bubblewrap has two processes and the zygote one.
    while len(own_processes()) > 3 * len(KATAS) + 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(own_processes()) <= 3 * len(KATAS) + 1, own_processes()


def test_when_the_grader_ends_nothing_of_it_is_left():
    if shutil.which("bwrap") is None:
        pytest.skip("no attack is tried: bubblewrap is not installed")
    before = {each.pid for each in own_processes()}
    daemon = next(attack for attack in ATTACKS if attack.name == "busy_thread_lives_on")
    with Grader(Boxes(LIMITS, isolation="bubblewrap")) as grader:
        assert grader.grade(KATAS[0], answer_with(daemon, KATAS[0]), brief=True, examples=5).outcome == "rejected"
        assert {each.pid for each in own_processes()} - before
    deadline = time.monotonic() + 5
    while {each.pid for each in own_processes()} - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {each.pid for each in own_processes()} <= before


@pytest.mark.parametrize(
    "name", ["file_left", "shell", "subprocess", "spawn", "socket", "abstract_socket", "daemon", "program", "links"]
)
def test_without_walls_the_attack_succeeds(name, tmp_path):
    """Otherwise the tests above would show nothing."""
    attack = next(each for each in ATTACKS if each.name == name)
    mark = tmp_path / "mark"
    text = attack.text.replace("MARK", repr(str(mark))).replace("NEVER", "0.01")
    ended = subprocess.run([sys.executable, "-c", text + "\nattack()"], cwd=tmp_path, capture_output=True, check=False)
    assert os.path.lexists(mark), ended.stderr.decode()


def test_there_are_enough_attacks_and_each_is_python():
    names = [attack.name for attack in ATTACKS]
    assert len(names) == len(set(names))
    assert len(names) + len(TEXTS) >= 45
    for attack in ATTACKS:
        compile(attack.text, attack.name, "exec")
