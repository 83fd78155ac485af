"""An answer and the reference next to each other."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from dojo.kata import Kata
from dojo.terminal import theme

GUTTER = " | "
"""Between the two texts."""


def side_by_side(console: Console, kata: Kata, mine: str, reference: str) -> None:
    """Print both texts without their docstrings, which both share.

    They stand side by side, equal lines at equal heights, where the longest lines of both fit; else one below the
    other. Code is never wrapped.
    """
    titles = (f"your {kata.stub.relative_to(kata.root)}", "the reference")
    texts = (_code_only(mine), _code_only(reference))
    widest = [max([len(title), *map(len, text.splitlines())]) for title, text in zip(titles, texts, strict=True)]
    if sum(widest) + len(GUTTER) <= console.width:
        left, right = (_highlighted(text) for text in texts)
        console.print(Text.assemble((titles[0].ljust(widest[0]) + GUTTER, "bold"), (titles[1], "bold")), soft_wrap=True)
        for one, other in _aligned(texts[0].splitlines(), texts[1].splitlines()):
            row = Text() if one is None else left[one].copy()
            row.pad_right(widest[0] - len(row))
            row.append(GUTTER, "dim")
            row.append_text(Text() if other is None else right[other])
            row.rstrip()
            console.print(row, soft_wrap=True)
        return
    for number, (title, text) in enumerate(zip(titles, texts, strict=True)):
        if number:
            console.print()
        console.print(Text(title, "bold"))
        for line in _highlighted(text):
            console.print(line, soft_wrap=True)


def _aligned(mine: list[str], reference: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """The numbers of the lines of each row; None where one text has no line."""
    matcher = difflib.SequenceMatcher(None, mine, reference, autojunk=False)
    for _, first, last, first_other, last_other in matcher.get_opcodes():
        for offset in range(max(last - first, last_other - first_other)):
            one, other = first + offset, first_other + offset
            yield (one if one < last else None, other if other < last_other else None)


def _highlighted(code: str) -> list[Text]:
    highlighted = Syntax("", "python", theme=theme.CODE, background_color="default").highlight(code)
    return [line for line, _ in zip(highlighted.split("\n", allow_blank=True), code.splitlines(), strict=False)]


def _code_only(text: str) -> str:
    """The text without docstrings; the whole text where it can't be parsed."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text
    dropped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            dropped.update(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    kept = [line for number, line in enumerate(text.splitlines(), start=1) if number not in dropped]
    return "\n".join(kept).strip("\n")
