"""The answers that are kept beside a kata: wrong ones that must be rejected, right ones that must be accepted."""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dojo.edits import EditError, replace_body, replace_code
from dojo.errors import KataFormatError
from dojo.kata import Kata

CAUGHT_BY = "caught_by:"
FORM = "Write why, caught_by, and replace and with; or function and body; or edits, a list of such pairs."


@dataclass(frozen=True)
class KeptAnswer:
    """A wrong or right answer, as text.

    Attributes:
        name: unique among the answers of its kata.
        why: in one line, what is wrong with it, or how it differs from the solution.
        text: the whole answer.
        caught_by: the property that must reject a wrong answer; empty for a right one.
    """

    name: str
    why: str
    text: str
    caught_by: str = ""


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
        edits = entry.get("edits") or [{key: text for key, text in entry.items() if key not in ("why", "caught_by")}]
        if not {"why", "caught_by"} <= set(entry) or any(
            set(edit) not in ({"replace", "with"}, {"function", "body"}) for edit in edits
        ):
            raise KataFormatError(f"{where} has the keys {', '.join(entry)}", FORM)
        try:
            text = _apply(solution, edits)
        except EditError as error:
            raise KataFormatError(f"{where}: {error}", "Mend the edit.") from error
        yield KeptAnswer(name, entry["why"], text, entry["caught_by"])


def _apply(text: str, edits: list[dict[str, Any]]) -> str:
    for edit in edits:
        if "body" in edit:
            text = replace_body(text, edit["function"], edit["body"])
        else:
            text = replace_code(text, edit["replace"], edit["with"])
    return text


def _whole_files(kata: Kata, *, wrong: bool) -> Iterator[KeptAnswer]:
    for path in sorted((kata.wrong_files if wrong else kata.right_files).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(text))
        where = path.relative_to(kata.root)
        if not docstring:
            raise KataFormatError(
                f"{where} has no docstring",
                f"Begin it with one line on {'what is wrong' if wrong else 'how it differs'}.",
            )
        lines = textwrap.dedent(docstring).splitlines()
        caught_by = next((line.removeprefix(CAUGHT_BY).strip() for line in lines if line.startswith(CAUGHT_BY)), "")
        if wrong and not caught_by:
            raise KataFormatError(f"{where} does not name its property", f"Write a line '{CAUGHT_BY} test_...'.")
        yield KeptAnswer(path.stem, lines[0], text, caught_by)
