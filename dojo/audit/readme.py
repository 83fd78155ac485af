"""The README's table of katas, which is derived from the stubs."""

from __future__ import annotations

from collections.abc import Iterator

from dojo.audit.finding import Finding
from dojo.catalogue import Catalogue

BEGIN, END = "<!-- katas: derived by `dojo audit --write` -->", "<!-- end of katas -->"


def table(catalogue: Catalogue) -> str:
    """The table as Markdown."""
    rows = ["| kata | level | what it is |", "| --- | --- | --- |"]
    for kata in catalogue.katas:
        link = f"[{kata.name}](katas/{kata.name}.py)"
        rows.append(f"| {link} | {kata.header.dots} | {kata.header.title} |")
    return "\n".join(rows)


def check_table(catalogue: Catalogue, *, write: bool) -> Iterator[Finding]:
    """Whether the README holds the present table."""
    path = catalogue.root / "README.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    present, end, after = rest.partition(END)
    if not begin or not end:
        yield Finding("README.md", f"has no place for the table of katas: put {BEGIN} and {END} there")
        return
    wanted = f"\n{table(catalogue)}\n"
    if present == wanted:
        return
    if write:
        path.write_text(before + BEGIN + wanted + END + after, encoding="utf-8")
    else:
        yield Finding("README.md", "its table of katas is not current; `dojo audit --write` renews it")
