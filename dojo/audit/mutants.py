"""Every small change of a program, as a program."""

from __future__ import annotations

import ast
import difflib
import warnings
from dataclasses import dataclass

from dojo.audit.operators import changes


@dataclass(frozen=True)
class Mutant:
    """A program that differs from another one in one place.

    Attributes:
        name: line and operator, unique among the mutants of a program.
        text: the whole program.
        where: the function that it changes; empty outside of functions.
        meaning: its syntax tree, by which programs are compared whatever their layout is.
        diff: the lines that differ, each with its sign.
    """

    name: str
    text: str
    where: str
    meaning: str
    diff: str


def mutants(source: str) -> list[Mutant]:
    """The mutants of a program, in the order of its lines; of those with one meaning the first.

    Example:
        >>> [mutant.name for mutant in mutants("def f(a, b):\\n    return a < b\\n")]
        ['2 comparison', '2 comparison b']
        >>> print(mutants("def f(a, b):\\n    return a < b\\n")[0].diff)
        -    return a < b
        +    return a <= b
    """
    data = source.encode()
    tree = ast.parse(source)
    seen = {ast.dump(tree)}
    found: list[Mutant] = []
    counts: dict[str, int] = {}
    for change in sorted(changes(source), key=lambda each: (each.start, each.end)):
        text = (data[: change.start] + change.new.encode() + data[change.end :]).decode()
        meaning = meaning_of(text)
        if meaning is None or meaning in seen:
            continue
        seen.add(meaning)
        line = data[: change.start].count(b"\n") + 1
        name = f"{line} {change.operator}"
        counts[name] = counts.get(name, 0) + 1
        if counts[name] > 1:
            name += f" {_letters(counts[name])}"
        found.append(Mutant(name, text, _function_at(tree, line), meaning, _diff(source, text)))
    return found


def meaning_of(text: str) -> str | None:
    """The syntax tree of a program as text; None where it is no program."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(text))
    except SyntaxError:
        return None


def _letters(number: int) -> str:
    return chr(ord("a") + number - 1) if number <= 26 else str(number)


def _function_at(tree: ast.Module, line: int) -> str:
    """The innermost function around a line."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
