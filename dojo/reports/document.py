"""A report that is one document: it is written whole, again and again while verdicts come."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from dojo.grading.verdict import Verdict

REWRITE_EVERY = 20
"""After so many verdicts the file is written anew."""


class Document:
    """Keeps the verdicts; subclasses say how they read in :meth:`text`.

    Args:
        file: where the report goes.
        rewritable: whether it is a file of its own, whose text can be replaced: whoever stops a run at a time limit
            finds there what was judged so far.
    """

    def __init__(self, file: IO[str], *, rewritable: bool) -> None:
        self._file = file
        self._rewritable = rewritable
        self._verdicts: list[Verdict] = []

    def text(self, verdicts: Sequence[Verdict], problem: str) -> str:
        """The whole report.

        Args:
            verdicts: what was judged.
            problem: why no more could be judged, in words for whoever reads the report; empty where all was.
        """
        raise NotImplementedError

    def expect(self, total: int) -> None:
        """How many verdicts will come says nothing here."""

    def add(self, verdict: Verdict) -> None:
        """Take a verdict."""
        self._verdicts.append(verdict)
        if self._rewritable and len(self._verdicts) % REWRITE_EVERY == 1:
            self._write("")

    def close(self, problem: str = "") -> None:
        """Write the report for good; one without verdicts that ended in an error is not written."""
        if self._verdicts or not problem:
            self._write("")

    def _write(self, problem: str) -> None:
        text = self.text(self._verdicts, problem)
        if self._rewritable:
            with suppress(OSError):  # a device can't be written anew; what is wrong with it is told by writing
                self._file.seek(0)
                self._file.truncate()
        self._file.write(text)
        self._file.flush()
