"""What the audit counted for one kata, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

COLUMNS = ("kata", "tests", "wrong", "right", "mutants", "s", "input")
LEGEND = (
    "tests: properties · wrong: killed/kept · right: accepted/kept · mutants: killed/equivalent/survived · "
    "s: a whole verdict on the reference, in seconds · input: the largest minimal counterexample, in characters"
)


@dataclass
class Tally:
    """Counts for one kata; None stands for what was not asked.

    Attributes:
        kata: its name.
        properties: how many test functions it has.
        wrong_kept, wrong_killed: wrong answers, and how many of them every seed rejects.
        right_kept, right_accepted: right answers with the reference, and how many of them every seed accepts.
        mutants_killed: mutants that every seed rejects.
        mutants_equivalent: those that are listed as equivalent, and accepted.
        mutants_survived: the others.
        seconds: how long the whole verdict on the reference took when it was judged.
        largest_input: characters of the largest minimal counterexample, as it is shown.
    """

    kata: str
    properties: int = 0
    wrong_kept: int = 0
    wrong_killed: int = 0
    right_kept: int = 0
    right_accepted: int = 0
    mutants_killed: int | None = None
    mutants_equivalent: int | None = None
    mutants_survived: int | None = None
    seconds: float | None = None
    largest_input: int | None = None


def draw(console: Console, tallies: Sequence[Tally]) -> None:
    """Print one line a kata, below a line for its topic, and what the columns mean."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == "kata" else "right", no_wrap=True)
    topic = ""
    for tally in tallies:
        here, _, short = tally.kata.partition("/")
        if here != topic:
            table.add_row(Text(here, "bold"))
            topic = here
        table.add_row(
            f"  {short}",
            str(tally.properties),
            _pair(tally.wrong_killed, tally.wrong_kept),
            _pair(tally.right_accepted, tally.right_kept),
            _mutants(tally),
            "-" if tally.seconds is None else f"{tally.seconds:.1f}",
            "-" if tally.largest_input is None else str(tally.largest_input),
        )
    console.print(table)
    console.print(Text(LEGEND, "dim"))


def _pair(good: int, all_: int) -> Text:
    return Text(f"{good}/{all_}", "" if good == all_ else "red")


def _mutants(tally: Tally) -> Text:
    if tally.mutants_survived is None:
        return Text("-", "dim")
    text = f"{tally.mutants_killed}/{tally.mutants_equivalent}/{tally.mutants_survived}"
    return Text(text, "red" if tally.mutants_survived else "")
