"""An answer and the reference next to each other."""

from __future__ import annotations

import ast

from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax

from dojo.kata import Kata
from dojo.terminal import theme

NARROWEST = 100
"""Below this many columns two texts side by side can't be read: they stand one below the other."""


def side_by_side(console: Console, kata: Kata, mine: str, reference: str) -> None:
    """Print both texts, each without its module docstring, which both share."""
    panels = [
        Panel(
            Syntax(_code_only(text), "python", theme=theme.CODE, background_color="default", word_wrap=True),
            title=title,
        )
        for title, text in ((f"your {kata.stub.relative_to(kata.root)}", mine), ("the reference", reference))
    ]
    if console.width >= NARROWEST:
        console.print(Columns(panels, equal=True, expand=True, width=console.width // 2 - 2))
    else:
        for panel in panels:
            console.print(panel)


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
