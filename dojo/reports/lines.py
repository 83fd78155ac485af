"""Verdicts for a person: a single one whole, many as a line each."""

from __future__ import annotations

from collections import Counter
from typing import IO

from rich.console import Console
from rich.text import Text

from dojo.grading.verdict import IMPORT, PropertyVerdict, Verdict
from dojo.reports.text import SIGNS, WORDS, render, shortened


def _why(verdict: PropertyVerdict) -> str:
    """What does not hold; of an answer that was not even judged, why."""
    if verdict.outcome == "fault" or (verdict.outcome == "rejected" and verdict.name == IMPORT):
        return shortened(verdict.message)
    return verdict.title if verdict.outcome == "rejected" else ""


class Lines:
    """Writes each verdict as it comes, and the counts at the end."""

    def __init__(self, file: IO[str], *, rewritable: bool) -> None:
        del rewritable  # what was written stays
        self._console = Console(file=file, highlight=False)
        self._total = 0
        self._outcomes: Counter[str] = Counter()

    def expect(self, total: int) -> None:
        """Say how many verdicts will come: a single one is shown whole."""
        self._total = total

    def add(self, verdict: Verdict) -> None:
        """Write a verdict."""
        self._outcomes[verdict.outcome] += 1
        if self._total == 1:
            render(self._console, verdict)
            return
        sign, style = SIGNS[verdict.outcome]
        line = Text.assemble((f"{sign} ", style), verdict.submission, "  ", (WORDS[verdict.outcome], style))
        line.append(f"  {verdict.score:.0%}", "dim")
        if why := "; ".join(filter(None, map(_why, verdict.properties))):
            line.append(f"  {why}", "dim")
        self._console.print(line)

    def close(self, problem: str = "") -> None:
        """Write how many answers came out how."""
        if self._total > 1 and self._outcomes:
            counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(self._outcomes.items()))
            self._console.print(f"{sum(self._outcomes.values())} of {self._total} answers judged: {counts}")
