"""Where a learner stands: at a glance, kata by kata, attempt by attempt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dojo.catalogue import Catalogue
from dojo.kata import Kata
from dojo.practice.editor import first_body
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
    console.print()
    draw_next(console, next_kata(catalogue.katas, passed))


def _checks(standing: Standing | None) -> str:
    """How often a kata was checked; of one that was passed, also that it does not pass any more."""
    if standing is None or not standing.attempts:
        return ""
    fell = standing.first_pass is not None and standing.last_outcome == "rejected"
    return f"{standing.attempts}, the last rejected" if fell else str(standing.attempts)


def draw_next(console: Console, upcoming: Kata | None) -> None:
    """Print which kata is next, where it is written, and the two commands for it."""
    if upcoming is None:
        console.print("Every kata is passed.")
        return
    console.print(Text.assemble("Next: ", (upcoming.name, "bold cyan"), f"  {upcoming.header.title}"))
    place = f"{upcoming.stub.relative_to(upcoming.root)}:{first_body(upcoming)}"
    console.print(Text.assemble("  ", (place, f"link {upcoming.stub.as_uri()}")), soft_wrap=True)
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
        table.add_row(sign, kata.name, kata.header.dots, kata.header.title, _checks(mine))
    console.print(table)


def _what_failed(attempt: Attempt) -> str:
    """The properties that rejected an attempt; nothing where its verdict is of a form that is not known any more."""
    try:
        properties = json.loads(attempt.verdict or "{}").get("properties", [])
        failed = [str(found["name"]).partition("[")[0] for found in properties if found["outcome"] == "rejected"]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    return "; ".join(dict.fromkeys(name.removeprefix("test_").replace("_", " ") for name in failed))


def list_attempts(console: Console, rows: Sequence[Attempt]) -> None:
    """Print a line for each attempt."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("number", "when", "saved by", "outcome", "what did not hold"):
        table.add_column(column, justify="right" if column == "number" else "left")
    for row in rows:
        when = f"{row.when.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(str(row.id), when, row.kind, (row.outcome or "").replace("_", " "), _what_failed(row))
    console.print(table)
