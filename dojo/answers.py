"""The answers that are kept beside a kata: wrong ones that must be rejected, right ones that must be accepted."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dojo.errors import KataFormatError
from dojo.kata import Kata


@dataclass(frozen=True)
class KeptAnswer:
    """A wrong or right answer, as text.

    Attributes:
        name: unique among the answers of its kata.
        why: in one line, what is wrong with it, or how it differs from the solution.
        text: the whole answer.
    """

    name: str
    why: str
    text: str


def wrong_answers(kata: Kata) -> list[KeptAnswer]:
    """The wrong answers of a kata: edits of its solution, then whole files.

    Raises:
        KataFormatError: an edit does not apply, or an entry is not of the known form.
    """
    answers = list(_edited(kata)) if kata.wrong_edits.is_file() else []
    return answers + list(_whole_files(kata, wrong=True))


def right_answers(kata: Kata) -> list[KeptAnswer]:
    """The right answers of a kata besides the solution.

    Raises:
        KataFormatError: a file has no docstring that says how it differs.
    """
    return list(_whole_files(kata, wrong=False))


def _edited(kata: Kata) -> Iterator[KeptAnswer]:
    solution = kata.solution.read_text(encoding="utf-8")
    try:
        entries = tomllib.loads(kata.wrong_edits.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KataFormatError(f"{kata.wrong_edits} is not TOML: {error}", "Mend it.") from error
    for name, entry in entries.items():
        where = f"[{name}] in {kata.wrong_edits.relative_to(kata.root)}"
        edits = entry.get("edits", [{key: entry[key] for key in ("replace", "with") if key in entry}])
        known = {"why", "edits"} if "edits" in entry else {"why", "replace", "with"}
        if set(entry) != known or any(set(edit) != {"replace", "with"} for edit in edits):
            raise KataFormatError(
                f"{where} has the keys {', '.join(entry)}",
                "Write why, replace and with (or why and edits, a list of such pairs).",
            )
        yield KeptAnswer(name, entry["why"], _apply(solution, edits, where))


def _apply(text: str, edits: list[dict[str, Any]], where: str) -> str:
    for edit in edits:
        count = text.count(edit["replace"])
        if count != 1:
            raise KataFormatError(
                f"{where}: the text {edit['replace']!r} stands {count} times in the solution, not once",
                "Mend the edit.",
            )
        text = text.replace(edit["replace"], edit["with"])
    return text


def _whole_files(kata: Kata, *, wrong: bool) -> Iterator[KeptAnswer]:
    for path in sorted((kata.wrong_files if wrong else kata.right_files).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(text))
        if not docstring:
            raise KataFormatError(
                f"{path.relative_to(kata.root)} has no docstring",
                f"Begin it with one line on {'what is wrong' if wrong else 'how it differs'}.",
            )
        yield KeptAnswer(path.stem, docstring.splitlines()[0], text)
