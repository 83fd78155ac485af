"""``dojo init``: a folder to practise in, for those who have installed the package and have no clone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from dojo.catalogue import Catalogue
from dojo.errors import DojoError, NoRepositoryError
from dojo.stub import derive

TRAVELLING = Path(__file__).resolve().parent / "curriculum"
"""Where an installed package keeps what a clone has in its root."""

CONFIGURATION = re.compile(r"^\[tool\.pytest\.ini_options\]\n(?:(?!\[).*\n)*", re.MULTILINE)
IGNORED = "__pycache__/\n.hypothesis/\n.pytest_cache/\n.dojo-*.tmp\n"


def source() -> Path:
    """The folder with the katas that came with this package: beside it in a clone, inside it where it is installed.

    Raises:
        NoRepositoryError: the package is there without katas.
    """
    for folder in (TRAVELLING, Path(__file__).resolve().parent.parent):
        if (folder / "katas").is_dir() and (folder / "solutions").is_dir():
            return folder
    raise NoRepositoryError("This dojo came without katas.", "Install it from its wheel, or clone the repository.")


def create(folder: Path) -> Catalogue:
    """Lay out a working copy: fresh stubs, solutions, properties, and what ``pytest`` needs.

    Returns:
        Its katas.

    Raises:
        DojoError: the folder is not empty, or can't be written.
    """
    root = source()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DojoError(f"{folder} is there already and not empty.", "Name a folder that is new or empty.")
        for tree in ("solutions", "tests"):
            engine = shutil.ignore_patterns("__pycache__", *(["dojo"] if tree == "tests" else []))
            shutil.copytree(root / tree, folder / tree, ignore=engine)
        for topic in (path for path in (root / "katas").iterdir() if path.is_dir() and path.name != "__pycache__"):
            (folder / "katas" / topic.name).mkdir(parents=True)
            shutil.copy(topic / "__init__.py", folder / "katas" / topic.name)
        catalogue = Catalogue(folder)
        for kata in catalogue.katas:  # derived: in a clone the stubs may be solved
            kata.stub.write_text(derive(kata.solution.read_text(encoding="utf-8")), encoding="utf-8")
        shutil.copy(root / "conftest.py", folder)
        configuration = CONFIGURATION.search((root / "pyproject.toml").read_text(encoding="utf-8"))
        (folder / "pyproject.toml").write_text(configuration[0] if configuration else "", encoding="utf-8")
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    except OSError as error:
        raise DojoError(f"{folder} can't be written: {error.strerror or error}.", "Name another folder.") from error
    return catalogue
