"""The prompt of a kata in a terminal: what a learner reads first."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from dojo.kata import Kata
from dojo.stub import derive
from dojo.terminal import theme

ENTRY = re.compile(r" +[*\w, ]+: ")
"""The first line of what a docstring says of one argument or exception."""


def show(console: Console, kata: Kata) -> None:
    """Print title, prose, fields, and the signatures with their docstrings."""
    header = kata.header
    console.print(Text.assemble((kata.name, "bold cyan"), "  ", (header.title, "bold")))
    console.print()
    console.print(prose(header.prose))
    console.print()
    console.print(fields(kata))
    console.print(Group(*_public(kata)))
    console.print()
    path, command = str(kata.stub.relative_to(kata.root)), f"dojo check {kata.short_name}"
    console.print(Text.assemble("Write your answer in ", (path, "bold"), ", then run ", (command, "bold")))


def prose(text: str) -> RenderableType:
    """Prose as paragraphs; indented lines stay as they are, ``names`` are set off."""
    parts: list[RenderableType] = []
    for block in re.split(r"\n\s*\n", text):
        if parts:
            parts.append(Text())
        if block.startswith("    "):
            parts.append(Padding(Text(textwrap.dedent(block), "cyan"), (0, 0, 0, 4)))
        elif block.lstrip().startswith(("- ", "* ")):
            parts.append(Markdown(block.replace("``", "`")))
        else:
            parts.append(_inline(" ".join(block.split())))
    return Group(*parts)


def _inline(text: str) -> Text:
    styled = Text()
    text = re.sub(r":\w+:`~?([^`]*)`", r"``\1``", text)
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


def _public(kata: Kata) -> Iterator[RenderableType]:
    """The stub's signatures, each with its docstring, wrapped to the width of the terminal."""
    source = derive(kata.solution.read_text(encoding="utf-8"))
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr | ast.Import | ast.ImportFrom):
            continue
        yield Text()
        yield from _documented(node, lines)


def _documented(node: ast.stmt, lines: list[str]) -> Iterator[RenderableType]:
    """A definition: its head as source, its docstring as prose, and the definitions inside it."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield _source("\n".join(lines[node.lineno - 1 : node.end_lineno]))
        return
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    yield _source(inspect.cleandoc("\n".join(lines[first - 1 : node.body[0].lineno - 1])))
    documentation = ast.get_docstring(node)
    if documentation is not None:
        yield Padding(Group(*_reflowed(documentation)), (0, 0, 0, 4))
    for inner in node.body:
        if not isinstance(inner, ast.Expr | ast.Raise):
            yield Padding(Group(*_documented(inner, [line[4:] for line in lines])), (0, 0, 0, 4))


def _source(text: str) -> Syntax:
    text = re.sub(r"  # noqa.*", "", text)
    return Syntax(text, "python", theme=theme.CODE, background_color="default", word_wrap=True)


def _reflowed(documentation: str) -> Iterator[RenderableType]:
    """Paragraphs and entries as one text each; what is set out in columns, and examples, line by line."""
    entry: list[str] = []
    verbatim = False
    for line in [*documentation.splitlines(), ""]:
        indent = len(line) - len(line.lstrip())
        opening = len(entry[0]) - len(entry[0].lstrip()) if entry else 0
        continues = bool(entry) and bool(line.strip()) and not verbatim
        heading = indent == 0 and line.endswith(":")
        if continues and (indent > opening or (indent == opening and not heading and not ENTRY.match(line))):
            entry.append(line)
            continue
        if entry:
            text = "\n".join(entry) if verbatim else " ".join(part.strip() for part in entry)
            yield Padding(_inline(text.strip()), (0, 0, 0, opening))
        entry = [line] if line.strip() else []
        if line.strip() == "Example:":
            verbatim = True
        elif line.strip() and indent == 0:
            verbatim = False
        if line.strip().endswith(":") and indent == 0:
            yield _inline(line.strip())
            entry = []
