"""Commands of whoever keeps the repository: new katas, what is installed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dojo.catalogue import Catalogue
from dojo.commands.shared import terminal
from dojo.errors import NOT_ALL_ACCEPTED

if TYPE_CHECKING:
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
