"""Which katas differ from the main branch."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from dojo.audit.completeness import files_of
from dojo.audit.digest import engine_files, trusted_files
from dojo.catalogue import Catalogue
from dojo.errors import DojoError
from dojo.kata import Kata

MAIN = ("origin/main", "main", "origin/master", "master")
"""What the main branch may be called; the first one that is there counts."""


def changed_katas(catalogue: Catalogue) -> tuple[list[Kata], str]:
    """The katas whose verdicts may differ from those on the main branch, and the name of that branch.

    A kata counts if one of its own files differs, one that its properties, probes or needs import, or a file of the
    engine that verdicts depend on: then all count. What is not committed counts as well, also files that are new. On
    the main branch itself, it is compared with the commit before.

    Raises:
        DojoError: this is no clone, or it has no main branch.
    """
    root = catalogue.root
    branch = next((name for name in MAIN if _git(root, "rev-parse", "--verify", "--quiet", name)), None)
    if branch is None:
        raise DojoError(
            f"{root} has no main branch to compare with: none of {', '.join(MAIN)} is there.",
            "Fetch it (git fetch origin main), or name the katas instead of --changed.",
        )
    # Without a common ancestor (a shallow clone), what differs from the branch itself is more than enough.
    base = _git(root, "merge-base", branch, "HEAD").strip() or branch
    if base == _git(root, "rev-parse", "HEAD").strip() and not _git(root, "status", "--porcelain"):
        base = branch = "HEAD~1"
        if not _git(root, "rev-parse", "--verify", "--quiet", base):
            return catalogue.katas, "a commit that is not here"
    listed = _git(root, "diff", "--name-only", "--no-renames", "-z", base)
    listed += _git(root, "ls-files", "--others", "--exclude-standard", "--full-name", "-z")
    top = Path(_git(root, "rev-parse", "--show-toplevel").strip())
    paths = {(top / name).resolve() for name in listed.split("\0") if name}
    if paths.intersection(engine_files()):
        return catalogue.katas, branch
    folders = {path.parent for path in paths}
    return [kata for kata in catalogue.katas if _differs(kata, paths, folders)], branch


def _differs(kata: Kata, paths: set[Path], folders: set[Path]) -> bool:
    own = {path.resolve() for path in (*files_of(kata), *trusted_files(kata))}
    # A kept answer that was removed is named by its folder alone.
    kept = {kata.wrong_files.resolve(), kata.right_files.resolve()}
    return bool(paths & own) or bool(folders & kept)


def _git(root: Path, *arguments: str) -> str:
    """What git says; nothing where it fails or is not there."""
    try:
        command = [shutil.which("git") or "git", "-C", str(root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""
