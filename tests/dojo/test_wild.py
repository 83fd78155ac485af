"""`dojo grade` where it is really used: odd files, odd callers, odd environments. Each case was seen to fail once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dojo.catalogue import Catalogue
from dojo.grading.judgement import visible
from dojo.grading.submission import Refusal, Submission, find_answers
from dojo.sandbox.limits import DEFAULT_LIMITS

ROOT = Path(__file__).parents[2]
KATA = Catalogue(ROOT).find("arrays/merge_sorted_array")
SOLUTION = KATA.solution.read_text(encoding="utf-8")
WRONG = "def merge(nums1, m, nums2, n):\n    pass\n"


def dojo(*arguments, cwd, flags=(), **environment):
    """Run the command line without walls, which these cases do not need."""
    env = {**os.environ, "DOJO_DATA": str(cwd / "data"), **environment}
    env.pop("DOJO_ROOT", None)
    env |= {key: value for key, value in environment.items() if key == "DOJO_ROOT"}
    return subprocess.run(
        [sys.executable, *flags, "-m", "dojo", *arguments],
        cwd=cwd, env=env, capture_output=True, text=True, check=False, errors="replace",
    )  # fmt: skip


def grade(cwd, *files, **options):
    return dojo("grade", "merge_sorted_array", *files, "--isolation", "process", "--seed", "1", cwd=cwd, **options)


@pytest.fixture
def answers(tmp_path):
    """A folder with answers as they are found in the wild."""
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "good.py").write_text(SOLUTION, encoding="utf-8")
    (folder / "wrong.py").write_text(WRONG, encoding="utf-8")
    (folder / "link.py").symlink_to(KATA.solution)
    (folder / "dangling.py").symlink_to("nowhere")
    (folder / "folder.py").mkdir()
    os.mkfifo(folder / "pipe.py")
    with (folder / "large.py").open("wb") as file:
        file.truncate(6 << 30)
    (folder / "._x.py").write_bytes(b"\0\1")
    (folder / ".#a.py").symlink_to("editor@host:1")
    (folder / "huge.py").write_text("def merge(nums1, m, nums2, n):\n    nums1[:] = [10**5000] * len(nums1)\n")
    (folder / "escapes.py").write_text(
        "print('\\x1b[2J')\ndef merge(a, m, b, n):\n    raise OSError('\\x1b[2J\\x07')\n"
    )
    (folder / "bom.py").write_bytes(b"\xef\xbb\xbf" + SOLUTION.encode())
    (folder / "latin.py").write_bytes(b"# coding: latin-1\n# caf\xe9\n" + SOLUTION.encode())
    (folder / "crlf.py").write_bytes(SOLUTION.replace("\n", "\r\n").encode())
    with (folder / os.fsdecode(b"n\xff.py")).open("w", encoding="utf-8") as file:
        file.write(SOLUTION)
    return folder


EXPECTED = {
    "bom.py": ("accepted", ""),
    "crlf.py": ("accepted", ""),
    "dangling.py": ("rejected", "a link, not judged"),
    "escapes.py": ("rejected", "\\x1b[2J\\x07"),
    "folder.py": ("rejected", "a folder"),
    "good.py": ("accepted", ""),
    "huge.py": ("rejected", "merged to"),
    "large.py": ("rejected", "6,442,450,944 bytes"),
    "latin.py": ("accepted", ""),
    "link.py": ("rejected", "a link, not judged"),
    "n\\udcff.py": ("accepted", ""),
    "pipe.py": ("rejected", "not an ordinary file"),
    "wrong.py": ("rejected", ""),
}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_answer_gets_its_line_whatever_its_file_is(answers, tmp_path, jobs):
    done = grade(tmp_path, str(answers), "--format", "jsonl", "--jobs", jobs)
    assert done.returncode == 1, done.stderr
    found = {Path(line["submission"]).name: line for line in map(json.loads, done.stdout.splitlines())}
    assert {name: line["outcome"] for name, line in found.items()} == {
        name: outcome for name, (outcome, _) in EXPECTED.items()
    }
    for name, (_, said) in EXPECTED.items():
        assert said in json.dumps(found[name]).replace("\\\\", "\\"), found[name]
    assert "\x1b" not in done.stdout
    assert "2 files whose names begin with a dot were left out" in done.stderr


def test_a_file_that_can_not_be_read_is_a_fault(answers):
    submission = Submission(KATA, str(answers / "gone.py"), 1)
    refusal = submission.read(DEFAULT_LIMITS)
    assert isinstance(refusal, Refusal)
    assert refusal.outcome == "fault"
    assert "No such file" in refusal.message
    followed = Submission(KATA, str(answers / "link.py"), 1, follow_links=True)
    assert followed.read(DEFAULT_LIMITS) == SOLUTION.encode()
    assert find_answers([str(answers)]).hidden == 2


def test_asserts_that_are_left_out_are_noticed(answers, tmp_path):
    for options in ({"flags": ("-O",)}, {"PYTHONOPTIMIZE": "1"}):
        done = grade(tmp_path, str(answers / "wrong.py"), **options)
        assert done.returncode == 2, done.stdout
        assert "PYTHONOPTIMIZE" in done.stderr
        assert "accepted" not in done.stdout


def test_the_current_folder_brings_no_properties_and_no_modules(answers, tmp_path):
    """A student's clone, with a test that accepts everything, and a random.py that says so when it is imported."""
    clone = tmp_path / "clone"
    for tree in ("katas", "solutions", "tests"):
        shutil.copytree(ROOT / tree, clone / tree, ignore=shutil.ignore_patterns("__pycache__", "wrong", "right"))
    test = clone / "tests" / "arrays" / "test_merge_sorted_array.py"
    test.write_text("def test_everything_is_right(kata):\n    pass\n", encoding="utf-8")
    for name in ("random", "tempfile", "msgspec", "hypothesis"):
        (clone / f"{name}.py").write_text("print('from the current folder')\n", encoding="utf-8")
    for jobs in ("1", "2"):
        done = grade(clone, str(answers / "wrong.py"), "--jobs", jobs)
        assert done.returncode == 1, done.stderr
        assert "from the current folder" not in done.stdout + done.stderr
        assert "rejected" in done.stdout
    chosen = dojo(
        "grade", "merge_sorted_array", str(answers / "wrong.py"), "--root", str(clone), "--isolation", "process",
        "--format", "jsonl", cwd=tmp_path,
    )  # fmt: skip
    assert json.loads(chosen.stdout)["outcome"] == "accepted", "a root that was named is used"
    assert str(clone) in json.loads(chosen.stdout)["grader"]


@pytest.mark.parametrize(
    "option", [("--deadline", "nan"), ("--deadline", "0"), ("--seed", "-1"), ("--root", "/nowhere")]
)
def test_options_that_make_no_sense_are_usage(answers, tmp_path, option):
    done = dojo("grade", "merge_sorted_array", str(answers / "good.py"), *option, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["text", "jsonl", "junit", "gradescope"])
def test_a_full_disk_is_one_message(answers, tmp_path, form):
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    done = grade(tmp_path, str(answers / "good.py"), str(answers / "wrong.py"), "--format", form, "-o", "/dev/full")
    assert done.returncode in (2, 3)
    assert "/dev/full can't be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_closed_streams_and_ignored_signals_do_no_harm(answers):
    command = f"{sys.executable} -m dojo grade merge_sorted_array good.py --isolation process --jobs 2"
    for closed in ("2>&-", "</dev/null >&- 2>&-"):
        done = subprocess.run(["sh", "-c", f"trap '' CHLD; {command} {closed}"], cwd=answers, check=False)
        assert done.returncode == 0


def test_a_current_folder_that_is_gone_and_no_folder_for_temporary_files(answers, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"{sys.executable} -P -m dojo grade merge_sorted_array {answers / 'good.py'} --isolation process"
    done = subprocess.run(["sh", "-c", f"cd {gone} && rmdir {gone} && {command}"], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_gradescope_always_gets_its_results(answers, tmp_path):
    for files, said in (([str(tmp_path / "empty")], "has no *.py files"), ([str(tmp_path / "no.py")], "no file")):
        (tmp_path / "empty").mkdir(exist_ok=True)
        results = tmp_path / "results.json"
        done = grade(tmp_path, *files, "--format", "gradescope", "-o", str(results))
        assert done.returncode == 2
        written = json.loads(results.read_text(encoding="utf-8"))
        assert written["score"] == 0
        assert said in written["output"]
    done = dojo(
        "grade", "merge_sorted_array", str(answers / "good.py"), "--format", "gradescope", "-o", str(results),
        cwd=tmp_path, PATH=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 3
    assert "bubblewrap" in json.loads(results.read_text(encoding="utf-8"))["output"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_the_grader_ends_what_it_started(answers, tmp_path, number):
    if sys.platform != "linux":
        pytest.skip("the signal at a parent's death is Linux's")
    slow = answers / "slow.py"
    slow.write_text(f"import time\n{SOLUTION}\n_m = merge\ndef merge(*a):\n    time.sleep(0.05)\n    _m(*a)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "dojo", "grade", "merge_sorted_array", *[str(slow)] * 50, "--jobs", "2", "--isolation",
         "process", "--root", str(ROOT)],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    below = psutil.Process(process.pid)
    while len(below.children(recursive=True)) < 6:  # two judges, two zygotes, two workers
        assert process.poll() is None
        time.sleep(0.05)
    started = below.children(recursive=True)
    process.send_signal(number)
    process.wait()
    _, alive = psutil.wait_procs(started, timeout=60)
    assert not alive


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand é", "two\nlines\tand é"),
        ("\x1b[2J\x07\r", "\\x1b[2J\\x07\\r"),
        ("\u202eevil\ud800", "\\u202eevil\\ud800"),
    ],
)
def test_control_characters_are_made_visible(text, shown):
    assert visible(text) == shown
