"""Commands of a learner: what is there, the verdict on an answer, hints, the reference, earlier attempts."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dojo.catalogue import Catalogue
from dojo.commands.shared import (
    KATA,
    KATAS,
    learners_standing,
    open_journal,
    terminal,
    warn_of_journal,
)
from dojo.errors import FAULT, NOT_ALL_ACCEPTED, DojoError
from dojo.kata import Kata, require_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from dojo.grading.verdict import PropertyVerdict, Verdict
    from dojo.sandbox.box import Boxes


def overview() -> None:
    """Where you stand, and what is next."""
    from dojo.terminal.overview import overview as draw

    draw(terminal(), Catalogue(), learners_standing())


@click.command("list")
@click.argument("topic", required=False)
def list_katas(topic: str | None) -> None:
    """All katas, in an order in which each comes after those that it needs."""
    from dojo.terminal.overview import list_katas as draw

    catalogue = Catalogue()
    if topic is not None and topic not in catalogue.topics:
        raise DojoError(f"There is no topic {topic!r}.", f"There are {', '.join(catalogue.topics)}.")
    draw(terminal(), [kata for kata in catalogue.katas if topic in (None, kata.topic)], learners_standing())


@click.command()
@KATA
@click.option("--picture", is_flag=True, help="Draw the worked example into a PNG file instead.")
@click.option("-o", "--output", metavar="FILE.png", help="Where to draw it; by default KATA.png in this folder.")
def show(kata: str, picture: bool, output: str | None) -> None:
    """The prompt of a kata."""
    from dojo.pictures.command import draw_example
    from dojo.terminal.prompt import show as show_prompt

    if picture or output:
        print(draw_example(Catalogue().find(kata), output))
    else:
        show_prompt(terminal(), Catalogue().find(kata))


@click.command()
@KATAS
@click.option("--seed", type=click.IntRange(min=0), help="Repeat a verdict: the seed that it named.")
@click.option("--examples", type=click.IntRange(min=1), help="Inputs for each property, instead of its own number.")
@click.option("--full", is_flag=True, help="The smallest input for every property that does not hold.")
@click.option(
    "--repro",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the program that shows the smallest input to this file.",
)
@click.option(
    "--picture",
    is_flag=False,
    flag_value="",
    metavar="[FILE.png]",
    help="Draw the smallest input, expected and got; by default into KATA-wrong.png in this folder.",
)
def check(
    katas: tuple[str, ...],
    seed: int | None,
    examples: int | None,
    full: bool,
    repro: Path | None,
    picture: str | None,
) -> None:
    """Judge your answers: every property by name, and the smallest input on which an answer is wrong.

    KATAS are katas or topics; by default those that you have begun.
    """
    from dojo.pictures.command import check_file, draw_failure
    from dojo.practice.begun import begun

    catalogue = Catalogue()
    chosen = catalogue.find_all(katas) or begun(catalogue)
    console = terminal()
    if not chosen:
        raise DojoError("You have not begun a kata yet.", "`dojo` says which is next; `dojo check KATA` checks one.")
    check_file(picture, chosen)
    if repro is not None:
        _check_program_file(repro, chosen)
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
            render(console, verdict, full=full, code=repro is None)
            _remember(verdict, content)
            if repro is not None:
                _write_program(console, verdict, repro)
            if picture is not None:
                console.print(f"\n{draw_failure(grader, kata, verdict, picture)}", markup=False, soft_wrap=True)
            _next_step(console, verdict, kata)
            outcomes.append(verdict.outcome)
    if "fault" in outcomes:
        sys.exit(FAULT)
    if any(outcome != "accepted" for outcome in outcomes):
        sys.exit(NOT_ALL_ACCEPTED)


def _check_program_file(path: Path, katas: list[Kata]) -> None:
    """Refuse a file that can't take the program, before anything is judged."""
    if len(katas) > 1:
        raise DojoError(f"--repro {path} is one file for {len(katas)} katas.", "Name one kata.")
    if os.path.lexists(path):
        raise DojoError(f"{path} is there already; nothing was judged.", "Name another file.")
    if not path.parent.is_dir():
        raise DojoError(f"There is no folder {path.parent}.", "Make it, or name a file in another one.")


def _write_program(console: Console, verdict: Verdict, path: Path) -> None:
    """Write the program of the first counterexample, and say how to run it."""
    from rich.text import Text

    programs = [found.counterexample.code for found in verdict.rejections if found.counterexample]
    program = next(filter(None, programs), None)
    if program is None:
        return
    with path.open("x", encoding="utf-8") as file:
        file.write(program.rstrip() + "\n")
    console.print(Text.assemble("\n    The same as a program: ", (f"python {path}", "bold")))


def _started_boxes(katas: list[Kata]) -> Boxes:
    """Boxes whose imports run in their own processes while this one goes on with its own."""
    from dojo.sandbox.box import Boxes

    for kata in katas:
        require_library(kata)
    boxes = Boxes(isolation="process")  # one's own code
    for kata in katas:
        boxes.of(kata.library, kata.header.openings).start()
    return boxes


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
    with warn_of_journal(), open_journal() as journal:
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

    from dojo.grading.verdict import IMPORT

    said = " ".join(rejected.message for rejected in verdict.rejections)
    if verdict.outcome == "rejected" and verdict.rejections[0].name == IMPORT:
        again = f"`dojo reset {kata.short_name}` brings the stub back, and keeps what you wrote."
        console.print(Text(f"\nThis is in {kata.stub.relative_to(kata.root)}. {again}"))
    elif "BdbQuit" in said or "EOFError" in said:
        console.print(Text("\nNobody can type here. For a debugger or input():"))
        console.print(Text(f"  pytest -s {kata.stub.relative_to(kata.root)}", "bold"), soft_wrap=True)
    elif verdict.outcome == "not_attempted":
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


@click.command("next")
@click.option("--edit", is_flag=True, help="Open it in $VISUAL, $EDITOR, VS Code or vi.")
def next_one(edit: bool) -> None:
    """What to do next: the first kata that you have not passed, whose needs you have."""
    from dojo.practice.editor import open_in_editor
    from dojo.practice.progress import is_passed, next_kata
    from dojo.terminal.overview import draw_next

    catalogue, standing = Catalogue(), learners_standing()
    upcoming = next_kata(catalogue.katas, [kata for kata in catalogue.katas if is_passed(standing, kata)])
    draw_next(terminal(), upcoming)
    if upcoming is not None and edit:
        open_in_editor(upcoming)


@click.command()
@KATA
@click.option("--all", "every", is_flag=True, help="Every hint at once.")
def hint(kata: str, every: bool) -> None:
    """The next hint of a kata; earlier ones are shown again."""
    from rich.text import Text

    from dojo.hints import hints

    found = Catalogue().find(kata)
    all_hints = hints(found.solution.read_text(encoding="utf-8"))
    console = terminal()
    revealed = 0
    with warn_of_journal(), open_journal() as journal:
        revealed = journal.hints_revealed(found.name)
    upto = len(all_hints) if every else min(revealed + 1, len(all_hints))
    for number, text in enumerate(all_hints[:upto], start=1):
        style = "" if number > revealed else "dim"
        console.print(Text.assemble((f"{number} of {len(all_hints)}  ", "bold"), (text, style)))
    if upto > revealed:
        with warn_of_journal(), open_journal() as journal:
            journal.reveal_hint(found.name, upto)
    elif not every:
        console.print(f"These are all. `dojo solution {found.short_name} --peek` shows the reference.")


@click.command()
@KATA
@click.option("--peek", is_flag=True, help="Also before you have passed.")
def solution(kata: str, peek: bool) -> None:
    """The reference, beside your answer; after a pass, or with --peek."""
    from dojo.hints import without_hints
    from dojo.practice.progress import is_passed
    from dojo.terminal.compare import side_by_side

    found = Catalogue().find(kata)
    if not peek and not is_passed(learners_standing(), found):
        raise DojoError(
            f"You have not passed {found.name} yet.",
            f"`dojo hint {found.short_name}` gives a nudge; `dojo solution {found.short_name} --peek` shows it.",
        )
    reference = without_hints(found.solution.read_text(encoding="utf-8"))
    mine = found.stub.read_text(encoding="utf-8", errors="replace") if found.stub.exists() else ""
    side_by_side(terminal(), found, mine, reference)


@click.command()
@KATA
def reset(kata: str) -> None:
    """Make a stub anew; what stands in it is saved in the journal first."""
    from dojo.practice.attempts import reset as reset_stub

    found = Catalogue().find(kata)
    with open_journal() as journal:
        done = reset_stub(found, journal)
    path = found.stub.relative_to(found.root)
    if not done.written:
        print(f"{path} is the stub already.")
    elif done.saved is None:
        print(f"wrote {path}")
    else:
        print(f"{path} is the stub again. What stood there is attempt {done.saved}:")
        print(f"`dojo attempts {found.short_name} --restore {done.saved}` brings it back.")


@click.command()
@KATA
@click.option("--restore", type=int, metavar="NUMBER", help="Bring this attempt back into your file.")
@click.option("--show", "show_text", type=int, metavar="NUMBER", help="Print this attempt.")
def attempts(kata: str, restore: int | None, show_text: int | None) -> None:
    """What you have tried, the newest first; nothing that was checked or reset is lost."""
    from dojo.practice.attempts import attempt_of
    from dojo.practice.attempts import restore as restore_attempt
    from dojo.terminal.overview import list_attempts

    found = Catalogue().find(kata)
    with open_journal() as journal:
        if restore is not None:
            saved = restore_attempt(found, journal, restore).saved
            print(f"{found.stub.relative_to(found.root)} holds attempt {restore} again.")
            if saved is not None:
                print(f"What stood there is attempt {saved}.")
            return
        if show_text is not None:
            sys.stdout.write(attempt_of(found, journal, show_text).content.decode("utf-8", "replace"))
            return
        rows = journal.attempts(found.name)
    if not rows:
        print(f"There are no attempts of {found.name} yet.")
        return
    list_attempts(terminal(), rows)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a folder to practise in, with every kata as a stub; for those who have no clone."""
    from dojo.workspace import create

    katas = create(folder).katas
    print(f"{folder} holds {len(katas)} katas. Go there, and `dojo` says what is next.")


@click.command()
def tour() -> None:
    """One kata, a wrong answer with its smallest input, and the reference: graded for real."""
    from dojo.tour import tour as run_tour

    run_tour(terminal(), Catalogue())
