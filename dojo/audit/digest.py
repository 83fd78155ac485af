"""What a verdict depends on besides the answer and the seed: the files of the grader and of the kata, and versions."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import platform
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from dojo.grading.reference import all_needed
from dojo.kata import Kata

ENGINE = Path(__file__).resolve().parent.parent
OUTSIDE_VERDICTS = {
    *("audit", "bench", "commands", "pictures", "practice", "reports", "terminal"),
    *("cli", "doctor", "hints", "scaffold", "tour", "workspace"),
}
"""Rooms of the engine that no verdict depends on; every other one counts, also one that is yet to come."""
IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+([^\n#]+))", re.MULTILINE
)
TREES = ("tests", "solutions")


def kata_digest(kata: Kata) -> str:
    """Tells one state of everything that a verdict on an answer to this kata depends on from another.

    Returns:
        16 hexadecimal digits. They change with any file that the kata's properties or probes import, with the
        references of the kata and of those that it needs, with the engine's files, and with the versions of Python and
        of the libraries that any of these import.
    """
    files = trusted_files(kata)
    libraries = {"hypothesis", "msgspec", kata.library}.union(*map(_foreign, files))
    parts = [engine_digest(), sys.version, platform.machine()]
    parts += [f"{library} {_version(library)}" for library in sorted(libraries)]
    parts += [f"{path.relative_to(kata.root)} {_content(path)}" for path in files]
    return _short(parts)


def trusted_files(kata: Kata) -> list[Path]:
    """The files that judge an answer: references, properties, probes, and what these import from the repository."""
    waiting = [kata.solution, kata.properties, kata.probes, *(needed.solution for needed in all_needed(kata))]
    found: dict[Path, None] = {}
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found[path] = None
            waiting += _own(path, kata.root)
    return sorted(found)


def engine_files() -> list[Path]:
    """The files of the engine that verdicts depend on."""
    rooms = ((path.relative_to(ENGINE).parts[0].removesuffix(".py"), path) for path in ENGINE.rglob("*.py"))
    return sorted(path for room, path in rooms if room not in OUTSIDE_VERDICTS)


@functools.cache
def engine_digest() -> str:
    """Tells one state of the engine from another."""
    return _short(f"{path.relative_to(ENGINE)} {_content(path)}" for path in engine_files())


def audit_digest() -> str:
    """The same with the audit's own rules."""
    return _short([engine_digest(), *(_content(path) for path in sorted(Path(__file__).parent.glob("*.py")))])


def _imported(path: Path) -> set[str]:
    """The modules that a file imports, and ``module.name`` for each name that is imported from one."""
    return _imported_in(path, path.stat().st_mtime_ns)


@functools.cache
def _imported_in(path: Path, _state: int) -> set[str]:
    found: set[str] = set()
    for source, names, modules in IMPORTS.findall(path.read_text(encoding="utf-8")):
        listed = [part.split()[0] for part in (names or modules).strip("()").split(",") if part.split()]
        found |= {f"{source}.{name}" for name in listed} | {source} if source else set(listed)
    # A library that is asked for where it is needed only.
    found |= set(re.findall(r"importorskip\([\"']([\w.]+)", path.read_text(encoding="utf-8")))
    return found


def _own(path: Path, root: Path) -> list[Path]:
    """The repository's files that a file imports."""
    modules = [root.joinpath(*name.split(".")) for name in _imported(path) if name.split(".")[0] in TREES]
    candidates = [candidate for module in modules for candidate in (module.with_suffix(".py"), module / "__init__.py")]
    return [candidate for candidate in candidates if candidate.is_file()]


def _foreign(path: Path) -> set[str]:
    names = {name.split(".")[0] for name in _imported(path)}
    return {name for name in names if name not in sys.stdlib_module_names and name not in (*TREES, "katas", "dojo")}


@functools.cache
def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "?" if importlib.util.find_spec(library) else "-"


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _short(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
