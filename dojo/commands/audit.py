"""The command that proves the repository: its rules, what it prints, and what it writes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dojo.catalogue import Catalogue
from dojo.commands.shared import ISOLATION, KATAS, terminal
from dojo.errors import NOT_ALL_ACCEPTED
from dojo.kata import Kata, library_is_there
from dojo.roots import private_folders

if TYPE_CHECKING:
    from rich.console import Console

    from dojo.audit import Audit, Finding
    from dojo.sandbox.box import Isolation


@click.command()
@KATAS
@click.option("--seeds", type=click.IntRange(min=1), default=1, help="Repeat every verdict with this many seeds.")
@click.option("--jobs", type=click.IntRange(min=1), help="How many processes judge at once; by default one per core.")
@click.option("--write", is_flag=True, help="Renew what is derived: stubs and the README's table.")
@click.option("--changed", is_flag=True, help="Only the katas that differ from the main branch.")
@click.option("--mutants", is_flag=True, help="Judge every small change of the solutions as well.")
@click.option(
    "--matrix",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write which property rejects what, as Markdown, and beside it as JSON; katas not judged now stay in it.",
)
@click.option("--no-cache", is_flag=True, help="Judge everything anew, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: findings, and a row for each kata.")
@ISOLATION
def audit(
    katas: tuple[str, ...],
    seeds: int,
    jobs: int | None,
    write: bool,
    changed: bool,
    mutants: bool,
    matrix: Path | None,
    no_cache: bool,
    as_json: bool,
    isolation: Isolation,
) -> None:
    """Whether the repository is complete, and whether its tests can be fooled.

    A wrong answer must be rejected, and a right one accepted, with each of the seeds. What was judged once is known
    until the answer, the kata or the grader changes. Exit code: 0 nothing to report, 1 findings, 2 usage, 3 a fault.
    """
    from dojo.audit import Audit
    from dojo.audit.cache import Cache
    from dojo.audit.matrix import Matrix
    from dojo.grading.batch import Batch

    catalogue, console = Catalogue(), terminal()
    chosen = _chosen(catalogue, katas, changed=changed, say=not as_json)
    left_out = [kata for kata in chosen if not library_is_there(kata)]
    chosen = [kata for kata in chosen if kata not in left_out]
    batch = Batch(jobs or os.cpu_count() or 1, isolation, brief=True, hidden=private_folders(catalogue.root))
    with Cache(None) if no_cache else Cache.of_user() as cache:
        written = Matrix(matrix) if matrix else None
        run = Audit(
            catalogue,
            terminal(stderr=True) if as_json else console,
            batch,
            seeds=seeds,
            write=write,
            cache=cache,
            with_mutants=mutants,
            with_matrix=written is not None,
        )
        findings = []
        for finding in run.findings(chosen, whole=not katas):
            findings.append(finding)
            if not as_json:
                _tell(console, finding)
    if written is not None:
        written.write(run.matrices.values(), [kata.name for kata in catalogue.katas])
    if as_json:
        print(_document(run, findings, left_out, seeds))
    else:
        _close(console, run, findings, left_out, seeds)
    if findings:
        sys.exit(NOT_ALL_ACCEPTED)


def _chosen(catalogue: Catalogue, names: tuple[str, ...], *, changed: bool, say: bool) -> list[Kata]:
    """The katas that were asked for."""
    chosen = catalogue.find_all(names) if names else catalogue.katas
    if changed:
        from dojo.audit.changed import changed_katas

        differing, branch = changed_katas(catalogue)
        chosen = [kata for kata in chosen if kata in differing]
        if say:
            print(f"{len(chosen)} of {len(catalogue.katas)} katas differ from {branch}")
    return chosen


def _tell(console: Console, finding: Finding) -> None:
    from rich.text import Text

    console.print(Text.assemble(("✗ ", "red"), (finding.where, "bold"), f": {finding.what}"), soft_wrap=True)


def _close(console: Console, run: Audit, findings: list[Finding], left_out: list[Kata], seeds: int) -> None:
    """The table, and a closing line."""
    from rich.text import Text

    from dojo.audit.tally import draw

    if run.tallies:
        draw(console, list(run.tallies.values()))
    for matrix in run.matrices.values():
        if idle := matrix.idle():
            said = Text.assemble((matrix.kata, "bold"), f": these kill nothing alone: {', '.join(idle)}")
            console.print(said, soft_wrap=True)
    what = f"{len(run.tallies)} katas, {run.judge.judged} verdicts and {run.judge.known} known ones"
    what += f", {seeds} seed{'s' * (seeds > 1)}"
    console.print(f"audit: {what}: " + (f"{len(findings)} findings" if findings else "nothing to report"))
    for library in dict.fromkeys(kata.library for kata in left_out):
        names = ", ".join(kata.name for kata in left_out if kata.library == library)
        console.print(Text(f"not audited, {library} is not installed: {names}", "yellow"))


def _document(run: Audit, findings: list[Finding], left_out: list[Kata], seeds: int) -> str:
    """The same as JSON."""
    import json
    from dataclasses import asdict

    document = {
        "seeds": seeds,
        "judged": run.judge.judged,
        "known": run.judge.known,
        "findings": [{"where": finding.where, "what": finding.what} for finding in findings],
        "katas": [asdict(tally) for tally in run.tallies.values()],
        "kill_nothing_alone": {matrix.kata: matrix.idle() for matrix in run.matrices.values()},
        "not_audited": [kata.name for kata in left_out],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
