"""Where a learner stands: at a glance, kata by kata, attempt by attempt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dojo.kata import Catalogue, Kata
from dojo.practice.entries import Attempt, Standing
from dojo.practice.progress import is_passed, next_kata


def overview(console: Console, catalogue: Catalogue, standing: Mapping[str, Standing]) -> None:
    """Print what is passed, topic by topic, and what is next."""
    passed = [kata for kata in catalogue.katas if is_passed(standing, kata)]
    console.print(Text.assemble(("dojo", "bold"), f"  {len(passed)} of {len(catalogue.katas)} katas passed"))
    for topic in catalogue.topics:
        katas = [kata for kata in catalogue.katas if kata.topic == topic]
        done = sum(kata in passed for kata in katas)
        console.print(Text.assemble(f"  {topic:<16}", ("●" * done, "green"), ("○" * (len(katas) - done), "dim")))
    upcoming = next_kata(catalogue.katas, passed)
    if upcoming is None:
        console.print("Every kata is passed.")
        return
    console.print()
    console.print(Text.assemble("Next: ", (upcoming.name, "bold cyan"), f"  {upcoming.header.title}"))
    for command in (f"dojo show {upcoming.short_name}", f"dojo check {upcoming.short_name}"):
        console.print(Text(f"  {command}", "bold"))


def list_katas(console: Console, katas: Iterable[Kata], standing: Mapping[str, Standing]) -> None:
    """Print a line for each kata."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("", "kata", "level", "what it is", "checks"):
        table.add_column(column, justify="right" if column == "checks" else "left", no_wrap=column != "what it is")
    for kata in katas:
        mine = standing.get(kata.name)
        passed = is_passed(standing, kata)
        sign = Text("✓", "green") if passed else Text("✗" if mine and mine.last_outcome == "rejected" else "·", "dim")
        table.add_row(sign, kata.name, kata.header.dots, kata.header.title, str(mine.attempts) if mine else "")
    console.print(table)


def list_attempts(console: Console, rows: Sequence[Attempt]) -> None:
    """Print a line for each attempt."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("number", "when (UTC)", "saved by", "outcome", "bytes"):
        table.add_column(column, justify="right" if column in ("number", "bytes") else "left")
    for row in rows:
        when = f"{row.when:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(row.id), when, row.kind, (row.outcome or "").replace("_", " "), str(row.size))
    console.print(table)
