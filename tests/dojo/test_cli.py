"""The command line, run as its user runs it: another process, a folder of its own, a data folder of its own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from dojo.hints import without_hints
from dojo.stub import derive

ROOT = Path(__file__).parents[2]
NAME = "merge_sorted_array"
OTHER_TOPICS = [path.name for path in (ROOT / "solutions").iterdir() if path.name not in ("arrays", "geometry")]


@pytest.fixture
def home(tmp_path):
    """A repository with two topics, and an empty data folder."""
    root = tmp_path / "repository"
    ignored = shutil.ignore_patterns("__pycache__", "dojo", *OTHER_TOPICS)
    for tree in ("katas", "solutions", "tests"):
        shutil.copytree(ROOT / tree, root / tree, ignore=ignored)
    # The stubs of a clone may be solved; here they are as they were.
    for solution in (root / "solutions").glob("*/*.py"):
        if solution.stem != "__init__":
            stub = root / "katas" / solution.relative_to(root / "solutions")
            stub.write_text(derive(solution.read_text(encoding="utf-8")), encoding="utf-8")
    return tmp_path


def dojo(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DOJO_ROOT": str(home / "repository"),
        "DOJO_DATA": str(home / "data"),
        "DOJO_CACHE": str(home / "cache"),
        "COLUMNS": "120",
        **more,
    }
    done = subprocess.run(
        [sys.executable, "-m", "dojo", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def stub(home: Path) -> Path:
    return home / "repository" / "katas" / "arrays" / f"{NAME}.py"


def solve(home: Path) -> str:
    text = without_hints((home / "repository" / "solutions" / "arrays" / f"{NAME}.py").read_text(encoding="utf-8"))
    stub(home).write_text(text, encoding="utf-8")
    return text


def test_the_way_of_a_learner(home):
    assert "0 of" in dojo(home).stdout
    listed = dojo(home, "list")
    assert f"arrays/{NAME}" in listed.stdout
    shown = dojo(home, "show", NAME)
    assert "Merge two sorted arrays in place." in shown.stdout
    assert "def merge(nums1: list[int], m: int, nums2: list[int], n: int) -> None:" in shown.stdout
    assert "NotImplementedError" not in shown.stdout

    begun = dojo(home, "check", NAME)
    assert begun.returncode == 1
    assert "not attempted" in begun.stdout

    stub(home).write_text(
        stub(home).read_text().replace("raise NotImplementedError", "nums1[m:] = nums2"), encoding="utf-8"
    )
    wrong = dojo(home, "check", NAME)
    assert wrong.returncode == 1
    for part in ("rejected", "✗ merges like the reference", "smallest input", "expected", "got", "from katas.arrays"):
        assert part in wrong.stdout

    assert "1 of 3" in dojo(home, "hint", NAME).stdout
    second = dojo(home, "hint", NAME).stdout
    assert "1 of 3" in second
    assert "2 of 3" in second
    refused = dojo(home, "solution", NAME)
    assert refused.returncode == 2
    assert "You have not passed" in refused.stderr

    solve(home)
    right = dojo(home, "check")
    assert right.returncode == 0, right.stdout
    assert "accepted" in right.stdout
    assert "1 of" in dojo(home).stdout
    assert "the reference" in dojo(home, "solution", NAME).stdout
    assert "# hint" not in dojo(home, "solution", NAME).stdout


def test_reset_saves_and_restore_brings_back_byte_for_byte(home):
    mine = b"# mine, with CRLF\r\nand not even Python \xff\n"
    stub(home).write_bytes(mine)
    done = dojo(home, "reset", NAME)
    assert done.returncode == 0, done.stderr
    assert b"raise NotImplementedError" in stub(home).read_bytes()
    assert "is the stub already" in dojo(home, "reset", NAME).stdout
    listed = dojo(home, "attempts", NAME).stdout
    assert "reset" in listed
    assert "holds attempt 1 again" in dojo(home, "attempts", NAME, "--restore", "1").stdout
    assert stub(home).read_bytes() == mine


def test_reset_says_what_it_wrote_and_writes_through_no_dangling_link(home):
    fresh = stub(home).read_bytes()
    stub(home).unlink()
    assert f"wrote katas/arrays/{NAME}.py" in dojo(home, "reset", NAME).stdout
    assert stub(home).read_bytes() == fresh
    stub(home).unlink()
    stub(home).symlink_to(home / "elsewhere.py")
    refused = dojo(home, "reset", NAME)
    assert refused.returncode == 2
    assert "is a link to" in " ".join(refused.stderr.split())
    assert not (home / "elsewhere.py").exists()


def test_every_check_is_kept_with_text_and_verdict(home):
    text = solve(home)
    dojo(home, "check", NAME, "--seed", "5")
    dojo(home, "check", NAME, "--examples", "10")
    with sqlite3.connect(home / "data" / "journal.sqlite3") as journal:
        rows = journal.execute("SELECT kata, outcome, verdict FROM attempts ORDER BY id").fetchall()
    journal.close()
    assert [row[:2] for row in rows] == [(f"arrays/{NAME}", "accepted")] * 2
    assert '"seed": 5' in rows[0][2]
    assert dojo(home, "attempts", NAME, "--show", "1").stdout == text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "merge_sortd_array"], 2, "Did you mean arrays/merge_sorted_array"),
        (["show", "zzz"], 2, "`dojo list` names them all"),
        (["check"], 2, "You have not begun a kata yet"),
        (["list", "arays"], 2, "There is no topic 'arays'"),
        (["attempts", NAME, "--restore", "77"], 2, "77"),
        (["new", "Bad/Name"], 2, "can't be the name of a kata"),
        (["new", f"arrays/{NAME}"], 2, "exists already"),
        (["frobnicate"], 2, "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_gets_a_clear_message_and_exit_code_2(home, arguments, code, said):
    done = dojo(home, *arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_an_ambiguous_name_is_refused_with_all_that_fit(home):
    for tree in ("katas", "solutions"):
        shutil.copytree(home / "repository" / tree / "arrays", home / "repository" / tree / "other")
    done = dojo(home, "show", NAME)
    assert done.returncode == 2
    assert "arrays/merge_sorted_array" in done.stderr
    assert "other/merge_sorted_array" in done.stderr
    assert dojo(home, "show", f"other/{NAME}").returncode == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def merge(nums1, m, nums2, n)\n    pass\n", ["SyntaxError", "line 1", "def merge(nums1, m, nums2, n)"]),
        ("def marge(nums1, m, nums2, n): pass\n", ["merge is missing"]),
        ("def merge(nums1): pass\n", ["merge(nums1, m, nums2, n)"]),
        ("def merge(nums1, m, nums2, n):\n    return nums1[99]\n", ["IndexError", "raised at", "line 2, in merge"]),
        ("import torch_is_not_here\n", ["ModuleNotFoundError", "line 1"]),
    ],
    ids=["syntax", "missing", "signature", "exception", "import"],
)
def test_errors_of_the_answer_are_shown_as_its_own(home, text, said):
    stub(home).write_text(text, encoding="utf-8")
    done = dojo(home, "check", NAME)
    assert done.returncode == 1
    for part in said:
        assert part in done.stdout
    assert "site-packages" not in done.stdout


def test_a_journal_that_cannot_be_written_does_not_stop_a_check_but_stops_a_reset(home):
    solve(home)
    before = stub(home).read_bytes()
    (home / "data").write_text("a file where the folder should be")
    checked = dojo(home, "check", NAME)
    assert checked.returncode == 0
    assert "accepted" in checked.stdout
    assert "error:" in checked.stderr
    refused = dojo(home, "reset", NAME)
    assert refused.returncode == 2
    assert stub(home).read_bytes() == before


def test_a_journal_from_a_newer_version_is_left_alone(home):
    solve(home)
    dojo(home, "check", NAME)
    path = home / "data" / "journal.sqlite3"
    journal = sqlite3.connect(path)
    journal.execute("PRAGMA user_version = 99")
    journal.close()
    before = path.read_bytes()
    refused = dojo(home, "reset", NAME)
    assert refused.returncode == 2
    assert "99" in refused.stderr
    assert path.read_bytes() == before


def test_outside_of_a_repository_the_way_in_is_named(home):
    done = dojo(home, "list", DOJO_ROOT=str(home))
    assert done.returncode == 2
    assert "DOJO_ROOT" in done.stderr


def test_a_kata_whose_library_is_missing_says_what_to_install(home):
    folder = home / "repository"
    for tree in ("katas", "solutions"):
        path = folder / tree / "arrays" / f"{NAME}.py"
        path.write_text(
            path.read_text(encoding="utf-8").replace("\n\n\ndef merge", "\n\nimport torch\n\n\ndef merge"),
            encoding="utf-8",
        )
    blocked = home / "blocked"
    blocked.mkdir()
    hide = (
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else find(name, *rest)\n"
    )
    (blocked / "sitecustomize.py").write_text(hide)
    done = dojo(home, "check", NAME, PYTHONPATH=str(blocked))
    assert done.returncode == 2
    assert "needs torch, which is not installed" in done.stderr
    assert "pip install torch" in done.stderr


def test_list_and_help_import_no_heavy_library(home):
    code = (
        "import sys\nfrom dojo.cli import app\n"
        "try:\n    app({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numpy', 'torch', 'hypothesis', 'libcst', 'pytest') if name in sys.modules])"
    )
    for arguments in (["list"], ["--help"], []):
        done = subprocess.run(
            [sys.executable, "-c", code.format(arguments=arguments)],
            env={**os.environ, "DOJO_ROOT": str(home / "repository"), "DOJO_DATA": str(home / "data")},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == "[]"


def test_the_tour_rejects_and_accepts_for_real(home):
    done = dojo(home, "tour")
    assert done.returncode == 0, done.stderr
    assert "rejected" in done.stdout
    assert "accepted" in done.stdout
    assert "smallest input" in done.stdout


def test_new_writes_a_kata_that_the_audit_leads_through(home):
    done = dojo(home, "new", "arrays/rotate_array")
    assert done.returncode == 0, done.stderr
    assert "wrote solutions/arrays/rotate_array.py" in done.stdout
    audit = dojo(home, "audit", "arrays/rotate_array", "--isolation", "process")
    assert audit.returncode == 1
    for part in ("still to be written", "wrong answers; keep at least 8", "right answers; keep at least 3"):
        assert part in audit.stdout


def test_the_doctor_tries_every_part(home):
    done = dojo(home, "doctor")
    for part in ("python", "hypothesis", "journal", "worker (plain)", "walls"):
        assert part in done.stdout
    assert done.returncode == 0, done.stdout


def test_next_names_the_file_and_the_line_where_it_is_written(home):
    first = dojo(home, "next").stdout
    place = next(line.strip() for line in first.splitlines() if ".py:" in line)
    path, _, line = place.partition(":")
    text = (home / "repository" / path).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert text.strip() == "raise NotImplementedError"
    solve(home)
    dojo(home, "check", NAME)
    assert dojo(home, "next").stdout != first


def test_next_opens_an_editor_at_that_line(home):
    editor = home / "vim"
    editor.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{home}/opened'\n", encoding="utf-8")
    editor.chmod(0o755)
    done = dojo(home, "next", "--edit", VISUAL=str(editor))
    assert done.returncode == 0, done.stderr
    line, path = (home / "opened").read_text(encoding="utf-8").split()
    assert line.startswith("+")
    assert Path(path) == stub(home)
    refused = dojo(home, "next", "--edit", VISUAL="no-such-editor")
    assert refused.returncode == 2
    assert "no-such-editor" in refused.stderr
    assert "is no command" in " ".join(dojo(home, "next", "--edit", VISUAL="vim '").stderr.split())


def test_the_program_of_a_counterexample_goes_to_a_file_that_runs(home):
    stub(home).write_text("def merge(nums1, m, nums2, n):\n    nums1[:] = sorted(nums1)\n", encoding="utf-8")
    program = home / "bug.py"
    done = dojo(home, "check", NAME, "--repro", str(program))
    assert f"python {program}" in done.stdout
    shown = subprocess.run(
        [sys.executable, str(program)], cwd=home / "repository", capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(home / "repository")},
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout
    checks = dojo(home, "attempts", NAME).stdout.count("check")
    for arguments, said in (
        ([NAME, "--repro", str(program)], "is there already"),
        ([NAME, "--repro", str(home / "no" / "bug.py")], "no folder"),
        (["arrays", "--repro", str(home / "other.py")], "one file for 4 katas"),
    ):
        refused = dojo(home, "check", *arguments)
        assert refused.returncode == 2
        assert said in " ".join(refused.stderr.split())
    assert dojo(home, "attempts", NAME).stdout.count("check") == checks, "nothing was judged"


def test_an_attempt_of_another_kata_is_not_shown(home):
    solve(home)
    dojo(home, "check", NAME)
    done = dojo(home, "attempts", "vectors", "--show", "1")
    assert done.returncode == 2
    assert f"one of arrays/{NAME}" in " ".join(done.stderr.split())


def test_attempts_say_which_properties_did_not_hold(home):
    stub(home).write_text("def merge(nums1, m, nums2, n):\n    pass\n", encoding="utf-8")
    dojo(home, "check", NAME)
    assert "merges like the reference" in dojo(home, "attempts", NAME).stdout


@pytest.mark.parametrize(
    ("text", "said"), [("", "brings the stub back"), ("def merge(nums1, m, nums2, n):\n    input()\n", "pytest -s")]
)
def test_the_next_step_fits_what_went_wrong(home, text, said):
    stub(home).write_text(text, encoding="utf-8")
    assert said in dojo(home, "check", NAME).stdout


def test_a_kata_that_passed_and_does_not_now_is_marked(home):
    solve(home)
    dojo(home, "check", NAME)
    stub(home).write_text("def merge(nums1, m, nums2, n):\n    pass\n", encoding="utf-8")
    dojo(home, "check", NAME)
    assert "2, the last rejected" in dojo(home, "list", "arrays").stdout


def test_nothing_is_padded_in_a_pipe_and_no_figure_is_wrapped(home):
    for command in (["list"], ["show", NAME], ["solution", NAME, "--peek"]):
        for width in ("60", "200"):
            lines = dojo(home, *command, COLUMNS=width).stdout.splitlines()
            assert not [line for line in lines if line != line.rstrip()]
    wide = dojo(home, "show", "vectors", COLUMNS="200").stdout.splitlines()
    assert max(map(len, wide)) <= 100
    prompt = (home / "repository" / "katas" / "arrays" / f"{NAME}.py").read_text(encoding="utf-8")
    figure = [line.strip() for line in prompt.splitlines() if line.startswith("    ") and "  " in line.strip()]
    narrow = dojo(home, "show", NAME, COLUMNS="40").stdout
    assert figure
    assert all(line in narrow for line in figure if "#" not in line), figure
