"""``dojo audit``: is every kata complete, and can its tests be fooled?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from dojo.audit import completeness, strength
from dojo.audit.finding import Finding
from dojo.audit.programs import Programs
from dojo.audit.readme import check_table
from dojo.grading.batch import Batch
from dojo.kata import Catalogue, Kata, library_is_there

__all__ = ["Audit", "Finding"]


class Audit:
    """All rules over some katas.

    Args:
        catalogue: the repository.
        console: where findings are printed as they come.
        batch: how answers are judged.
        seeds: how many seeds each answer is judged with.
        write: renew what is derived instead of reporting it.
    """

    def __init__(
        self, catalogue: Catalogue, console: Console, batch: Batch, *, seeds: int = 1, write: bool = False
    ) -> None:
        self._catalogue = catalogue
        self._console = console
        self._batch = batch
        self._seeds = seeds
        self._write = write
        self.judged = 0

    def findings(self, katas: Sequence[Kata], *, whole: bool) -> Iterator[Finding]:
        """Everything that is wrong, as it is found.

        Args:
            katas: which.
            whole: with the rules on the repository as a whole.
        """
        if whole:
            yield from completeness.check_repository(self._catalogue)
        if whole or self._write:
            yield from check_table(self._catalogue, write=self._write)
        sound = []
        for kata in katas:
            found = list(completeness.check_kata(self._catalogue, kata, write=self._write))
            yield from found
            if not any(each.blocks for each in found):
                sound.append(kata)
        yield from self._strength(sound)

    def _strength(self, katas: Sequence[Kata]) -> Iterator[Finding]:
        """Judge every kept answer; those of katas on one library stand together, since a process loads it once."""
        katas = sorted(katas, key=lambda kata: kata.library)
        expected = [each for kata in katas for seed in range(self._seeds) for each in strength.expectations(kata, seed)]
        verdicts = self._batch.verdicts(each.submission for each in expected)
        programs = Programs()
        with self._progress(len(expected)) as advance:
            for each, verdict in zip(expected, verdicts, strict=True):
                self.judged += 1
                advance(each.submission.kata.name)
                yield from each.check(verdict)
                if each.kind == "wrong answer" and verdict.rejections:
                    content = each.submission.content or b""
                    yield from programs.check(each.submission.kata, content, verdict.rejections[0])

    @contextmanager
    def _progress(self, total: int) -> Iterator[Callable[[str], None]]:
        if not self._console.is_terminal:
            yield lambda _name: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("answers", total=total)
            yield lambda name: progress.update(task, advance=1, description=name)

    def run(self, katas: Sequence[Kata], *, whole: bool) -> bool:
        """Print every finding and a closing line; whether there was none.

        Katas whose library is not installed are left out, and named.
        """
        left_out = [kata for kata in katas if not library_is_there(kata)]
        katas = [kata for kata in katas if kata not in left_out]
        count = 0
        for finding in self.findings(katas, whole=whole):
            count += 1
            self._console.print(Text.assemble(("✗ ", "red"), (finding.where, "bold"), f": {finding.what}"))
        what = f"{len(katas)} katas, {self.judged} verdicts, {self._seeds} seed{'s' * (self._seeds > 1)}"
        self._console.print(f"audit: {what}: " + (f"{count} findings" if count else "nothing to report"))
        for library in dict.fromkeys(kata.library for kata in left_out):
            names = ", ".join(kata.name for kata in left_out if kata.library == library)
            self._console.print(Text(f"not audited, {library} is not installed: {names}", "yellow"))
        return count == 0
