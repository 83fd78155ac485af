"""Machines that have little: those with a GPU as a rule, and those without torch."""

from __future__ import annotations

import importlib.util

import pytest

from dojo.catalogue import Catalogue
from dojo.stub import derive
from tests.dojo.environments import BARE, ENGINE, ROOT, only, pytest_there, run

pytestmark = pytest.mark.once

CATALOGUE = Catalogue(ROOT)
HAS_TORCH = importlib.util.find_spec("torch") is not None


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """An environment with pytest, hypothesis and numpy."""
    return only(tmp_path_factory.mktemp("bare") / "packages", *BARE)


def check_collection(environment, library):
    code, out = pytest_there(environment, "--impl", "solutions", "--collect-only", "-q")
    assert code == 0, out
    assert "tests/dojo" not in out
    assert out.count("engine not tested: click, ") == 1
    for kata in CATALOGUE.katas:
        expected = kata.library != "torch" or library == "torch"
        assert (f"tests/{kata.topic}/test_{kata.short_name}.py::" in out) == expected, kata.name
    return out


def test_without_torch_every_other_file_of_properties_is_collected_and_the_engine_is_left_out(bare):
    out = check_collection(bare, "numpy")
    missing = [kata for kata in CATALOGUE.katas if kata.library == "torch"]
    assert f"not checked: {len(missing)} katas need torch, which is not installed (pip install torch)" in out


@pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed")
def test_with_torch_every_file_of_properties_is_collected(tmp_path):
    out = check_collection(only(tmp_path / "packages", *BARE, "torch"), "torch")
    assert "not checked" not in out


def test_the_properties_pass(bare):
    code, out = pytest_there(bare, "--impl", "solutions", "tests/arrays")
    assert code == 0, out
    assert " passed" in out
    assert "engine not tested" not in out, "nobody asked for it"


def test_without_torch_the_gpu_is_not_checked_and_that_is_no_failure(bare):
    code, out = pytest_there(bare, "-m", "gpu", "--impl", "solutions", "tests/attention")
    assert code == 0, out
    assert "GPU not checked: " in out
    assert "properties need CUDA and torch" in out


@pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed")
def test_without_cuda_the_gpu_is_not_checked_and_as_many_properties_are_named(bare, tmp_path):
    import torch

    arguments = ("-m", "gpu", "--impl", "solutions", "tests/attention/test_tiled_attention.py")
    code, out = pytest_there(only(tmp_path / "packages", *BARE, "torch"), *arguments)
    assert code == 0, out
    if torch.cuda.is_available():
        assert " passed" in out
        return
    _, without_torch = pytest_there(bare, *arguments)
    counted = next(line for line in out.splitlines() if line.startswith("GPU not checked"))
    assert counted.replace("CUDA", "CUDA and torch", 1) in without_torch


def test_the_audit_without_torch_names_the_katas_that_it_leaves_out(tmp_path):
    there = only(tmp_path / "packages", *ENGINE)
    names = [kata.name for kata in CATALOGUE.katas if kata.library == "torch"][:1]
    done = run(
        there,
        "dojo",
        "audit",
        "arrays/merge_sorted_array",
        *names,
        "--isolation",
        "process",
        "--jobs",
        "1",
        "--no-cache",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 katas, " in done.stdout
    for name in names:
        assert f"not audited, torch is not installed: {name}" in done.stdout


def test_what_is_not_attempted_is_skipped_and_counted(bare, tmp_path):
    stubs = tmp_path / "stubs" / "arrays"
    stubs.mkdir(parents=True)
    kata = CATALOGUE.find("arrays/merge_sorted_array")
    (stubs / "merge_sorted_array.py").write_text(derive(kata.solution.read_text(encoding="utf-8")), encoding="utf-8")
    code, out = pytest_there(bare, "--impl", str(stubs.parent), "tests/arrays")
    assert code == 0, out
    assert "not attempted: merge of arrays/merge_sorted_array raises NotImplementedError" in out
    assert "passed" not in out
    assert "failed" not in out
