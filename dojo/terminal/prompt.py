"""The prompt of a kata in a terminal: what a learner reads first."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from dojo.kata import Kata
from dojo.terminal import theme

PRIVATE = re.compile(r"_(?!_\w+__$)")
WIDEST, NARROWEST = 88, 20
"""Between these many columns prose is read easily."""
ENTRY = re.compile(r" +[*\w, ]+: ")
"""The first line of what a docstring says of one argument or exception."""


def show(console: Console, kata: Kata) -> None:
    """Print title, prose, fields, and the signatures with their docstrings.

    Prose is wrapped to the terminal, and at :data:`WIDEST` columns at most; code and figures are never wrapped.
    """
    header = kata.header
    parts: list[_Part] = [_Part(Text.assemble((kata.name, "bold cyan"), "  ", (header.title, "bold"))), BLANK]
    parts += [*_prose(header.prose), BLANK, *_fields(kata), *_public(kata), BLANK]
    path, command = str(kata.stub.relative_to(kata.root)), f"dojo check {kata.short_name}"
    parts.append(_Part(Text.assemble("Write your answer in ", (path, "bold"), ", then run ", (command, "bold"))))
    for part in parts:
        part.print(console)


@dataclass(frozen=True)
class _Part:
    """Some text with an indentation, wrapped to the width or as it is."""

    text: Text
    indent: int = 0
    hanging: int = 0
    as_it_is: bool = False

    def print(self, console: Console) -> None:
        if self.as_it_is:
            for line in self.text.split("\n", allow_blank=True):
                console.print(Text(" " * (self.indent if line.plain else 0)) + line, soft_wrap=True)
            return
        width = max(min(console.width, WIDEST) - self.indent - self.hanging, NARROWEST)
        for number, line in enumerate(self.text.wrap(console, width)):
            line.rstrip()
            indent = self.indent + self.hanging * (number > 0) if line.plain else 0
            console.print(Text(" " * indent) + line, soft_wrap=True)

    def inside(self, indent: int) -> _Part:
        return replace(self, indent=self.indent + indent)


BLANK = _Part(Text())


def _prose(text: str) -> Iterator[_Part]:
    """Prose as paragraphs; indented blocks stay as they are, ``names`` are set off."""
    for number, block in enumerate(re.split(r"\n\s*\n", text)):
        if number:
            yield BLANK
        if block.startswith("    "):
            yield _Part(Text(textwrap.dedent(block), "cyan"), indent=4, as_it_is=True)
        elif block.lstrip().startswith(("- ", "* ")):
            for item in re.split(r"\n(?=\s*[-*] )", block):
                yield _Part(_inline(" ".join(item.split())), indent=len(item) - len(item.lstrip()), hanging=2)
        else:
            yield _Part(_inline(" ".join(block.split())))


def _inline(text: str) -> Text:
    styled = Text()
    text = re.sub(r":\w+:`~?([^`]*)`", r"``\1``", text)
    for index, part in enumerate(text.split("``")):
        styled.append(part, "cyan" if index % 2 else "")
    return styled


def _fields(kata: Kata) -> Iterator[_Part]:
    """The header's fields, in two columns."""
    fields = kata.header.fields
    column = max(map(len, fields)) + 2
    for name, value in fields.items():
        text = Text.assemble((name.ljust(column), "dim"), kata.header.dots if name == "Level" else value)
        yield _Part(text, hanging=column)


def _public(kata: Kata) -> Iterator[_Part]:
    """What the stub shows: the public definitions of the solution without their bodies, each with its docstring.

    The stub itself is derived by a library that takes longer to be imported than all of this.
    """
    source = kata.solution.read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if not _is_public(node):
            continue
        yield BLANK
        yield from _documented(node, lines)


def _documented(node: ast.stmt, lines: list[str]) -> Iterator[_Part]:
    """A definition: its head as source, its docstring as prose, and the definitions inside it."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield _source("\n".join(lines[node.lineno - 1 : node.end_lineno]))
        return
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    yield _source(inspect.cleandoc("\n".join(lines[first - 1 : node.body[0].lineno - 1])))
    documentation = ast.get_docstring(node)
    if documentation is not None:
        yield from (part.inside(4) for part in _reflowed(documentation))
    for inner in node.body:
        if isinstance(node, ast.ClassDef) and _is_public(inner):
            yield from (part.inside(4) for part in _documented(inner, [line[4:] for line in lines]))


def _is_public(node: ast.stmt) -> bool:
    """Whether the stub keeps a statement: a definition or a constant whose name is not private."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return not PRIVATE.match(node.name)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return not all(isinstance(target, ast.Name) and target.id.startswith("_") for target in targets)
    return False


def _source(text: str) -> _Part:
    text = re.sub(r"  # noqa.*", "", text).rstrip()
    code = Syntax("", "python", theme=theme.CODE, background_color="default").highlight(text)
    code.rstrip()
    return _Part(code, as_it_is=True)


def _reflowed(documentation: str) -> Iterator[_Part]:
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
        if entry and verbatim:
            yield _Part(_inline("\n".join(entry).strip()), opening, as_it_is=True)
        elif entry:
            text = " ".join(part.strip() for part in entry)
            yield _Part(_inline(text.strip()), opening, hanging=4 if ENTRY.match(entry[0]) else 0)
        entry = [line] if line.strip() else []
        if line.strip() == "Example:":
            verbatim = True
        elif line.strip() and indent == 0:
            verbatim = False
        if line.strip().endswith(":") and indent == 0:
            yield BLANK
            yield _Part(_inline(line.strip()))
            entry = []
