"""Where the repository of katas lies, and what of it no answer may see."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from dojo.errors import NoRepositoryError


def private_folders(root: Path) -> tuple[Path, ...]:
    """What of a repository no answer may see: other people's answers, references, properties, history."""
    return tuple((root / name).resolve() for name in ("katas", "solutions", "tests", ".git") if (root / name).exists())


def trusted_root(named: str | None = None) -> Path:
    """The repository whose properties and references judge other people's answers.

    It is the one that was named, else ``$DOJO_ROOT``, else the one that this package lies in: never the current folder,
    which may be a student's.

    Raises:
        NoRepositoryError: there are no katas.
    """
    chosen = named or os.environ.get("DOJO_ROOT")
    folder = Path(chosen).resolve() if chosen else Path(__file__).resolve().parent.parent
    if (folder / "katas").is_dir() and (folder / "solutions").is_dir():
        return folder
    raise NoRepositoryError(
        f"There are no katas in {folder}.", "Name your own clone of the repository with --root or DOJO_ROOT."
    )


def find_root(start: Path | None = None) -> Path:
    """The repository that holds the katas: ``$DOJO_ROOT``, else the current folder or one above it, else the one that
    this package lies in.

    Raises:
        NoRepositoryError: none of them has the folders ``katas`` and ``solutions``.
    """
    named = os.environ.get("DOJO_ROOT")
    if named:
        candidates = [Path(named).resolve()]
    else:
        candidates = [Path(__file__).resolve().parent.parent]
        with contextlib.suppress(OSError):  # the current folder may have been removed
            here = (start or Path.cwd()).resolve()
            candidates = [here, *here.parents, *candidates]
    for folder in candidates:
        if (folder / "katas").is_dir() and (folder / "solutions").is_dir():
            return folder
    raise NoRepositoryError(
        f"There are no katas in {candidates[0]} or above it.",
        "Go to your clone of the repository, or set DOJO_ROOT to it; `dojo init FOLDER` makes a folder to practise in.",
    )
