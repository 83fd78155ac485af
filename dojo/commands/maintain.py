"""Commands of whoever keeps the repository: new katas, the audit, what is installed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from dojo.commands.shared import ISOLATION, KATAS, terminal
from dojo.errors import NOT_ALL_ACCEPTED
from dojo.kata import Catalogue, private_folders

if TYPE_CHECKING:
    from dojo.sandbox.box import Isolation
    from dojo.scaffold import Kind


@click.command()
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


@click.command()
def doctor() -> None:
    """What is installed, what works, and what is missing."""
    from dojo.doctor import examine, render

    findings = examine()
    render(terminal(), findings)
    if any(finding.state == "broken" for finding in findings):
        sys.exit(NOT_ALL_ACCEPTED)


@click.command()
@KATAS
@click.option("--seeds", type=click.IntRange(min=1), default=1, help="Repeat every verdict with this many seeds.")
@click.option("--jobs", type=click.IntRange(min=1), help="How many processes judge at once; by default one per core.")
@click.option("--write", is_flag=True, help="Renew what is derived: stubs and the README's table.")
@ISOLATION
def audit(katas: tuple[str, ...], seeds: int, jobs: int | None, write: bool, isolation: Isolation) -> None:
    """Whether the repository is complete, and whether its tests can be fooled."""
    from dojo.audit import Audit
    from dojo.grading.batch import Batch

    catalogue, console = Catalogue(), terminal()
    chosen = catalogue.find_all(katas) if katas else catalogue.katas
    batch = Batch(jobs or os.cpu_count() or 1, isolation, brief=True, hidden=private_folders(catalogue.root))
    if not Audit(catalogue, console, batch, seeds=seeds, write=write).run(chosen, whole=not katas):
        sys.exit(NOT_ALL_ACCEPTED)
