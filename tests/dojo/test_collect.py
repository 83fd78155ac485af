"""The engine and pytest see the same properties."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dojo.catalogue import Catalogue
from dojo.grading.properties import collect
from dojo.kata import library_is_there

ROOT = Path(__file__).parents[2]


def test_the_engine_collects_what_pytest_collects():
    katas = [kata for kata in Catalogue(ROOT).katas if library_is_there(kata)]
    files = [str(kata.properties) for kata in katas]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "--impl", "solutions", *files],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    by_pytest = sorted(line for line in done.stdout.splitlines() if "::" in line)
    by_engine = sorted(
        f"{kata.properties.relative_to(ROOT)}::{found.name}" for kata in katas for found in collect(kata)
    )
    assert by_engine == by_pytest
