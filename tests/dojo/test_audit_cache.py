"""What the audit remembers: nothing is judged twice, nothing that has changed is taken for known."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dojo.audit.cache import Cache, cache_folder
from dojo.audit.changed import changed_katas
from dojo.audit.digest import engine_files, kata_digest, trusted_files
from dojo.errors import DojoError
from tests.dojo.copied import ROOT, copy
from tests.dojo.test_audit import judged, only

__all__ = ["copy"]
pytestmark = pytest.mark.once


def test_what_was_put_is_got_by_its_own_key_alone(tmp_path):
    path = tmp_path / "folder" / "cache"
    with Cache(path) as cache:
        cache.put(b"value", "a", 1)
        assert cache.get("a", 1) == b"value"
        assert cache.get("a", 2) is None
    with Cache(path) as cache:
        assert cache.get("a", 1) == b"value"


def test_two_processes_may_write_at_the_same_time(tmp_path):
    program = (
        "import sys; from pathlib import Path; from dojo.audit.cache import Cache\n"
        "with Cache(Path(sys.argv[1])) as cache:\n"
        "    for number in range(100): cache.put(sys.argv[2].encode(), number % 7, sys.argv[2])\n"
    )
    path = str(tmp_path / "cache")

    def run(name):
        return subprocess.run([sys.executable, "-c", program, path, name], cwd=ROOT, check=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, ["one", "two"]))
    with Cache(tmp_path / "cache") as cache:
        assert [cache.get(number, name) for number in range(7) for name in ("one", "two")] == [b"one", b"two"] * 7


def test_a_file_that_is_no_cache_is_made_anew(tmp_path):
    path = tmp_path / "cache"
    path.write_bytes(b"no database" * 1000)
    with Cache(path) as cache:
        cache.put(b"value", "key")
        assert cache.get("key") == b"value"


def test_where_nothing_can_be_written_there_is_no_cache(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with Cache(tmp_path / "file" / "cache") as cache:
        cache.put(b"value", "key")
        assert cache.get("key") is None


def test_the_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DOJO_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def test_the_second_run_judges_nothing(copy, tmp_path):
    only(copy)
    with Cache(tmp_path / "cache") as cache:
        said, run = judged(copy, cache=cache)
        assert run.judge.known == 0
        assert run.judge.judged == 4
        again, second = judged(copy, cache=cache)
        assert (second.judge.judged, second.judge.known) == (0, 4)
        assert again == said
        assert second.tallies == run.tallies
        copy.edit(copy.kata.wrong_edits, '"whole // shares"', '"whole // shares + 0"')
        assert judged(copy, cache=cache)[1].judge.judged == 1


def test_a_digest_changes_with_what_properties_import(copy):
    before = kata_digest(copy.kata)
    helper = copy.root / "tests" / copy.kata.topic / "helper.py"
    helper.write_text("X = 1\n", encoding="utf-8")
    assert kata_digest(copy.kata) == before
    copy.edit(copy.kata.properties, "import pytest", f"import pytest\n\nfrom tests.{copy.kata.topic} import helper")
    assert helper in trusted_files(copy.kata)
    imported = kata_digest(copy.kata)
    helper.write_text("X = 2\n", encoding="utf-8")
    assert len({before, imported, kata_digest(copy.kata)}) == 3


def test_the_engine_s_digest_has_all_that_the_grader_imports():
    program = (
        "import sys; import dojo.grading.batch, dojo.meters\n"
        "print(*[module.__file__ for name, module in sys.modules.items() if name.split('.')[0] == 'dojo'], sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert {Path(line) for line in done.stdout.split()} <= set(engine_files())


def git(copy, *arguments):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(copy.root), *who, *arguments], check=True, capture_output=True)


def test_changed_katas_are_those_whose_files_differ_from_main(copy):
    with pytest.raises(DojoError, match="has no main branch to compare with"):
        changed_katas(copy.catalogue)
    git(copy, "init", "--initial-branch", "main")
    git(copy, "add", "-A")
    git(copy, "commit", "-m", "one")
    git(copy, "checkout", "-b", "other")
    (copy.root / "README.md").write_text("other", encoding="utf-8")
    assert changed_katas(copy.catalogue) == ([], "main")
    next(copy.kata.right_files.glob("*.py")).unlink()
    assert changed_katas(copy.catalogue) == ([copy.kata], "main")
    git(copy, "commit", "-a", "-m", "two")
    assert changed_katas(copy.catalogue) == ([copy.kata], "main")
    git(copy, "checkout", "main")
    git(copy, "merge", "other")
    assert changed_katas(copy.catalogue) == ([copy.kata], "HEAD~1")
    copy.kata.equivalents.write_text("", encoding="utf-8")
    assert changed_katas(copy.catalogue) == ([copy.kata], "main")


def test_the_command_says_the_same_as_a_table_and_as_json(copy, tmp_path):
    environment = {
        **os.environ,
        "DOJO_ROOT": str(copy.root),
        "DOJO_CACHE": str(tmp_path / "cache"),
        "COLUMNS": "60",
        "PYTHONPATH": str(ROOT),
    }

    def audit(*options):
        command = [sys.executable, "-P", "-m", "dojo", "audit", *options, "--isolation", "process", "--jobs", "1"]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    only(copy)
    for shared in (ROOT / "tests").glob("*.py"):
        shutil.copy(shared, copy.root / "tests")
    shutil.copytree(ROOT / "tests" / "strategies", copy.root / "tests" / "strategies")
    shown = audit()
    assert shown.returncode == 1, shown.stderr
    assert "  model_states     4   1/1   2/2       -" in shown.stdout
    found = audit("--json")
    assert found.returncode == 1
    document = json.loads(found.stdout)
    assert (document["judged"], document["known"]) == (0, 4)
    assert document["katas"][0]["wrong_killed"] == 1
    assert any("keep at least 8" in each["what"] for each in document["findings"])
    assert json.loads(audit("--json", "--no-cache").stdout)["judged"] == 4
