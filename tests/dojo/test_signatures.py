"""The fixed signatures, letter by letter: this test reads nothing but the stubs and the list."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dojo.audit.completeness import signatures

ROOT = Path(__file__).parents[2]
FIXED = tomllib.loads((ROOT / "tests" / "signatures.toml").read_text(encoding="utf-8"))
STUBS = sorted(path for path in (ROOT / "katas").glob("*/*.py") if path.stem != "__init__")


@pytest.mark.parametrize("stub", STUBS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_stub_has_the_fixed_signatures_and_no_others(stub):
    name = f"{stub.parent.name}/{stub.stem}"
    assert name in FIXED, f"{name} is not in tests/signatures.toml"
    present = signatures(stub.read_text(encoding="utf-8"))
    # A class may have special methods, whose signatures Python fixes.
    extra = [each for each in present if each not in FIXED[name] and "__" not in each]
    assert [each for each in FIXED[name] if each not in present] == []
    assert extra == []


def test_the_list_names_no_kata_twice_and_every_stub_is_read():
    assert STUBS, "there are no stubs"
    assert set(FIXED) >= {f"{path.parent.name}/{path.stem}" for path in STUBS}
