"""No attack is accepted, none harms the grader, none leaves a process or a file behind.

An attack is made once for each kind of kata that it can tell apart; with ``DOJO_ATTACKS=all`` (``tox -e attacks``) once
for every kind. There is no limit on how long a verdict may take: one that never comes ends no test.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from dojo.catalogue import Catalogue
from dojo.grading.grader import Grader
from dojo.sandbox.box import Boxes
from dojo.sandbox.limits import DEFAULT_LIMITS, MEBIBYTE
from tests.dojo.hostile.attacks import ATTACKS, SOMETIMES_RIGHT, TEXTS

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[3]
CATALOGUE = Catalogue(ROOT)
LIMITS = dataclasses.replace(
    DEFAULT_LIMITS, call=0.7, later_call=0.2, patience=2.0, overruns=3, shrinking=50, memory=1024 * MEBIBYTE
)
MARK = Path(tempfile.gettempdir()) / f"dojo-hostile-{os.getpid()}"
NEVER = 10**6
PATIENCE = 120.0
"""Seconds that only a failure takes."""
MISTAKES = ("NameError", "IndentationError", "nobody listens", "No module named 'msgspec'")
"""Words by which an attack that fails by a mistake of its own would tell of it."""
MOST_MEMORY = 2 << 30

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
BY_NAME = {attack.name: attack for attack in ATTACKS}
EVERY_KIND = os.environ.get("DOJO_ATTACKS") == "all"
TELLS_KINDS_APART = re.compile(r"\breturn\b|modules|numpy|torch|flash_forward")
"""In the text of an attack that hands back a value, which is compared with a list, an array or a tensor, or that looks
for what is imported beside it. All others do the same whatever kata they are an answer to."""


def kinds(texts):
    """Pairs of a name and a kata for the attacks with these texts."""
    return [
        pytest.param(name, kata, id=f"{name}-{kata.library}")
        for name, text in texts.items()
        for kata in (KATAS if EVERY_KIND or TELLS_KINDS_APART.search(text) else KATAS[:1])
    ]


def require(kata):
    """Skip a kata whose library this environment does not have."""
    if kata.library != "plain" and importlib.util.find_spec(kata.library) is None:
        pytest.skip(f"{kata.library} is not installed")


@pytest.fixture(scope="module")
def grader():
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


def check(grader, bystander, kata, content, *, mistakes=()):
    """Judge, and look for harm."""
    before = state_of_this_process()
    verdict = grader.grade(kata, content, submission="hostile.py", seed=0, examples=10, brief=True)
    assert verdict.outcome == "rejected", verdict
    said = json.dumps(dataclasses.asdict(verdict))
    assert "\\u001b" not in said, "an escape sequence reached the verdict"
    assert not [word for word in mistakes if word in said], f"the attack was not even made: {said}"
    assert psutil.Process().memory_info().rss < MOST_MEMORY, "the grader grew"
    assert state_of_this_process() == before
    assert bystander.poll() is None, "a process of the same user was killed"
    left = [str(place / MARK.name) for place in places() if os.path.lexists(place / MARK.name)]
    assert not left, f"files were left: {left}"
    assert not list(Path.cwd().iterdir()), "files were left where the grader runs"


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """The grader runs in an empty folder of its own; others are not ours alone: there only a mark is looked for."""
    monkeypatch.chdir(tmp_path)


MAIN = {"plain": "merge", "numpy": "finish", "torch": "flash_forward"}


@pytest.mark.walls
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


@pytest.mark.walls
@pytest.mark.parametrize(("name", "kata"), kinds({name: attack.text for name, attack in BY_NAME.items()}))
def test_an_attack_is_rejected_and_does_no_harm(grader, bystander, name, kata):
    require(kata)
    check(grader, bystander, kata, answer_with(BY_NAME[name], kata), mistakes=MISTAKES)


@pytest.mark.walls
@pytest.mark.parametrize(("name", "kata"), kinds({name: text.decode("latin-1") for name, text in TEXTS.items()}))
def test_a_text_that_is_no_answer_is_rejected(grader, bystander, name, kata):
    require(kata)
    check(grader, bystander, kata, TEXTS[name])


@pytest.mark.walls
@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.library)
def test_afterwards_the_solution_is_accepted_and_no_process_is_left(grader, kata):
    require(kata)
    verdict = grader.grade(kata, kata.solution.read_bytes(), examples=10)
    assert verdict.outcome == "accepted", verdict
    deadline = time.monotonic() + PATIENCE
    # Of each box that is in use bubblewrap has two processes, the zygote one, and one is the worker that waits.
    while len(own_processes()) > 4 * len(KATAS) + 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(own_processes()) <= 4 * len(KATAS) + 1, own_processes()


@pytest.mark.walls
def test_when_the_grader_ends_nothing_of_it_is_left():
    before = {each.pid for each in own_processes()}
    daemon = BY_NAME["busy_thread_lives_on"]
    with Grader(Boxes(LIMITS, isolation="bubblewrap")) as grader:
        assert grader.grade(KATAS[0], answer_with(daemon, KATAS[0]), brief=True, examples=5).outcome == "rejected"
        assert {each.pid for each in own_processes()} - before
    deadline = time.monotonic() + PATIENCE
    while {each.pid for each in own_processes()} - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {each.pid for each in own_processes()} <= before


@pytest.mark.parametrize(
    "name", ["file_left", "shell", "subprocess", "spawn", "socket", "abstract_socket", "daemon", "program", "links"]
)
def test_without_walls_the_attack_succeeds(name, tmp_path):
    """Otherwise the tests above would show nothing."""
    attack = BY_NAME[name]
    mark = tmp_path / "mark"
    text = attack.text.replace("MARK", repr(str(mark))).replace("NEVER", "0.01")
    ended = subprocess.run([sys.executable, "-c", text + "\nattack()"], cwd=tmp_path, capture_output=True, check=False)
    assert os.path.lexists(mark), ended.stderr.decode()


def test_there_are_enough_attacks_and_each_is_python():
    assert len(BY_NAME) == len(ATTACKS), "two attacks have one name"
    assert len(ATTACKS) + len(TEXTS) >= 45
    for attack in ATTACKS:
        compile(attack.text, attack.name, "exec")
