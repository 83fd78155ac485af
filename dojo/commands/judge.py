"""The command of whoever judges other people's answers."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

import click

from dojo.catalogue import Catalogue
from dojo.commands.shared import ISOLATION, KATA, FiniteSeconds
from dojo.errors import DojoError, NoWallsError
from dojo.reports import FORMATS
from dojo.roots import private_folders, trusted_root

if TYPE_CHECKING:
    from dojo.sandbox.box import Isolation


@click.command()
@KATA
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
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
