"""What commands share: arguments and options, exit codes, the terminal, the journal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dojo.errors import JournalError

if TYPE_CHECKING:
    from rich.console import Console

    from dojo.practice.entries import Standing
    from dojo.practice.journal import Journal

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
    """Standard output, for what is drawn; or standard error, where that belongs to a program."""
    from rich.console import Console

    return Console(highlight=False, stderr=stderr)


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
