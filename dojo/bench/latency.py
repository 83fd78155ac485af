"""``dojo bench latency``: how long a verdict takes, beside what can't be avoided."""

from __future__ import annotations

import importlib.util
import json
import resource
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

from dojo.bench.environment import plain_environment
from dojo.catalogue import Catalogue
from dojo.errors import GraderFault

ONE_PROPERTY = """
from hypothesis import given, strategies as st

@given(st.lists(st.integers()))
def test_sorting_twice_is_sorting_once(values):
    assert sorted(sorted(values)) == sorted(values)
"""

WIDE = 80
"""Columns from which on processor time is shown beside wall time."""

PLAIN_KATA, TORCH_KATA = "arrays/merge_sorted_array", "attention/tiled_attention"


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        what: the command.
        seconds: its median duration.
        against: the command that it is compared with, "" for a bound in seconds.
        reference_seconds: that one's median, in the same run.
        processor, reference_processor: the medians of their processor time, which other work of the machine changes
            less; with all processes that they start.
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
    processor: float = 0.0
    reference_processor: float = 0.0

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
        environment = {**plain_environment(), "DOJO_ROOT": str(root), "DOJO_DATA": str(Path(folder) / "data")}
        median = _medians(commands, environment, Path(folder), runs, console)
    rows = [_ratio("dojo check, plain kata", median["check plain"], "pytest, one property", median["pytest"], 0.8, 0.5)]
    if "check torch" in median:
        rows.append(
            _ratio("dojo check, torch kata", median["check torch"], "import torch", median["import torch"], 1.5, 1.25)
        )
    return rows + [_bounded(f"dojo {name}", median[key], 0.2) for name, key in (("list", "list"), ("--help", "help"))]


def _solved_copy(catalogue: Catalogue, folder: Path) -> Path:
    """A repository in which every kata is solved, since a rejection takes longer and a stub less."""
    root = folder / "repository"
    for tree in ("solutions", "tests"):
        shutil.copytree(catalogue.root / tree, root / tree, ignore=shutil.ignore_patterns("__pycache__", "dojo"))
    shutil.copytree(root / "solutions", root / "katas")
    return root


def _medians(
    commands: dict[str, list[str]], environment: dict[str, str], folder: Path, runs: int, console: Console
) -> dict[str, tuple[float, float]]:
    """For each command the medians of wall time and of processor time."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("measuring", total=(runs + 1) * len(commands))
        for turn in range(runs + 1):
            for name, command in commands.items():
                started, used = time.perf_counter(), _processor_time_of_children()
                ended = subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False)
                if ended.returncode:
                    raise GraderFault(
                        f"{' '.join(command)} ended with {ended.returncode}: {(ended.stdout + ended.stderr)[-800:]!r}"
                    )
                if turn:  # the first turn fills caches
                    taken[name].append((time.perf_counter() - started, _processor_time_of_children() - used))
                progress.advance(task)
    return {
        name: (statistics.median(wall for wall, _ in turns), statistics.median(used for _, used in turns))
        for name, turns in taken.items()
    }


def _processor_time_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ratio(
    what: str, taken: tuple[float, float], against: str, reference: tuple[float, float], bound: float, aim: float
) -> Row:
    return Row(what, taken[0], against, reference[0], taken[0] / reference[0], bound, aim, taken[1], reference[1])


def _bounded(what: str, taken: tuple[float, float], bound: float) -> Row:
    return Row(what, taken[0], "", 0.0, taken[0], bound, bound, taken[1])


def render(console: Console, rows: list[Row], *, as_json: bool = False) -> None:
    """Print the rows as a table, or as JSON."""
    if as_json:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in rows], indent=2))
        return
    wide = console.width >= WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("what", "median", *(["processor"] if wide else []), "ratio", "at most", "aim", ""):
        table.add_column(column, justify="left" if column == "what" else "right", no_wrap=column != "what")
    for row in rows:
        unit = "" if row.against else " s"
        figures = (f"{row.ratio:.2f}{unit}", f"{row.bound:g}{unit}", f"{row.aim:g}{unit}")
        sign = "[green]✓[/]" if row.holds else "[red]✗[/]"
        table.add_row(row.what, *_times(row.seconds, row.processor, wide), *figures, sign)
        if row.against:
            table.add_row(f"  against {row.against}", *_times(row.reference_seconds, row.reference_processor, wide))
    console.print(table)


def _times(wall: float, processor: float, wide: bool) -> list[str]:
    return [f"{wall:.2f} s", f"{processor:.2f} s"][: 2 if wide else 1]
