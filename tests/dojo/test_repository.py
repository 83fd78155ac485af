"""This repository: complete by the audit's rules, and usable in process with no more than it promises to need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dojo.audit import completeness
from dojo.audit.readme import check_table
from dojo.kata import Catalogue
from dojo.pytest_plugin import GPU_NOT_CHECKED

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue(ROOT)
ENGINE_ONLY = ("click", "libcst", "msgspec", "platformdirs", "rich", "psutil")


def test_the_trees_mirror_each_other_and_the_readme_is_current():
    found = [*completeness.check_repository(CATALOGUE), *check_table(CATALOGUE, write=False)]
    assert [str(finding) for finding in found] == []


@pytest.mark.parametrize("kata", CATALOGUE.katas, ids=lambda kata: kata.name)
def test_every_kata_is_complete(kata):
    if kata.library == "torch":
        pytest.importorskip("torch")
    found = list(completeness.check_kata(CATALOGUE, kata, write=False))
    assert [str(finding) for finding in found] == []


def run_pytest(*arguments: str, folder: Path = ROOT) -> str:
    """The output of pytest where the engine's own libraries can't be imported."""
    block = (
        "import sys\n"
        f"blocked = {ENGINE_ONLY!r}\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in blocked:\n"
        "            raise ImportError(f'{name} is not there')\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import pytest\n"
        "sys.exit(pytest.main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", block, "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder, env={**os.environ, "COLUMNS": "160"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 5), done.stdout + done.stderr
    return done.stdout


def test_the_properties_run_in_process_without_the_engines_libraries():
    out = run_pytest("--impl", "solutions", "tests/arrays")
    assert "passed" in out


def test_what_is_not_attempted_is_skipped_and_counted(tmp_path):
    stubs = tmp_path / "stubs" / "arrays"
    stubs.mkdir(parents=True)
    from dojo.stub import derive

    kata = CATALOGUE.find("arrays/merge_sorted_array")
    (stubs / "merge_sorted_array.py").write_text(derive(kata.solution.read_text(encoding="utf-8")), encoding="utf-8")
    out = run_pytest("--impl", str(stubs.parent), "tests/arrays")
    assert "not attempted: merge of arrays/merge_sorted_array raises NotImplementedError" in out
    assert "passed" not in out
    assert "failed" not in out


def test_gpu_properties_are_reported_not_dropped():
    torch = pytest.importorskip("torch")
    out = run_pytest("-m", "gpu", "--impl", "solutions", "tests/attention")
    if torch.cuda.is_available():
        assert "passed" in out
    else:
        assert GPU_NOT_CHECKED in out
        assert "properties need CUDA" in out


def test_the_readme_names_its_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "dojo tour\n```" in text
    assert "<!-- test command -->" in text


def test_nothing_private_to_a_machine_is_in_the_repository():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.split():
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for word in ("/" + "work/", "/" + "root/", "/opt/" + "wheels"):
            assert word not in text, f"{name} names {word}"
