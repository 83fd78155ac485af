"""pytest as people use it: they name their own file, press a button in an editor, and make mistakes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from dojo import pytest_plugin
from dojo.catalogue import Catalogue
from tests.dojo.environments import ROOT

pytestmark = pytest.mark.once

OTHER_TOPICS = [path.name for path in (ROOT / "solutions").iterdir() if path.name not in ("arrays", "geometry")]
SOLUTION = Catalogue(ROOT).find("arrays/merge_sorted_array").solution.read_text(encoding="utf-8")


@pytest.fixture
def clone(tmp_path):
    """A repository with two topics, of which one is solved."""
    for tree in ("katas", "solutions", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "dojo", "right", "wrong", *OTHER_TOPICS)
        shutil.copytree(ROOT / tree, tmp_path / tree, ignore=ignored)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "katas" / "arrays" / "merge_sorted_array.py").write_text(SOLUTION, encoding="utf-8")
    return tmp_path


def answer(clone, text):
    (clone / "katas" / "arrays" / "merge_sorted_array.py").write_text(text, encoding="utf-8")


def run(folder, *arguments, **more):
    """The output of pytest in a folder, as on a desk; variables by keyword."""
    inherited = {name: value for name, value in os.environ.items() if name not in pytest_plugin.ON_CI}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder, env={**inherited, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **more},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "INTERNALERROR" not in done.stdout, done.stdout
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "named",
    ["katas/arrays/merge_sorted_array.py", "katas/arrays", "katas/arrays/__init__.py", "{clone}/katas/arrays"],
)
def test_the_file_that_one_edits_stands_for_its_properties(clone, named):
    out = run(clone, named.format(clone=clone), "-k", "nums2_stays_and_nothing")
    assert "tests/arrays/test_merge_sorted_array.py" in out
    assert "1 passed" in out
    assert "testing katas" in out


def test_a_solution_stands_for_its_properties_as_well(clone):
    answer(clone, "raise SystemError('this is not the one to be tested')")
    out = run(clone / "solutions", "arrays/merge_sorted_array.py", "-k", "nums2_stays_and_nothing")
    assert "testing solutions" in out
    assert "1 passed" in out


def test_one_property_of_a_file_can_be_named(clone):
    out = run(clone, "katas/arrays/merge_sorted_array.py::test_nums2_stays_and_nothing_is_returned")
    assert "1 passed" in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def merge(nums1, m, nums2, n)\n    pass\n", ["SyntaxError: expected ':'", 'merge_sorted_array.py", line 1']),
        ("x = 1\n1 / 0\n", ["ZeroDivisionError: division by zero", 'merge_sorted_array.py", line 2']),
    ],
    ids=["syntax", "exception"],
)
def test_what_can_t_be_imported_is_one_error(clone, text, said):
    answer(clone, text)
    out = run(clone, "katas/arrays")
    for part in said:
        assert out.count(part) == 1, out
    assert "1 error" in out
    assert "failed" not in out
    assert "def load_module" not in out
    assert len(out.splitlines()) < 30, out


def test_frames_of_the_engine_are_hidden(clone):
    answer(clone, "def merge(nums1, m, nums2, n):\n    return nums1[m + n]\n")
    out = run(clone, "katas/arrays", "-k", "merges_like_the_reference or moves_the_very")
    assert "IndexError" in out
    assert "return nums1[m + n]" in out
    for hidden in ("binding.py", "pytest_plugin.py:", "Exception Group"):
        assert hidden not in out


def test_long_values_are_not_compared_in_full_on_ci(clone):
    # pytest's own difference of 2,000 values takes half a minute of processor time, at each input that is tried.
    answer(clone, "def merge(nums1, m, nums2, n):\n    for i in range(n):\n        nums1[m + i] = nums2[i]\n")
    for more in ([], ["-vv"]):
        out = run(clone, "katas/arrays", "-k", "needs_no_second_list", *more, CI="true")
        assert "first difference" in out, out
        assert "Full diff" not in out


def test_a_function_that_is_missing_is_named_with_its_file(clone):
    answer(clone, "def marge(): pass\n")
    assert "there is no merge in" in run(clone, "katas/arrays", "-k", "nums2_stays")


def test_a_pinned_example_is_the_same_for_each_answer():
    pinned = {"values": [1, [2]], "array": np.ones(2), "again": None, "name": "x"}
    pinned["again"] = pinned["values"]
    seen = []

    def spoil(values, array, again, name):
        assert again is values
        seen.append((str(values), array.tolist(), name))
        values.append(3)
        values[1].append(3)
        array[:] = 9

    attempt = pytest_plugin._skipping(spoil, None)  # noqa: SLF001
    for _ in range(2):
        attempt(**pinned)
    assert seen == [("[1, [2]]", [1.0, 1.0], "x")] * 2
