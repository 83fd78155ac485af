"""The part of a module that one function needs, as source: what of a probe's file stands in a program to paste."""

from __future__ import annotations

import ast
from collections.abc import Iterator

FUTURE = "__future__"


def excerpt(source: str, name: str) -> str:
    """The function, and everything of its module that it uses, directly or not, in the order of the file.

    Args:
        source: the text of the module.
        name: a function of it.

    Example:
        >>> source = "import math, sys\\nA = 1\\nB = 2\\ndef f(x):\\n    '''Doc.'''\\n    return math.sin(x) + A"
        >>> print(excerpt(source, "f"))
        import math
        A = 1
        <BLANKLINE>
        def f(x):
            return math.sin(x) + A
    """
    tree = ast.parse(source)
    statements = [node for node in tree.body if getattr(node, "module", None) != FUTURE]
    owner = {defined: node for node in statements for defined in _defined(node)}
    needed: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in owner and current not in needed:
            needed.add(current)
            waiting += _used(owner[current])
    parts: list[str] = []
    for node in statements:
        names = [each for each in _defined(node) if each in needed]
        if not names:
            continue
        is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef)
        parts.append(("\n" if is_definition and parts else "") + _text(source, node, names))
    return "\n".join(parts)


def _text(source: str, node: ast.stmt, names: list[str]) -> str:
    if isinstance(node, ast.Import | ast.ImportFrom):
        kept = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in names]
        again = ast.Import(kept) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, kept, node.level)
        return ast.unparse(again)
    lines = source.splitlines()
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    kept_lines = set(range(first, (node.end_lineno or node.lineno) + 1))
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None and len(node.body) > 1:
        kept_lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return "\n".join(lines[number - 1] for number in sorted(kept_lines))


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (each.id for each in parts if isinstance(each, ast.Name))


def _used(node: ast.stmt) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
