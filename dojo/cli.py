"""The command line: it parses and prints; everything else is done by the modules below.

Imports that cost time stand inside the commands, so that ``dojo list`` and ``dojo --help`` answer at once.
"""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dojo import __version__, characters, interrupt
from dojo.errors import DojoError, GraderFault, JournalError, NoWallsError
from dojo.kata import Catalogue, Kata, private_folders, require_library, trusted_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from dojo.grading.verdict import PropertyVerdict, Verdict
    from dojo.practice.journal import Journal, Standing
    from dojo.sandbox.box import Boxes, Isolation
    from dojo.scaffold import Kind

ACCEPTED, NOT_ALL_ACCEPTED, USAGE, FAULT = 0, 1, 2, 3
"""Exit codes."""

KATA = click.argument("kata")
INTERRUPTED, BROKEN_PIPE = 130, 141
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


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dojo")
@click.pass_context
def app(context: click.Context) -> None:
    """Katas for coding interviews and ML systems, judged by properties.

    Without a command: where you stand, and what is next. KATA is topic/kata, or its short name where it is unique.
    """
    if context.invoked_subcommand is None:
        _overview()


def main() -> None:
    """Run a command; an error that the user can mend is one message, not a traceback."""
    _streams_and_signals()
    try:
        code = app.main(prog_name="dojo", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DojoError as error:
        _say_error(str(error), error.way_out)
        sys.exit(USAGE)
    except NoWallsError as error:
        _say_error(str(error), error.way_out)
        sys.exit(FAULT)
    except GraderFault as fault:
        _say_error(
            f"The grader itself failed: {fault}", "This is no verdict on your answer. `dojo doctor` may know more."
        )
        sys.exit(FAULT)
    except (click.Abort, KeyboardInterrupt):  # click's own exit code for it, 1, means that an answer was not accepted
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # `dojo list | head`: whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(BROKEN_PIPE)
    except OSError as error:
        _say_error(f"{error}.", "Is the disk full, or a folder gone?")
        sys.exit(FAULT)
    except Exception:  # 1 would mean that an answer was not accepted
        traceback.print_exc()
        _say_error("The dojo itself failed, see above.", "Please report it; `dojo doctor` may know more.")
        sys.exit(FAULT)


def _streams_and_signals() -> None:
    """What a caller may have taken away: closed streams are opened on nothing, ignored signals are heard again.

    A current folder that was removed is left: libraries ask for it when they are imported.
    """
    try:
        Path.cwd()
    except OSError:
        os.chdir("/")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # for good
    characters.install()
    if hasattr(signal, "SIGCHLD"):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    interrupt.install()


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


def _overview() -> None:
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
    with _warn_of_journal(), _journal() as journal:
        return journal.standing()
    return {}


def _is_passed(standing: dict[str, Standing], kata: Kata) -> bool:
    return kata.name in standing and standing[kata.name].first_pass is not None


def _next(catalogue: Catalogue, passed: list[Kata]) -> Kata | None:
    names = {kata.name for kata in passed}
    open_katas = [kata for kata in catalogue.katas if kata.name not in names]
    ready = [kata for kata in open_katas if names.issuperset(kata.header.needs)]
    return next(iter(ready or open_katas), None)


@app.command("list")
@click.argument("topic", required=False)
def list_katas(topic: str | None) -> None:
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
@KATA
def show(kata: str) -> None:
    """The prompt of a kata."""
    from dojo.prompt import show as show_prompt

    show_prompt(_console(), Catalogue().find(kata))


@app.command()
@KATAS
@click.option("--seed", type=click.IntRange(min=0), help="Repeat a verdict: the seed that it named.")
@click.option("--examples", type=click.IntRange(min=1), help="Inputs for each property, instead of its own number.")
@click.option("--full", is_flag=True, help="The smallest input for every property that does not hold.")
def check(katas: tuple[str, ...], seed: int | None, examples: int | None, full: bool) -> None:
    """Judge your answers: every property by name, and the smallest input on which an answer is wrong.

    KATAS are katas or topics; by default those that you have begun.
    """
    from dojo.practice.begun import begun

    catalogue = Catalogue()
    chosen = catalogue.find_all(katas) or begun(catalogue)
    console = _console()
    if not chosen:
        raise DojoError("You have not begun a kata yet.", "`dojo` says which is next; `dojo check KATA` checks one.")
    boxes = _started_boxes(chosen)
    from dojo.grading.grader import Grader
    from dojo.reports.text import render

    outcomes = []
    with Grader(boxes, own=True) as grader:
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
        sys.exit(FAULT)
    if any(outcome != "accepted" for outcome in outcomes):
        sys.exit(NOT_ALL_ACCEPTED)


def _started_boxes(katas: list[Kata]) -> Boxes:
    """Boxes whose imports run in their own processes while this one goes on with its own."""
    from dojo.sandbox.box import Boxes

    for kata in katas:
        require_library(kata)
    boxes = Boxes(isolation="process")  # one's own code
    for library in {kata.library for kata in katas}:
        boxes[library].start()
    return boxes


@app.command()
@KATA
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl", "junit", "gradescope"]),
    default="text",
    show_default=True,
    help="For a person, a program, a CI server, Gradescope.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write there instead of to the terminal.")
@click.option("--seed", type=click.IntRange(min=0), help="Repeat verdicts: the seed that they named.")
@click.option("--examples", type=click.IntRange(min=1), help="Inputs for each property, instead of its own number.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="How many answers at once.")
@ISOLATION
@click.option("--deadline", type=FiniteSeconds(0.1, 86_400), help="Seconds of processor time for one call.")
@click.option("--follow-links", is_flag=True, help="Judge what a link points to; by default a link is not judged.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    help="The clone whose properties judge; by default DOJO_ROOT, or where this program is installed.",
)
def grade(
    kata: str,
    files: tuple[str, ...],
    form: str,
    output: str | None,
    seed: int | None,
    examples: int | None,
    jobs: int,
    isolation: Isolation,
    deadline: float | None,
    follow_links: bool,
    root: str | None,
) -> None:
    """Judge other people's answers, behind walls. FILES may be folders, which stand for their *.py files.

    Exit code: 0 all are accepted, 1 some are not, 2 usage, 3 a fault of the grader.
    """
    from dojo.grading.batch import Batch, random_seed
    from dojo.grading.submission import Submission, find_answers
    from dojo.reports.sink import Sink
    from dojo.sandbox.limits import DEFAULT_LIMITS

    seed = random_seed() if seed is None else seed
    limits = DEFAULT_LIMITS if deadline is None else dataclasses.replace(DEFAULT_LIMITS, call=deadline)
    with Sink(form, output) as sink:
        try:
            found = Catalogue(trusted_root(root)).find(kata)
            answers = find_answers(files)
            sink.expect(len(answers.files))
            submissions = (
                Submission(found, str(path), seed, examples=examples, follow_links=follow_links)
                for path in answers.files
            )
            batch = Batch(jobs, isolation, limits, hidden=private_folders(found.root))
            for verdict in batch.verdicts(submissions):
                sink.add(verdict)
        except (DojoError, NoWallsError) as error:
            sink.fail(f"{error} {error.way_out}")
            raise
        except Exception as error:
            sink.fail(f"The grader itself failed, not this answer; it must be graded again. {error}")
            raise
    if answers.hidden:
        print(f"{answers.hidden} files whose names begin with a dot were left out", file=sys.stderr)
    sys.exit(sink.exit_code)


def _answer(kata: Kata) -> bytes:
    from dojo.practice.files import read_bytes

    if not kata.stub.exists():
        raise DojoError(f"There is no {kata.stub}.", f"`dojo reset {kata.short_name}` writes the stub.")
    return read_bytes(kata.stub)


@contextmanager
def _progress(console: Console, kata: Kata) -> Iterator[Callable[[PropertyVerdict], None] | None]:
    """A line that says which property was judged last, on a terminal only."""
    if not console.is_terminal:
        yield None
        return
    with console.status(f"checking {kata.name}") as status:

        def tell(verdict: PropertyVerdict) -> None:
            status.update(f"checking {kata.name}: {verdict.title}")

        yield tell


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
@KATA
@click.option("--all", "every", is_flag=True, help="Every hint at once.")
def hint(kata: str, every: bool) -> None:
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
@KATA
@click.option("--peek", is_flag=True, help="Also before you have passed.")
def solution(kata: str, peek: bool) -> None:
    """The reference, beside your answer; after a pass, or with --peek."""
    from dojo.compare import side_by_side
    from dojo.stub import without_hints

    found = Catalogue().find(kata)
    if not peek and not _is_passed(_standing(), found):
        raise DojoError(
            f"You have not passed {found.name} yet.",
            f"`dojo hint {found.short_name}` gives a nudge; `dojo solution {found.short_name} --peek` shows it.",
        )
    reference = without_hints(found.solution.read_text(encoding="utf-8"))
    mine = found.stub.read_text(encoding="utf-8", errors="replace") if found.stub.exists() else ""
    side_by_side(_console(), found, mine, reference)


@app.command()
@KATA
def reset(kata: str) -> None:
    """Make a stub anew; what stands in it is saved in the journal first."""
    from dojo.practice.attempts import reset as reset_stub

    found = Catalogue().find(kata)
    with _journal() as journal:
        done = reset_stub(found, journal)
    path = found.stub.relative_to(found.root)
    if not done.written:
        print(f"{path} is the stub already.")
    elif done.saved is None:
        print(f"wrote {path}")
    else:
        print(f"{path} is the stub again. What stood there is attempt {done.saved}:")
        print(f"`dojo attempts {found.short_name} --restore {done.saved}` brings it back.")


@app.command()
@KATA
@click.option("--restore", type=int, metavar="NUMBER", help="Bring this attempt back into your file.")
@click.option("--show", "show_text", type=int, metavar="NUMBER", help="Print this attempt.")
def attempts(kata: str, restore: int | None, show_text: int | None) -> None:
    """What you have tried, the newest first; nothing that was checked or reset is lost."""
    from rich import box
    from rich.table import Table

    from dojo.practice.attempts import restore as restore_attempt

    found = Catalogue().find(kata)
    with _journal() as journal:
        if restore is not None:
            saved = restore_attempt(found, journal, restore).saved
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
@click.argument("name", metavar="TOPIC/KATA")
@click.option(
    "--kind",
    type=click.Choice(["plain", "numpy", "torch", "class"]),
    default="plain",
    show_default=True,
    help="Functions of plain Python, numpy or torch; or a class, behind probes.",
)
def new(name: str, kind: Kind) -> None:
    """Write the files of a new kata; the audit then names what is still to be written."""
    from dojo.scaffold import create

    catalogue = Catalogue()
    for path in create(catalogue, name, kind):
        print(f"wrote {path.relative_to(catalogue.root)}")
    print(f"Fill them in that order; `dojo audit {name}` says what is missing, and makes the stub from the solution.")


@app.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a folder to practise in, with every kata as a stub; for those who have no clone."""
    from dojo.workspace import create

    katas = create(folder).katas
    print(f"{folder} holds {len(katas)} katas. Go there, and `dojo` says what is next.")


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
        sys.exit(NOT_ALL_ACCEPTED)


@app.group()
def bench() -> None:
    """Measure, as ratios within one run."""


@bench.command()
@click.option("--runs", type=click.IntRange(min=1), default=5, show_default=True, help="How often each command is run.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def latency(runs: int, as_json: bool) -> None:
    """How long a verdict takes, as a ratio to what cannot be avoided."""
    from dojo.bench import latency as measure
    from dojo.bench import render

    console = _console()
    rows = measure(Catalogue(), runs, console)
    render(console, rows, as_json=as_json)


@app.command()
@KATAS
@click.option("--seeds", type=click.IntRange(min=1), default=1, help="Repeat every verdict with this many seeds.")
@click.option("--jobs", type=click.IntRange(min=1), help="How many processes judge at once; by default one per core.")
@click.option("--write", is_flag=True, help="Renew what is derived: stubs and the README's table.")
@ISOLATION
def audit(katas: tuple[str, ...], seeds: int, jobs: int | None, write: bool, isolation: Isolation) -> None:
    """Whether the repository is complete, and whether its tests can be fooled."""
    from dojo.audit import Audit
    from dojo.grading.batch import Batch

    catalogue, console = Catalogue(), _console()
    chosen = catalogue.find_all(katas) if katas else catalogue.katas
    batch = Batch(jobs or os.cpu_count() or 1, isolation, brief=True, hidden=private_folders(catalogue.root))
    if not Audit(catalogue, console, batch, seeds=seeds, write=write).run(chosen, whole=not katas):
        sys.exit(NOT_ALL_ACCEPTED)
