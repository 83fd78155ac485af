"""``dojo bench``: durations as ratios, measured in one run, since absolute ones say more of the machine than of us."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from dojo.errors import GraderFault
from dojo.kata import Catalogue

ONE_PROPERTY = """
from hypothesis import given, strategies as st

@given(st.lists(st.integers()))
def test_sorting_twice_is_sorting_once(values):
    assert sorted(sorted(values)) == sorted(values)
"""

PLAIN_KATA, TORCH_KATA = "arrays/merge_sorted_array", "attention/tiled_attention"


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        what: the command.
        seconds: its median duration.
        against: the command that it is compared with, "" for a bound in seconds.
        reference_seconds: that one's median, in the same run.
        ratio: the quotient, or the seconds where the bound is in seconds.
        bound, aim: at most, and hoped for.
    """

    what: str
    seconds: float
    against: str
    reference_seconds: float
    ratio: float
    bound: float
    aim: float

    @property
    def holds(self) -> bool:
        """Whether the ratio is within its bound."""
        return self.ratio <= self.bound


def latency(catalogue: Catalogue, runs: int, console: Console) -> list[Row]:
    """Cold starts: a check of a plain and of a torch kata, ``dojo list``, ``dojo --help``.

    Args:
        catalogue: the katas.
        runs: how often each command is run; they take turns, so that a busy moment hits all alike.
        console: for the progress bar.

    Raises:
        GraderFault: a command fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = _solved_copy(catalogue, Path(folder))
        (Path(folder) / "test_one.py").write_text(ONE_PROPERTY)
        dojo = [sys.executable, "-m", "dojo"]
        commands = {
            "check plain": [*dojo, "check", PLAIN_KATA],
            "pytest": [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                str(Path(folder) / "test_one.py"),
            ],
            "list": [*dojo, "list"],
            "help": [*dojo, "--help"],
        }
        if importlib.util.find_spec("torch") is not None:
            commands["check torch"] = [*dojo, "check", TORCH_KATA]
            commands["import torch"] = [sys.executable, "-c", "import torch"]
        environment = {**os.environ, "DOJO_ROOT": str(root), "DOJO_DATA": str(Path(folder) / "data")}
        median = _medians(commands, environment, Path(folder), runs, console)
    rows = [_ratio("dojo check, plain kata", median["check plain"], "pytest, one property", median["pytest"], 0.8, 0.5)]
    if "check torch" in median:
        rows.append(
            _ratio("dojo check, torch kata", median["check torch"], "import torch", median["import torch"], 1.5, 1.25)
        )
    rows += [
        Row(f"dojo {name}", median[key], "", 0.0, median[key], 0.2, 0.2)
        for name, key in (("list", "list"), ("--help", "help"))
    ]
    return rows


def _solved_copy(catalogue: Catalogue, folder: Path) -> Path:
    """A repository in which every kata is solved, since a rejection takes longer and a stub less."""
    root = folder / "repository"
    for tree in ("solutions", "tests"):
        shutil.copytree(catalogue.root / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__", "dojo"))
    shutil.copytree(root / "solutions", root / "katas")
    return root


def _medians(
    commands: dict[str, list[str]], environment: dict[str, str], folder: Path, runs: int, console: Console
) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("measuring", total=(runs + 1) * len(commands))
        for turn in range(runs + 1):
            for name, command in commands.items():
                started = time.perf_counter()
                ended = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False)
                if ended.returncode:
                    raise GraderFault(
                        f"{' '.join(command)} ended with {ended.returncode}: {(ended.stdout + ended.stderr)[-800:]!r}"
                    )
                if turn:  # the first turn fills caches
                    seconds[name].append(time.perf_counter() - started)
                progress.advance(task)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def _ratio(what: str, seconds: float, against: str, reference: float, bound: float, aim: float) -> Row:
    return Row(what, seconds, against, reference, seconds / reference, bound, aim)


def render(console: Console, rows: list[Row], *, as_json: bool = False) -> None:
    """Print the rows as a table, or as JSON."""
    if as_json:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in rows], indent=2))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("what", "median", "against", "median", "ratio", "at most", "aim", ""):
        table.add_column(column, justify="left" if column in ("what", "against") else "right")
    for row in rows:
        unit = "" if row.against else " s"
        table.add_row(
            row.what,
            f"{row.seconds:.2f} s",
            row.against,
            f"{row.reference_seconds:.2f} s" if row.against else "",
            f"{row.ratio:.2f}{unit}",
            f"{row.bound:g}{unit}",
            f"{row.aim:g}{unit}",
            "[green]✓[/]" if row.holds else "[red]✗[/]",
        )
    console.print(table)
