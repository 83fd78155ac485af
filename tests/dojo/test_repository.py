"""This repository: complete by the audit's rules, and usable in process with no more than it promises to need."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dojo.audit import completeness
from dojo.audit.readme import check_table
from dojo.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue(ROOT)


def test_the_trees_mirror_each_other_and_the_readme_is_current():
    found = [*completeness.check_repository(CATALOGUE), *check_table(CATALOGUE, write=False)]
    assert [str(finding) for finding in found] == []


@pytest.mark.parametrize("kata", CATALOGUE.katas, ids=lambda kata: kata.name)
def test_every_kata_is_complete(kata):
    if kata.library == "torch":
        pytest.importorskip("torch")
    found = list(completeness.check_kata(CATALOGUE, kata, write=False))
    assert [str(finding) for finding in found] == []


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
