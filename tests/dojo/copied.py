"""A repository with a copy of one kata, under a topic of its own, to be broken in one way and audited."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

import tests
from dojo.audit import completeness
from dojo.audit.readme import BEGIN, END, table
from dojo.catalogue import Catalogue
from dojo.kata import Kata

ROOT = Path(__file__).parents[2]
NUMBERS = itertools.count()
MODEL = ROOT, "memory", "model_states"


class Copy:
    """The copy.

    Attributes:
        root: its repository.
        kata: the copied kata.
        catalogue: of the repository, as it is now.
    """

    def __init__(self, root: Path, topic: str) -> None:
        self.root = root
        self.kata = Kata(root, topic, MODEL[2])
        model = Kata(*MODEL)
        for old, new in zip(completeness.files_of(model), completeness.files_of(self.kata), strict=False):
            if old.is_file():
                new.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(old, new)
        shutil.copytree(model.right_files, self.kata.right_files)
        for tree in ("katas", "solutions", "tests"):
            (root / tree / topic / "__init__.py").write_text('"""A topic, and what to read."""\n', encoding="utf-8")
        (root / "README.md").write_text(f"{BEGIN}\n{table(self.catalogue)}\n{END}\n", encoding="utf-8")

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.root)

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replace a text that stands in a file."""
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def renew(self) -> None:
        """Derive the stub again."""
        list(completeness.check_kata(self.catalogue, self.kata, write=True))


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A sound copy; its topic has a name that no other copy has, so that Python loads its own properties."""
    monkeypatch.setattr(tests, "__path__", [str(tmp_path / "tests"), *tests.__path__])
    return Copy(tmp_path, f"copied_{next(NUMBERS)}")
