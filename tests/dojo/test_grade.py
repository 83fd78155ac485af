"""`dojo grade`, run as an instructor runs it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import psutil
import pytest

from dojo.answers import wrong_answers
from dojo.catalogue import Catalogue
from dojo.grading.batch import Batch
from dojo.grading.submission import Submission
from dojo.sandbox.box import Box
from dojo.sandbox.namespaces import why_no_box
from dojo.stub import derive

ROOT = Path(__file__).parents[2]
KATA = Catalogue(ROOT).find("arrays/merge_sorted_array")
SOLUTION = KATA.solution.read_text(encoding="utf-8")
WRONG = wrong_answers(KATA)[0].text
ISOLATION = "process" if why_no_box() else "bubblewrap"
MANY, PATIENCE = 60, 120.0
"""More answers than any machine judges before it hears an interrupt; seconds that only a failure takes."""
SLOW = f"""{SOLUTION}
import time
_merge = merge

def merge(nums1, m, nums2, n):
    time.sleep(0.02)
    _merge(nums1, m, nums2, n)
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dojo", "grade", KATA.name, *arguments, "--isolation", ISOLATION]


def grade(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env={**os.environ, "DOJO_ROOT": str(ROOT), "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def folder(tmp_path):
    """Three answers: a right one, a wrong one and a stub."""
    for name, text in {"right.py": SOLUTION, "wrong.py": WRONG, "stub.py": derive(SOLUTION)}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def without_seconds(line: str) -> str:
    verdict = json.loads(line)
    del verdict["seconds"]
    for each in verdict["properties"]:
        del each["seconds"]
    return json.dumps(verdict)


def test_a_folder_gives_a_line_of_json_for_each_answer_and_the_same_ones_again(folder):
    first, second = (grade(folder, ".", "--format", "jsonl", "--seed", "7", "--jobs", jobs) for jobs in ("1", "2"))
    assert first.returncode == second.returncode == 1
    lines = first.stdout.splitlines()
    verdicts = [json.loads(line) for line in lines]
    assert [(Path(each["submission"]).name, each["outcome"]) for each in verdicts] == [
        ("right.py", "accepted"),
        ("stub.py", "not_attempted"),
        ("wrong.py", "rejected"),
    ]
    keys = ["kata", "submission", "sha256", "outcome", "properties", "seed", "grader", "seconds"]
    assert [list(each) for each in verdicts] == [keys] * 3
    assert {each["seed"] for each in verdicts} == {7}
    assert list(map(without_seconds, lines)) == list(map(without_seconds, second.stdout.splitlines()))


def test_exit_codes(folder):
    assert grade(folder, "right.py").returncode == 0
    assert grade(folder, "wrong.py").returncode == 1
    assert grade(folder, "stub.py", "right.py").returncode == 1
    missing = grade(folder, "absent.py")
    assert missing.returncode == 2
    assert "There is no file absent.py" in missing.stderr
    assert grade(folder, "right.py", "--format", "yaml").returncode == 2
    (folder / "empty").mkdir()
    assert "no *.py files" in grade(folder, "empty").stderr


def test_without_bubblewrap_nothing_is_judged(folder):
    binaries = folder / "binaries"
    binaries.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "dojo", "grade", KATA.name, "right.py"],
        cwd=folder,
        env={**os.environ, "DOJO_ROOT": str(ROOT), "PATH": str(binaries)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done
    assert not done.stdout
    assert "bubblewrap" in done.stderr
    assert "install" in done.stderr


def test_a_text_for_a_person(folder):
    one = grade(folder, "wrong.py", "--seed", "1").stdout
    assert "smallest input" in one
    many = grade(folder, ".", "--seed", "1").stdout
    assert "3 of 3 answers judged: 1 accepted, 1 not attempted, 1 rejected" in many


def test_junit_and_gradescope_are_written_to_a_file(folder):
    grade(folder, ".", "--format", "junit", "-o", "report.xml")
    suites = list(ET.parse(folder / "report.xml").getroot().iter("testsuite"))  # noqa: S314  # our own
    assert (suites[0].get("name"), suites[0].get("failures")) == ("right.py", "0")
    assert int(suites[2].get("failures")) > 0
    assert "smallest input" in "".join(suites[2].itertext())
    grade(folder, "wrong.py", "--format", "gradescope", "-o", "results.json")
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert 0 < results["score"] < 100
    assert results["score"] == pytest.approx(sum(each["score"] for each in results["tests"]), abs=0.01)
    failed = [each for each in results["tests"] if each["status"] == "failed"]
    assert any("to see it" in each["output"] for each in failed)


def test_an_output_that_can_t_be_written_is_told_before_anything_is_judged(folder):
    done = grade(folder, "right.py", "-o", "absent/report.xml")
    assert done.returncode == 2
    assert "absent/report.xml can't be written" in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_keeps_the_verdicts_so_far_and_leaves_nothing_running(tmp_path, jobs):
    for number in range(MANY):
        (tmp_path / f"{number}.py").write_text(SLOW, encoding="utf-8")
    report = tmp_path / "report.jsonl"
    process = subprocess.Popen(
        command(".", "--format", "jsonl", "-o", str(report), "--jobs", jobs, "--examples", "20"),
        cwd=tmp_path,
        env={**os.environ, "DOJO_ROOT": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (report.exists() and report.read_text(encoding="utf-8").count("\n")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in said, said
    assert process.returncode == 130
    verdicts = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert 1 <= len(verdicts) < MANY
    assert {each["outcome"] for each in verdicts} == {"accepted"}
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not [each for each in alive if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def test_processes_killed_from_outside_cost_a_retry_and_no_verdict():
    """Zygotes, workers and bubblewrap are killed while others answer: one after every tenth verdict.

    Never twice in one verdict: that would be a fault, and rightly. A batch has at most eight answers in hand.
    """
    submissions = [
        Submission(KATA, f"{number}.py", 1, (WRONG if number % 3 == 2 else SOLUTION).encode(), examples=20)
        for number in range(60)
    ]
    killed = 0
    outcomes = []
    for verdict in Batch(2, ISOLATION).verdicts(submissions):
        outcomes.append((verdict.outcome, verdict.properties[-1].message[:80]))
        if len(outcomes) % 10 == 5:
            victims = [each for each in psutil.Process().children(recursive=True) if "dojo.sandbox" in cmdline(each)]
            with contextlib.suppress(psutil.Error, ZeroDivisionError):  # none at this moment
                victims[killed % len(victims) - 1].kill()  # the youngest, a worker, first
                killed += 1
    assert [outcome for outcome, _ in outcomes] == ["accepted", "accepted", "rejected"] * 20, outcomes
    assert killed >= 3


def cmdline(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_zygote_that_is_killed_while_a_worker_is_held_is_no_error():
    with Box("plain", isolation=ISOLATION) as box:
        worker = box.worker()
        for process in psutil.Process().children(recursive=True):
            if "dojo.sandbox" in cmdline(process):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        worker.close()
        box.worker().close()  # the box starts another


def test_many_answers_as_text_say_what_does_not_hold_or_why_one_was_not_judged(folder):
    (folder / "link.py").symlink_to(folder / "right.py")
    (folder / "typo.py").write_text("def merge(\n", encoding="utf-8")
    names = ("link.py", "right.py", "typo.py", "wrong.py")
    lines = grade(folder, *names, "--examples", "5", COLUMNS="300").stdout.splitlines()
    assert "a link, not judged" in lines[0]
    assert lines[1].endswith("100%")
    assert "SyntaxError" in lines[2]
    assert "merges like the reference" in lines[3]
