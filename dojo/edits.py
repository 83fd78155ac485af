"""Small changes of a program's text, found by tokens: line breaks, indentation and comments do not matter."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import NamedTuple

from dojo.errors import DojoError

TOKENS = re.compile(
    r"""
    (?P<skipped>\s+|\\\n|\#[^\n]*)
    |(?:[rbfuRBFU]{0,2}(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |[^\W\d]\w*
    |\.?\d(?:[eE][+-]|[\w.])*
    |\.{3}|->|:=|(?:\*\*|//|<<|>>|[-+*/%@&|^=<>!])=|\*\*|//|<<|>>
    |.
    """,
    re.VERBOSE | re.DOTALL,
)


class EditError(DojoError):
    """An edit does not apply to the text."""


class _Token(NamedTuple):
    text: str
    start: int
    end: int


def _tokens(source: str) -> list[_Token]:
    found = [
        _Token(match.group(), match.start(), match.end())
        for match in TOKENS.finditer(source)
        if match["skipped"] is None
    ]
    # A comma before a closing bracket comes and goes with the layout.
    following = [*(token.text for token in found[1:]), ""]
    return [
        token
        for token, after in zip(found, following, strict=False)
        if token.text != "," or after not in (")", "]", "}")
    ]


def replace_code(source: str, old: str, new: str) -> str:
    """The source with one piece of code replaced.

    Args:
        source: a program.
        old: what is replaced; it must stand there exactly once, in any layout.
        new: what takes its place. Where ``old`` begins a line, the lines of ``new`` are indented as that line is, as
            far as ``old`` itself is not indented.

    Raises:
        EditError: the old code stands there not once.

    Example:
        >>> print(replace_code("if x:\\n    y = f(a,\\n          b)", "y = f(a, b)", "y = g(a)\\ny += 1"))
        if x:
            y = g(a)
            y += 1
    """
    wanted = [token.text for token in _tokens(old)]
    tokens = _tokens(source)
    texts = [token.text for token in tokens]
    places = [
        start
        for start in range(len(texts) - len(wanted) + 1)
        if wanted and texts[start : start + len(wanted)] == wanted
    ]
    if len(places) != 1:
        raise EditError(f"the code {old.strip()!r} stands {len(places)} times in the solution, not once")
    first, last = tokens[places[0]], tokens[places[0] + len(wanted) - 1]
    line_start = source.rfind("\n", 0, first.start) + 1
    indentation = source[line_start : first.start]
    if indentation.strip():
        return source[: first.start] + new + source[last.end :]
    written = old.strip("\n")
    shift = len(indentation) - (len(written) - len(written.lstrip(" ")))
    return source[:line_start] + _shifted(new.strip("\n"), shift) + source[last.end :]


def _shifted(text: str, columns: int) -> str:
    """Every line indented by so many columns more, or less."""
    lines = []
    for line in text.splitlines():
        bare = line.lstrip(" ")
        lines.append(" " * max(0, len(line) - len(bare) + columns) + bare if bare else "")
    return "\n".join(lines)


def replace_body(source: str, function: str, body: str) -> str:
    """The source with a whole new body for one function; its docstring stays.

    Args:
        source: a program.
        function: its name, ``Class.method`` for a method.
        body: the statements, indented as one likes.

    Raises:
        EditError: there is no such function.

    Example:
        >>> replace_body("def f(x):\\n    return x\\n", "f", "return -x")
        'def f(x):\\n    return -x\\n'
    """
    nodes: list[ast.stmt] = ast.parse(source).body
    found: ast.stmt | None = None
    for name in function.split("."):
        found = next((node for node in nodes if getattr(node, "name", None) == name), None)
        nodes = getattr(found, "body", [])
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        raise EditError(f"there is no function {function} in the solution")
    lines = source.splitlines(keepends=True)
    documented = ast.get_docstring(found) is not None
    begin = (found.body[0].end_lineno or 0) if documented else found.body[0].lineno - 1
    column = found.body[0].col_offset
    new = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * column) + "\n"
    return "".join([*lines[:begin], new, *lines[found.end_lineno :]])
