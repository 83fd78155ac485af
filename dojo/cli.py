"""The command line: it parses and prints; everything else is done by the modules below.

Imports that cost time stand inside the commands, so that ``dojo list`` and ``dojo --help`` answer at once.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from dojo import __version__
from dojo.errors import DojoError, GraderFault, JournalError
from dojo.kata import Catalogue, Kata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from dojo.grading.verdict import Verdict
    from dojo.practice.journal import Journal, Standing

ACCEPTED, NOT_ALL_ACCEPTED, USAGE, FAULT = 0, 1, 2, 3
"""Exit codes."""

app = typer.Typer(
    help="Katas for coding interviews and ML systems, judged by properties.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bench = typer.Typer(help="Measure, as ratios within one run.", no_args_is_help=True)
app.add_typer(bench, name="bench")

KataName = Annotated[
    str, typer.Argument(metavar="KATA", help="A kata: topic/kata, or its short name where it is unique.")
]
KataNames = Annotated[
    list[str] | None, typer.Argument(metavar="[KATA...]", help="Katas or topics; by default those you have begun.")
]


def main() -> None:
    """Run a command; an error that the user can mend is one message, not a traceback."""
    try:
        app()
    except DojoError as error:
        _say_error(str(error), error.way_out)
        sys.exit(USAGE)
    except GraderFault as fault:
        _say_error(
            f"The grader itself failed: {fault}", "This is no verdict on your answer. `dojo doctor` may know more."
        )
        sys.exit(FAULT)
    except KeyboardInterrupt:
        sys.exit(130)


def _say_error(message: str, way_out: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    console.print(Text.assemble(("error: ", "bold red"), message))
    if way_out:
        console.print(Text(way_out))


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _journal() -> Journal:
    from dojo.practice.journal import Journal

    return Journal()


@contextmanager
def _warn_of_journal() -> Iterator[None]:
    """What can go on without the journal goes on, and says so."""
    try:
        yield
    except JournalError as error:
        _say_error(str(error), error.way_out)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"dojo {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def overview(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Where you stand, and what is next."""
    if context.invoked_subcommand is not None:
        return
    from rich.text import Text

    catalogue, console = Catalogue(), _console()
    standing = _standing()
    passed = [kata for kata in catalogue.katas if _is_passed(standing, kata)]
    console.print(Text.assemble(("dojo", "bold"), f"  {len(passed)} of {len(catalogue.katas)} katas passed"))
    for topic in catalogue.topics:
        katas = [kata for kata in catalogue.katas if kata.topic == topic]
        done = sum(kata in passed for kata in katas)
        console.print(Text.assemble(f"  {topic:<16}", ("●" * done, "green"), ("○" * (len(katas) - done), "dim")))
    upcoming = _next(catalogue, passed)
    if upcoming is None:
        console.print("Every kata is passed.")
        return
    console.print()
    console.print(Text.assemble("Next: ", (upcoming.name, "bold cyan"), f"  {upcoming.header.title}"))
    for command in (f"dojo show {upcoming.short_name}", f"dojo check {upcoming.short_name}"):
        console.print(Text(f"  {command}", "bold"))


def _standing() -> dict[str, Standing]:
    found: dict[str, Standing] = {}
    with _warn_of_journal(), _journal() as journal:
        found = journal.standing()
    return found


def _is_passed(standing: dict[str, Standing], kata: Kata) -> bool:
    return kata.name in standing and standing[kata.name].first_pass is not None


def _next(catalogue: Catalogue, passed: list[Kata]) -> Kata | None:
    names = {kata.name for kata in passed}
    open_katas = [kata for kata in catalogue.katas if kata.name not in names]
    ready = [kata for kata in open_katas if names.issuperset(kata.header.needs)]
    return next(iter(ready or open_katas), None)


@app.command("list")
def list_katas(topic: Annotated[str | None, typer.Argument(help="One topic only.")] = None) -> None:
    """All katas, in an order in which each comes after those that it needs."""
    from rich.table import Table
    from rich.text import Text

    catalogue = Catalogue()
    if topic is not None and topic not in catalogue.topics:
        raise DojoError(f"There is no topic {topic!r}.", f"There are {', '.join(catalogue.topics)}.")
    standing = _standing()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("", "kata", "level", "what it is", "checks"):
        table.add_column(column, justify="right" if column == "checks" else "left", no_wrap=column != "what it is")
    for kata in catalogue.katas:
        if topic is None or kata.topic == topic:
            mine = standing.get(kata.name)
            passed = _is_passed(standing, kata)
            sign = Text("✓", "green") if passed else Text("✗" if mine and mine.attempts else "·", "dim")
            table.add_row(sign, kata.name, kata.header.dots, kata.header.title, str(mine.attempts) if mine else "")
    _console().print(table)


@app.command()
def show(kata: KataName) -> None:
    """The prompt of a kata."""
    from dojo.prompt import show as show_prompt

    show_prompt(_console(), Catalogue().find(kata))


@app.command()
def check(
    katas: KataNames = None,
    seed: Annotated[int | None, typer.Option(help="Repeat a verdict: the seed that it named.")] = None,
    examples: Annotated[
        int | None, typer.Option(min=1, help="Inputs for each property, instead of its own number.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="The smallest input for every property that does not hold.")
    ] = False,
) -> None:
    """Judge your answers: every property by name, and the smallest input on which an answer is wrong."""
    catalogue = Catalogue()
    chosen = catalogue.find_all(katas or []) or _begun(catalogue)
    console = _console()
    if not chosen:
        raise DojoError("You have not begun a kata yet.", "`dojo` says which is next; `dojo check KATA` checks one.")
    from dojo.grading.grader import Grader
    from dojo.reports.text import render

    outcomes = []
    with Grader() as grader:
        for kata in chosen:
            grader.warm_up(kata)
        for index, kata in enumerate(chosen):
            if index:
                console.print()
            content = _answer(kata)
            with _progress(console, kata) as on_property:
                verdict = grader.grade(
                    kata,
                    content,
                    submission=str(kata.stub.relative_to(kata.root)),
                    seed=seed,
                    examples=examples,
                    on_property=on_property,
                )
            render(console, verdict, full=full)
            _remember(verdict, content)
            _next_step(console, verdict, kata)
            outcomes.append(verdict.outcome)
    if "fault" in outcomes:
        raise typer.Exit(FAULT)
    if any(outcome != "accepted" for outcome in outcomes):
        raise typer.Exit(NOT_ALL_ACCEPTED)


def _begun(catalogue: Catalogue) -> list[Kata]:
    """The katas whose file is not the stub any more."""
    from dojo.stub import derive

    return [
        kata
        for kata in catalogue.katas
        if kata.stub.exists() and kata.stub.read_bytes() != derive(kata.solution.read_text(encoding="utf-8")).encode()
    ]


def _answer(kata: Kata) -> bytes:
    from dojo.practice.files import read_bytes

    if not kata.stub.exists():
        raise DojoError(f"There is no {kata.stub}.", f"`dojo reset {kata.short_name}` writes the stub.")
    return read_bytes(kata.stub)


@contextmanager
def _progress(console: Console, kata: Kata) -> Iterator[object]:
    """A line that says which property was judged last, on a terminal only."""
    if not console.is_terminal:
        yield None
        return
    with console.status(f"checking {kata.name}") as status:
        yield lambda verdict: status.update(f"checking {kata.name}: {verdict.title}")


def _remember(verdict: Verdict, content: bytes) -> None:
    with _warn_of_journal(), _journal() as journal:
        journal.record(
            verdict.kata,
            content,
            kind="check",
            outcome=verdict.outcome,
            verdict=verdict.as_json(),
            seconds=verdict.seconds,
        )


def _next_step(console: Console, verdict: Verdict, kata: Kata) -> None:
    from rich.text import Text

    if verdict.outcome == "not_attempted":
        path = kata.stub.relative_to(kata.root)
        console.print(
            Text.assemble(
                "\nWrite your answer in ", (str(path), "bold"), f"; `dojo show {kata.short_name}` is the prompt."
            )
        )
    elif verdict.outcome == "rejected":
        console.print(Text.assemble("\nStuck? ", (f"dojo hint {kata.short_name}", "bold")))
    elif verdict.outcome == "accepted":
        console.print(
            Text.assemble(
                "\n", (f"dojo solution {kata.short_name}", "bold"), " shows the reference beside your answer."
            )
        )


@app.command()
def hint(
    kata: KataName,
    every: Annotated[bool, typer.Option("--all", help="Every hint at once.")] = False,
) -> None:
    """The next hint of a kata; earlier ones are shown again."""
    from rich.text import Text

    from dojo.stub import hints

    found = Catalogue().find(kata)
    all_hints = hints(found.solution.read_text(encoding="utf-8"))
    console = _console()
    revealed = 0
    with _warn_of_journal(), _journal() as journal:
        revealed = journal.hints_revealed(found.name)
    upto = len(all_hints) if every else min(revealed + 1, len(all_hints))
    for number, text in enumerate(all_hints[:upto], start=1):
        style = "" if number > revealed else "dim"
        console.print(Text.assemble((f"{number} of {len(all_hints)}  ", "bold"), (text, style)))
    if upto > revealed:
        with _warn_of_journal(), _journal() as journal:
            journal.reveal_hint(found.name, upto)
    elif not every:
        console.print(f"These are all. `dojo solution {found.short_name} --peek` shows the reference.")


@app.command()
def solution(
    kata: KataName,
    peek: Annotated[bool, typer.Option("--peek", help="Also before you have passed.")] = False,
) -> None:
    """The reference, beside your answer; after a pass, or with --peek."""
    from dojo.compare import side_by_side
    from dojo.stub import without_hints

    found = Catalogue().find(kata)
    if not peek and not _is_passed(_standing(), found):
        raise DojoError(
            f"You have not passed {found.name} yet.",
            f"`dojo hint {found.short_name}` gives a nudge; `dojo solution {found.short_name} --peek` shows it all the same.",
        )
    reference = without_hints(found.solution.read_text(encoding="utf-8"))
    mine = found.stub.read_text(encoding="utf-8", errors="replace") if found.stub.exists() else ""
    side_by_side(_console(), found, mine, reference)


@app.command()
def reset(kata: KataName) -> None:
    """Make a stub anew; what stands in it is saved in the journal first."""
    from dojo.practice.attempts import reset as reset_stub

    found = Catalogue().find(kata)
    with _journal() as journal:
        saved = reset_stub(found, journal)
    path = found.stub.relative_to(found.root)
    if saved is None:
        print(f"{path} is the stub already.")
    else:
        print(f"{path} is the stub again. What stood there is attempt {saved}:")
        print(f"`dojo attempts {found.short_name} --restore {saved}` brings it back.")


@app.command()
def attempts(
    kata: KataName,
    restore: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Bring this attempt back into your file.")
    ] = None,
    show_text: Annotated[int | None, typer.Option("--show", metavar="NUMBER", help="Print this attempt.")] = None,
) -> None:
    """What you have tried, the newest first; nothing that was checked or reset is lost."""
    from rich import box
    from rich.table import Table

    from dojo.practice.attempts import restore as restore_attempt

    found = Catalogue().find(kata)
    with _journal() as journal:
        if restore is not None:
            saved = restore_attempt(found, journal, restore)
            print(f"{found.stub.relative_to(found.root)} holds attempt {restore} again.")
            if saved is not None:
                print(f"What stood there is attempt {saved}.")
            return
        if show_text is not None:
            sys.stdout.write(journal.attempt(show_text).content.decode("utf-8", "replace"))
            return
        rows = journal.attempts(found.name)
    if not rows:
        print(f"There are no attempts of {found.name} yet.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("number", "when (UTC)", "saved by", "outcome", "bytes"):
        table.add_column(column, justify="right" if column in ("number", "bytes") else "left")
    for row in rows:
        when = f"{row.when:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(row.id), when, row.kind, (row.outcome or "").replace("_", " "), str(row.size))
    _console().print(table)


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="TOPIC/KATA", help="The new kata.")]) -> None:
    """Write the files of a new kata; the audit then names what is still to be written."""
    from dojo.scaffold import create

    catalogue = Catalogue()
    for path in create(catalogue, name):
        print(f"wrote {path.relative_to(catalogue.root)}")
    print(f"Fill them in that order; `dojo audit {name}` says what is missing, and makes the stub from the solution.")


@app.command()
def tour() -> None:
    """One kata, a wrong answer with its smallest input, and the reference: graded for real."""
    from dojo.tour import tour as run_tour

    run_tour(_console(), Catalogue())


@app.command()
def doctor() -> None:
    """What is installed, what works, and what is missing."""
    from dojo.doctor import examine, render

    findings = examine()
    render(_console(), findings)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(NOT_ALL_ACCEPTED)


@bench.command()
def latency(
    runs: Annotated[int, typer.Option(min=1, help="How often each command is run.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """How long a verdict takes, as a ratio to what cannot be avoided."""
    from dojo.bench import latency as measure
    from dojo.bench import render

    console = _console()
    rows = measure(Catalogue(), runs, console)
    render(console, rows, as_json=as_json)


@app.command()
def audit(
    katas: KataNames = None,
    seeds: Annotated[int, typer.Option(min=1, help="Repeat every verdict with this many seeds.")] = 1,
    write: Annotated[
        bool, typer.Option("--write", help="Renew what is derived: stubs and the README's table.")
    ] = False,
) -> None:
    """Whether the repository is complete, and whether its tests can be fooled."""
    from dojo.audit import Audit

    catalogue, console = Catalogue(), _console()
    chosen = catalogue.find_all(katas) if katas else catalogue.katas
    if not Audit(catalogue, console, seeds=seeds, write=write).run(chosen, whole=not katas):
        raise typer.Exit(NOT_ALL_ACCEPTED)
