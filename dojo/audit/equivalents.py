"""Mutants that are no wrong answers, listed beside the wrong answers with a reason that a reader can check."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from dojo.audit.mutants import meaning_of
from dojo.edits import EditError, replace_code
from dojo.errors import KataFormatError
from dojo.kata import Kata

KEYS = {"why", "replace", "with"}


@dataclass(frozen=True)
class Equivalent:
    """A change of the solution that no property can see.

    Attributes:
        name: what it is called in its file, with a number where one entry lists several.
        why: why no call can tell it from the solution, or why the prompt allows it.
        meaning: the syntax tree of the changed solution; empty where the change does not apply any more.
        problem: why not.
    """

    name: str
    why: str
    meaning: str
    problem: str = ""


def equivalents(kata: Kata) -> list[Equivalent]:
    """The mutants of a kata that are listed as equivalent, in the order of the list.

    An entry has ``why``, ``replace`` (code of the solution, in any layout) and ``with``, which may be a list of several
    changes for one reason.

    Raises:
        KataFormatError: the list is not TOML, or an entry is not of that form.
    """
    if not kata.equivalents.is_file():
        return []
    where = kata.equivalents.relative_to(kata.root)
    try:
        entries = tomllib.loads(kata.equivalents.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KataFormatError(f"{where} is not TOML: {error}", "Mend it.") from error
    solution = kata.solution.read_text(encoding="utf-8")
    found: list[Equivalent] = []
    for name, entry in entries.items():
        if not isinstance(entry, dict) or set(entry) != KEYS or not str(entry["why"]).strip():
            keys = ", ".join(entry) if isinstance(entry, dict) else repr(entry)
            raise KataFormatError(f"[{name}] in {where} has the keys {keys}", "Write why, replace and with.")
        found += _entry(name, entry, solution)
    return found


def _entry(name: str, entry: dict[str, str | list[str]], solution: str) -> Iterator[Equivalent]:
    changes = entry["with"] if isinstance(entry["with"], list) else [entry["with"]]
    for number, new in enumerate(changes, start=1):
        each = f"{name} ({number})" if len(changes) > 1 else name
        try:
            meaning, problem = meaning_of(replace_code(solution, str(entry["replace"]), new)), ""
        except EditError as error:
            meaning, problem = "", str(error)
        yield Equivalent(each, str(entry["why"]), meaning or "", problem)
