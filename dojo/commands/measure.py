"""``dojo bench``: measurements; what they need is imported when they run."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dojo.catalogue import Catalogue
from dojo.commands.shared import KATA, FiniteSeconds, terminal
from dojo.kata import require_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console


class KataOrCommand(click.Group):
    """A group in which a name that is no command is a kata: ``dojo bench convex_hull`` is ``dojo bench kata ...``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or ``kata`` with all that was given."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["kata", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=KataOrCommand, subcommand_metavar="KATA | COMMAND [OPTIONS]")
def bench() -> None:
    """Measure, as ratios within one run.

    `dojo bench KATA` times your answer, the reference and the library that one would take, at growing sizes;
    `dojo bench kata --help` shows its options.
    """


@bench.command()
@click.option("--runs", type=click.IntRange(min=1), default=5, show_default=True, help="How often each command is run.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def latency(runs: int, as_json: bool) -> None:
    """How long a verdict takes, as a ratio to what cannot be avoided."""
    from dojo.bench.latency import latency as measure
    from dojo.bench.latency import render

    console = terminal()
    rows = measure(Catalogue(), runs, console)
    render(console, rows, as_json=as_json)


def _sizes(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Whole numbers above 0, in ascending order, none twice; nothing where nothing was said."""
    if value is None:
        return ()
    try:
        sizes = tuple(sorted({int(part) for part in value.split(",")}))
    except ValueError:
        sizes = (0,)
    if sizes[0] < 1:
        raise click.BadParameter(f"{value!r} is no list of whole numbers above 0, such as 100,1000.")
    return sizes


@bench.command()
@KATA
@click.option(
    "--sizes", metavar="N,N,...", callback=_sizes, help="Sizes n instead of the kata's own, such as 100,1000."
)
@click.option(
    "--repeats",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="Rounds in which all take turns, at most.",
)
@click.option(
    "--budget",
    type=FiniteSeconds(0.1, 86_400),
    default=60.0,
    show_default=True,
    help="Seconds of processor time for all; who would take longer at a size is left out there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--picture", type=click.Path(path_type=Path), help="Draw the times into this file (png, svg or pdf).")
def kata(kata: str, sizes: tuple[int, ...], repeats: int, budget: float, as_json: bool, picture: Path | None) -> None:
    """Your answer, the reference and the libraries, at growing sizes.

    Your answer takes part where it is begun and right. It runs as under pytest: in a process of this machine, with your
    rights and without walls.
    """
    from dojo.bench import growth, table, yours

    catalogue = Catalogue()
    found = catalogue.find(kata)
    growth.workloads(found)
    require_library(found)
    if picture is not None:
        from dojo.bench.picture import check

        check(picture)
    console = terminal()
    with _status(console, quiet=as_json) as tell:
        answer, note = yours.find(catalogue, found, tell)
        growths = growth.measure(found, answer, sizes=sizes, repeats=repeats, budget=budget, tell=tell)
    if as_json:
        print(table.as_json(growths, note))
    else:
        table.render(console, growths)
        if note:
            console.print(note, markup=False)
    if picture is not None:
        from dojo.bench.picture import draw

        draw(growths, picture)
        if not as_json:
            console.print(f"wrote {picture}", markup=False)


@contextmanager
def _status(console: Console, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A line that says what is being measured, on a terminal only."""
    if quiet or not console.is_terminal:
        yield lambda _text: None
        return
    with console.status("measuring") as status:
        yield status.update
