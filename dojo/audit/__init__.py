"""``dojo audit``: is every kata complete, and can its tests be fooled?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from dojo.audit import completeness, strength
from dojo.audit.finding import Finding
from dojo.audit.readme import check_table
from dojo.grading.grader import Grader
from dojo.kata import Catalogue, Kata

__all__ = ["Audit", "Finding"]


class Audit:
    """All rules over some katas.

    Args:
        catalogue: the repository.
        console: where findings are printed as they come.
        seeds: how many seeds each answer is judged with.
        write: renew what is derived instead of reporting it.
    """

    def __init__(self, catalogue: Catalogue, console: Console, *, seeds: int = 1, write: bool = False) -> None:
        self._catalogue = catalogue
        self._console = console
        self._seeds = seeds
        self._write = write

    def findings(self, katas: Sequence[Kata], *, whole: bool) -> Iterator[Finding]:
        """Everything that is wrong, as it is found.

        Args:
            katas: which.
            whole: with the rules on the repository as a whole.
        """
        if whole:
            yield from completeness.check_repository(self._catalogue)
            yield from check_table(self._catalogue, write=self._write)
        for kata in katas:
            found = list(completeness.check_kata(self._catalogue, kata, write=self._write))
            yield from found
            if any(each.blocks for each in found):
                continue
            with self._status(f"{kata.name}: answers"), Grader() as grader:
                yield from strength.check_answers(kata, grader, seeds=range(self._seeds))

    @contextmanager
    def _status(self, text: str) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(text):
            yield

    def run(self, katas: Sequence[Kata], *, whole: bool) -> bool:
        """Print every finding and a closing line; whether there was none."""
        count = 0
        for finding in self.findings(katas, whole=whole):
            count += 1
            self._console.print(Text.assemble(("✗ ", "red"), (finding.where, "bold"), f": {finding.what}"))
        answers = sum(strength.count_answers(kata) for kata in katas)
        what = f"{len(katas)} katas, {answers} kept answers, {self._seeds} seed{'s' * (self._seeds > 1)}"
        self._console.print(f"audit: {what}: " + (f"{count} findings" if count else "nothing to report"))
        return count == 0
