"""The measurements of a kata as a table, and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dojo.bench.growth import Growth, Line
from dojo.bench.workload import REFERENCE

BUSY = 1.5
"""Wall time in units of processor time, from which on a reader is told."""
WIDE = 90
"""Columns from which on every size and the memory are shown; below only the first and the last size."""


def render(console: Console, growths: list[Growth]) -> None:
    """Print a table for each workload, with the bars and the notes below."""
    for index, growth in enumerate(growths):
        if index:
            console.print()
        _one(console, growth)


def as_json(growths: list[Growth], note: str) -> str:
    """All that was measured: times in seconds, memory in bytes, with the note on the learner's answer."""
    return json.dumps({"note": note, "workloads": [_plain(growth) for growth in growths]}, indent=2)


def _plain(growth: Growth) -> dict[str, Any]:
    plain = asdict(growth)
    for line, times in zip(growth.lines, plain["lines"], strict=True):
        times["to_reference"] = ratio(growth, line)
    for bar, shares in zip(growth.bars, plain["bars"], strict=True):
        shares["holds"] = bar.holds
    return plain


def ratio(growth: Growth, line: Line) -> float | None:
    """The time of a contender in units of the reference's, at the largest size that both have, if there is one."""
    reference = next((each for each in growth.lines if each.name == REFERENCE), Line(REFERENCE))
    mine, theirs = ({sample.n: growth.seconds(sample) for sample in each.samples} for each in (line, reference))
    n = max(mine.keys() & theirs.keys(), default=None)
    return mine[n] / theirs[n] if n is not None and theirs[n] else None


def _one(console: Console, growth: Growth) -> None:
    sizes = sorted({sample.n for line in growth.lines for sample in line.samples})
    wide = console.width >= WIDE
    shown = sizes if wide or len(sizes) < 3 else [sizes[0], sizes[-1]]
    columns = [*(f"n = {n:,}" for n in shown), "growth", *(["memory"] if wide else []), "ratio"]
    console.print(Text.assemble((f"{growth.kata}: {growth.workload}", "bold"), f"  {growth.what}"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for line in growth.lines:
        taken = {sample.n: duration(growth.seconds(sample)) for sample in line.samples}
        to_reference = ratio(growth, line)
        memory = "" if line.memory is None else size(line.memory)
        table.add_row(
            Text(line.name, "bold" if line.name == REFERENCE else ""),
            *(taken.get(n, "-") for n in shown),
            "" if line.exponent is None else f"n^{line.exponent:.2f}",
            *([memory] if wide else []),
            "" if to_reference is None else f"{to_reference:.2f}",
        )
    console.print(table)
    for bar in growth.bars:
        sign = Text("✓ ", "green") if bar.holds else Text("✗ ", "red")
        console.print(sign.append(f"reference: {bar.share:.3g} of the {bar.what}; at most {bar.at_most:g}", "default"))
    for line in growth.lines:
        if line.note:
            console.print(Text(f"{line.name}: {line.note}", "dim"))
    console.print(Text(_caption(growth, wide), "dim"))


def _caption(growth: Growth, wide: bool) -> str:
    clock = "Processor time" if growth.threads == 1 else f"Wall time on {growth.threads} threads"
    unit = "operation" if growth.per_operation else "call"
    told = [
        f"{clock} of one {unit}, median of rounds in which all take turns; ratio: to the reference.",
        f"Used {growth.spent:.0f} of {growth.budget:g} s of processor time.",
    ]
    traced = sorted({line.memory_n for line in growth.lines if line.memory is not None})
    if traced and wide:
        told.append(f"Memory: the peak beyond the input, at n = {traced[-1]:,}.")
    if growth.threads > 1 and growth.busy > BUSY:
        told.append(f"The machine had other work: the threads waited {1 - 1 / growth.busy:.0%} of the time.")
    return " ".join(told)


def duration(seconds: float) -> str:
    """Three digits with a unit.

    Example:
        >>> duration(0.00123), duration(45.6), duration(7.89e-7)
        ('1.23 ms', '45.6 s', '789 ns')
    """
    for unit, length in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= length * 0.9995:
            return f"{_three(seconds / length)} {unit}"
    return f"{_three(seconds * 1e9)} ns"


def size(count: int) -> str:
    """Bytes with a unit of powers of 1,000.

    Example:
        >>> size(800), size(3_140_000)
        ('800 B', '3.14 MB')
    """
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= length * 0.9995:
            return f"{_three(count / length)} {unit}"
    return f"{count} B"


def _three(number: float) -> str:
    return f"{number:.0f}" if number >= 99.95 else f"{number:.1f}" if number >= 9.995 else f"{number:.2f}"
