"""Where the verdicts of `dojo grade` go, as they come: a terminal or a file, in one of the formats."""

from __future__ import annotations

import importlib
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dojo.errors import ACCEPTED, FAULT, NOT_ALL_ACCEPTED, DojoError
from dojo.grading.verdict import Verdict
from dojo.reports import FORMATS


@contextmanager
def _writing(output: str | None) -> Iterator[None]:
    """Say which file can't be written; a pipe that nobody reads any more is left to whoever runs us."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        name = output or "standard output"
        raise DojoError(f"{name} can't be written: {error.strerror}.", "Name another file with -o.") from error


class Report(Protocol):
    """Verdicts in one format; made of an open file, and whether its text may be replaced."""

    def expect(self, total: int) -> None:
        """Say how many verdicts will come."""

    def add(self, verdict: Verdict) -> None:
        """Take a verdict."""

    def close(self, problem: str = "") -> None:
        """Write what is left; ``problem`` says why no more verdicts come."""


def report(form: str, file: IO[str], *, rewritable: bool) -> Report:
    """The report of a format, see :mod:`dojo.reports`."""
    module, _, name = FORMATS[form].partition(":")
    made: Report = getattr(importlib.import_module(module), name)(file, rewritable=rewritable)
    return made


class Sink:
    """Takes verdicts one by one; what came is written even if the run is interrupted.

    Args:
        form: a key of :data:`dojo.reports.FORMATS`.
        output: a file, None for standard output.

    Raises:
        DojoError: the file can't be written.
    """

    def __init__(self, form: str, output: str | None) -> None:
        self._output = output
        self._outcomes: Counter[str] = Counter()
        self._problem = ""
        self._file: IO[str] = sys.stdout
        if output is not None:
            with _writing(output):
                self._file = Path(output).open("w", encoding="utf-8")  # noqa: SIM115  # closed on leaving
        elif form != "text" and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as JSON and XML are, wherever they go
        self._report = report(form, self._file, rewritable=output is not None)
        columns = (TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(
            *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        )

    @property
    def exit_code(self) -> int:
        """What the run ends with."""
        if self._outcomes["fault"]:
            return FAULT
        return ACCEPTED if set(self._outcomes) == {"accepted"} else NOT_ALL_ACCEPTED

    def __enter__(self) -> Self:
        self._progress.start()
        self._task = self._progress.add_task("judging", total=0)
        return self

    def expect(self, total: int) -> None:
        """Say how many verdicts will come."""
        self._report.expect(total)
        self._progress.update(self._task, total=total)

    def add(self, verdict: Verdict) -> None:
        """Take a verdict."""
        self._outcomes[verdict.outcome] += 1
        with _writing(self._output):
            self._report.add(verdict)
        self._progress.advance(self._task)

    def fail(self, message: str) -> None:
        """Note why nothing more can be judged, for whoever reads the report and not the terminal."""
        self._problem = message

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        with _writing(self._output):
            self._report.close(self._problem or ("The run was interrupted." if error is not None else ""))
            self._file.flush()
            if self._output is not None:
                self._file.close()
