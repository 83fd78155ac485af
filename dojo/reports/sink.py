"""Where the verdicts of `dojo grade` go, as they come: a terminal or a file, in one of the formats."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from dojo.errors import DojoError
from dojo.grading.verdict import Verdict
from dojo.reports import formats
from dojo.reports.text import SIGNS, WORDS, render

ACCEPTED, NOT_ALL_ACCEPTED, FAULT = 0, 1, 3


REWRITE_EVERY = 20
"""A report that is one document is written anew after so many verdicts."""


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


class Sink:
    """Takes verdicts one by one; what came is written even if the run is interrupted.

    Args:
        form: ``text``, ``jsonl``, ``junit`` or ``gradescope``.
        output: a file, None for standard output.

    Raises:
        DojoError: the file can't be written.
    """

    def __init__(self, form: str, output: str | None) -> None:
        self._form = form
        self._output = output
        self._total = 0
        self._verdicts: list[Verdict] = []
        self._outcomes: Counter[str] = Counter()
        self._file: IO[str] = sys.stdout
        if output is not None:
            with _writing(output):
                self._file = Path(output).open("w", encoding="utf-8")  # noqa: SIM115  # closed on leaving
        elif form != "text" and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as JSON and XML are, wherever they go
        self._owns_file = output is not None
        self._console = Console(file=self._file, highlight=False)
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

    def add(self, verdict: Verdict) -> None:
        """Take a verdict."""
        self._outcomes[verdict.outcome] += 1
        with _writing(self._output):
            if self._form == "jsonl":
                self._file.write(formats.jsonl([verdict]))
                self._file.flush()
            elif self._form == "text":
                self._tell(verdict)
            else:
                self._verdicts.append(verdict)
                if self._owns_file and len(self._verdicts) % REWRITE_EVERY == 1:
                    self._rewrite(self._report())  # whoever stops us at a time limit finds what was judged so far
        self._progress.advance(self._task)

    def _report(self) -> str:
        return formats.junit(self._verdicts) if self._form == "junit" else formats.gradescope(self._verdicts)

    def _rewrite(self, text: str) -> None:
        if self._owns_file:
            with suppress(OSError):  # a device can't be written anew; what is wrong with it is told by writing
                self._file.seek(0)
                self._file.truncate()
        self._file.write(text)
        self._file.flush()

    def _tell(self, verdict: Verdict) -> None:
        if self._total == 1:
            render(self._console, verdict)
            return
        sign, style = SIGNS[verdict.outcome]
        line = Text.assemble((f"{sign} ", style), verdict.submission, "  ", (WORDS[verdict.outcome], style))
        line.append(f"  {verdict.score:.0%}", "dim")
        if verdict.rejections:
            line.append("  " + "; ".join(each.title for each in verdict.rejections), "dim")
        self._console.print(line)

    def __enter__(self) -> Self:
        self._progress.start()
        self._task = self._progress.add_task("judging", total=self._total)
        return self

    def expect(self, total: int) -> None:
        """Say how many verdicts will come."""
        self._total = total
        self._progress.update(self._task, total=total)

    def fail(self, message: str) -> None:
        """Note that nothing more can be judged, where somebody reads the report and not the terminal."""
        if self._form == "gradescope":
            with _writing(self._output):
                self._rewrite(formats.gradescope(self._verdicts, problem=message))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        with _writing(self._output):
            self._finish(failed=error is not None)

    def _finish(self, *, failed: bool) -> None:
        if self._form in ("junit", "gradescope") and (self._verdicts or not failed):
            self._rewrite(self._report())
        if self._form == "text" and self._total > 1 and self._outcomes:
            counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(self._outcomes.items()))
            self._console.print(f"{sum(self._outcomes.values())} of {self._total} answers judged: {counts}")
        self._file.flush()
        if self._owns_file:
            self._file.close()
