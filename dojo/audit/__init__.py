"""``dojo audit``: is every kata complete, and can its tests be fooled?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dojo.audit import completeness, strength
from dojo.audit.cache import Cache
from dojo.audit.digest import audit_digest
from dojo.audit.finding import Finding
from dojo.audit.judge import Judge
from dojo.audit.matrix import Answer, KataMatrix
from dojo.audit.programs import Programs
from dojo.audit.readme import check_table
from dojo.audit.survival import Killers, Population
from dojo.audit.tally import Tally
from dojo.catalogue import Catalogue
from dojo.errors import KataFormatError
from dojo.grading.batch import Batch
from dojo.grading.submission import Submission
from dojo.grading.verdict import Verdict
from dojo.kata import Kata

__all__ = ["Audit", "Finding"]

CALL = 2.0
"""Seconds of processor time for one call of a mutant: many never end, and no reference takes a fifth of that."""


class Audit:
    """All rules over some katas.

    Args:
        catalogue: the repository.
        console: where progress is drawn.
        batch: how answers are judged.
        seeds: how many seeds each answer is judged with, from 0 on.
        write: renew what is derived instead of reporting it.
        cache: what earlier runs have found out; by default nothing is known.
        with_mutants: judge every small change of the solutions as well.
        with_matrix: find out for each wrong answer, and each mutant, which properties reject it.

    Attributes:
        tallies: what was counted, by the name of the kata.
        matrices: which property rejects what, likewise; empty unless it was asked for.
        judge: who judges, with its counts.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        console: Console,
        batch: Batch,
        *,
        seeds: int = 1,
        write: bool = False,
        cache: Cache | None = None,
        with_mutants: bool = False,
        with_matrix: bool = False,
    ) -> None:
        self._catalogue = catalogue
        self._console = console
        self._seeds = range(seeds)
        self._write = write
        self._programs = Programs()
        self._with_mutants = with_mutants
        self._with_matrix = with_matrix
        self.judge = Judge(batch, cache or Cache(None))
        self.tallies: dict[str, Tally] = {}
        self.matrices: dict[str, KataMatrix] = {}

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
            self.tallies[kata.name] = Tally(kata.name)
            found = self._completeness(kata)
            yield from found
            if not any(each.blocks for each in found):
                sound.append(kata)
        sound.sort(key=lambda kata: kata.library)  # those on one library stand together: a process loads it once
        yield from self._strength(sound)
        self._whole_verdicts(sound)
        if self._with_mutants:
            yield from self._survival(sound)

    def _completeness(self, kata: Kata) -> list[Finding]:
        """A kata that was complete is so until one of its files changes: its examples are not run again."""
        files = [*completeness.files_of(kata), self._catalogue.root / "pyproject.toml"]
        contents = [path.read_bytes().hex() if path.is_file() else "" for path in files]
        key = ("complete", kata.name, self.judge.digest(kata), audit_digest(), *contents)
        known = self.judge.cache.get(*key)
        if known is None:
            found = list(completeness.check_kata(self._catalogue, kata, write=self._write))
            count = 0 if any(each.blocks for each in found) else len(completeness.property_names(kata))
            if not found and not self._write:
                self.judge.cache.put(msgspec.json.encode(count), *key)
        else:
            found, count = [], msgspec.json.decode(known, type=int)
        self.tallies[kata.name].properties = count
        return found

    def _strength(self, katas: Sequence[Kata]) -> Iterator[Finding]:
        """Judge every kept answer."""
        expected = [each for kata in katas for each in strength.expectations(kata)]
        verdicts = self.judge.verdicts([each.submission(seed) for each in expected for seed in self._seeds])
        with self._progress("answers", len(expected)) as advance:
            for each in expected:
                found = [next(verdicts) for _ in self._seeds]
                advance(each.kata.name)
                self._count(each, found)
                yield from each.check(found)
                yield from self._check_program(each, found)
        next(verdicts, None)

    def _count(self, each: strength.Expectation, verdicts: Sequence[Verdict]) -> None:
        tally, good = self.tallies[each.kata.name], each.fulfilled(verdicts)
        if each.kind == "wrong answer":
            tally.wrong_kept += 1
            tally.wrong_killed += good
        elif each.kind != "stub":
            tally.right_kept += 1
            tally.right_accepted += good
        if each.kind == "solution":
            tally.seconds = verdicts[0].seconds

    def _check_program(self, each: strength.Expectation, verdicts: Sequence[Verdict]) -> Iterator[Finding]:
        """The programs of the first rejections, which are the same at every run."""
        if each.kind != "wrong answer" or not verdicts[0].rejections:
            return
        rejection = verdicts[0].rejections[0]
        code = rejection.counterexample.code if rejection.counterexample else ""
        if not self._programs.is_new(each.kata, rejection):
            return
        key = ("program", self.judge.digest(each.kata), audit_digest(), each.text, code)
        if self.judge.cache.get(*key) is None:
            found = list(self._programs.check(each.kata, each.text.encode(), rejection))
            yield from found
            if not found:
                self.judge.cache.put(b"runs", *key)

    def _whole_verdicts(self, katas: Sequence[Kata]) -> None:
        """The smallest inputs of all wrong answers, where the matrix is asked for, or where they are known."""
        wrong = [each for kata in katas for each in strength.expectations(kata) if each.kind == "wrong answer"]
        submissions = [each.submission(self._seeds[0]) for each in wrong]
        if self._with_matrix:
            verdicts: Iterator[Verdict | None] = self.judge.verdicts(submissions, whole=True)
            self.matrices = {kata.name: KataMatrix(kata.name, completeness.property_names(kata)) for kata in katas}
        else:
            verdicts = map(self.judge.whole_if_known, submissions)
        sizes: dict[str, list[int]] = {}
        missing = set()
        with self._progress("smallest inputs", len(wrong)) as advance:
            for each, verdict in zip(wrong, verdicts, strict=True):
                advance(each.kata.name)
                if verdict is None:
                    missing.add(each.kata.name)
                    continue
                found = [rejection.counterexample for rejection in verdict.rejections]
                sizes.setdefault(each.kata.name, []).extend(len(each_.input) for each_ in found if each_)
                if self._with_matrix:
                    self.matrices[each.kata.name].wrong.append(Answer.of(each.name, each.why, verdict))
        for name in sizes.keys() - missing:
            self.tallies[name].largest_input = max(sizes[name], default=None)

    def _survival(self, katas: Sequence[Kata]) -> Iterator[Finding]:
        """Judge every mutant."""
        populations = []
        for kata in katas:
            tally = self.tallies[kata.name]
            tally.mutants_killed = tally.mutants_equivalent = tally.mutants_survived = 0
            try:
                populations.append(Population.of(kata))
            except KataFormatError as error:
                yield Finding(kata.name, f"{error} {error.way_out}")
        for population in populations:
            yield from population.unfounded()
        pairs = [(population, mutant) for population in populations for mutant in population.mutants]
        submissions = [
            Submission(population.kata, mutant.name, seed, mutant.text.encode(), every=self._with_matrix and not number)
            for population, mutant in pairs
            for number, seed in enumerate(self._seeds)
        ]
        killers = Killers()
        verdicts = self.judge.verdicts(submissions, call=CALL, first=killers.first)
        with self._progress("mutants", len(pairs)) as advance:
            for population, mutant in pairs:
                found = []
                for _ in self._seeds:
                    verdict = next(verdicts)
                    killers.learn(verdict)
                    found.append(verdict)
                advance(population.kata.name)
                yield from population.check(mutant, found, self.tallies[population.kata.name])
                if self._with_matrix:
                    why = population.listed[mutant.meaning].why if mutant.meaning in population.listed else ""
                    row = Answer.of(mutant.name, why, found[0], diff=mutant.diff)
                    self.matrices[population.kata.name].mutants.append(row)

    @contextmanager
    def _progress(self, what: str, total: int) -> Iterator[Callable[[str], None]]:
        if not self._console.is_terminal:
            yield lambda _name: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(what, total=total)
            yield lambda name: progress.update(task, advance=1, description=name)
