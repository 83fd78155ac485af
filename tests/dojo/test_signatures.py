"""The fixed signatures, letter by letter: this test reads nothing but the stubs and the lists."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dojo.audit.completeness import signatures

ROOT = Path(__file__).parents[2]
STUBS = sorted(path for path in (ROOT / "katas").glob("*/*.py") if path.stem != "__init__")


@pytest.mark.parametrize("stub", STUBS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_stub_has_the_fixed_signatures_and_no_others(stub):
    listed = ROOT / "tests" / "signatures" / f"{stub.parent.name}.toml"
    fixed = tomllib.loads(listed.read_text(encoding="utf-8"))[stub.stem]
    present = signatures(stub.read_text(encoding="utf-8"))
    # A class may have special methods, whose signatures Python fixes.
    assert [each for each in fixed if each not in present] == []
    assert [each for each in present if each not in fixed and "__" not in each] == []
