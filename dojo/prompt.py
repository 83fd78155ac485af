"""The prompt of a kata in a terminal: what a learner reads first."""

from __future__ import annotations

import ast
import inspect
import re

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from dojo.kata import Kata
from dojo.stub import derive

THEME = "ansi_light"


def show(console: Console, kata: Kata) -> None:
    """Print title, prose, fields, and the signatures with their docstrings."""
    header = kata.header
    console.print(Text.assemble((kata.name, "bold cyan"), "  ", (header.title, "bold")))
    console.print()
    console.print(prose(header.prose))
    console.print()
    console.print(fields(kata))
    console.print()
    console.print(Syntax(_signatures(kata), "python", theme=THEME, background_color="default", word_wrap=True))
    console.print()
    console.print(
        Text.assemble("Write your answer in ", (str(kata.stub.relative_to(kata.root)), "bold"), ", then run "), end=""
    )
    console.print(Text(f"dojo check {kata.short_name}", "bold"))


def prose(text: str) -> RenderableType:
    """Prose as paragraphs; indented lines stay as they are, ``names`` are set off."""
    parts: list[RenderableType] = []
    for block in re.split(r"\n\s*\n", text):
        if parts:
            parts.append(Text())
        if block.startswith("    "):
            parts.append(Padding(Text(inspect.cleandoc(block), "cyan"), (0, 0, 0, 4)))
        elif block.lstrip().startswith(("- ", "* ")):
            parts.append(Markdown(block.replace("``", "`")))
        else:
            parts.append(_inline(" ".join(block.split())))
    return Group(*parts)


def _inline(text: str) -> Text:
    styled = Text()
    for index, part in enumerate(text.split("``")):
        styled.append(part, "cyan" if index % 2 else "")
    return styled


def fields(kata: Kata) -> Table:
    """The header's fields."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()
    for name, value in kata.header.fields.items():
        table.add_row(name, kata.header.dots if name == "Level" else value)
    return table


def _signatures(kata: Kata) -> str:
    """The stub without its module docstring, future imports and bodies."""
    source = derive(kata.solution.read_text(encoding="utf-8"))
    tree = ast.parse(source)
    lines = source.splitlines()
    kept: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Expr) or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            continue
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        if kept and isinstance(node, ast.FunctionDef | ast.ClassDef):
            kept.append("")
        kept += [line for line in lines[first - 1 : node.end_lineno] if line.strip() != "raise NotImplementedError"]
    return "\n".join(kept)
