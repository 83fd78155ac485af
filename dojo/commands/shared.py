"""What commands share: arguments and options, exit codes, the terminal, the journal."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

import click

from dojo.errors import JournalError

if TYPE_CHECKING:
    from rich.console import Console

    from dojo.practice.entries import Standing
    from dojo.practice.journal import Journal

PIPED = 100
"""Columns of what is not a terminal."""
BLANKS_AT_END = re.compile(r"[ ]+$", re.MULTILINE)

KATA = click.argument("kata")
ISOLATION = click.option(
    "--isolation",
    type=click.Choice(["bubblewrap", "process"]),
    default="bubblewrap",
    show_default=True,
    help="Walls around each answer; `process` has none and is for answers that you trust.",
)
KATAS = click.argument("katas", nargs=-1)


class FiniteSeconds(click.FloatRange):
    """A range of floats that nan is outside of."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return number


def terminal(*, stderr: bool = False) -> Console:
    """Standard output, for what is drawn; in a pipe or a file, lines have no blanks at their ends.

    Args:
        stderr: standard error instead, where standard output belongs to a program.
    """
    from rich.console import Console

    if stderr or sys.stdout.isatty():
        return Console(highlight=False, stderr=stderr)
    width = None if os.environ.get("COLUMNS", "").isdigit() else PIPED
    return Console(highlight=False, file=cast("IO[str]", _Trimmed(sys.stdout)), width=width)


class _Trimmed:
    """A stream that leaves out the blanks with which columns are filled up."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write without blanks before line ends."""
        return self._stream.write(BLANKS_AT_END.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def say_error(message: str, way_out: str) -> None:
    """Print an error, and what can be done about it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    console.print(Text.assemble(("error: ", "bold red"), message))
    if way_out:
        console.print(Text(way_out))


def open_journal() -> Journal:
    """The learner's journal; it opens its file at its first use."""
    from dojo.practice.journal import Journal

    return Journal()


@contextmanager
def warn_of_journal() -> Iterator[None]:
    """What can go on without the journal goes on, and says so."""
    try:
        yield
    except JournalError as error:
        say_error(str(error), error.way_out)


def learners_standing() -> dict[str, Standing]:
    """Where the learner stands with each kata; nothing where the journal can't be read, which is said."""
    with warn_of_journal(), open_journal() as journal:
        return journal.standing()
    return {}
