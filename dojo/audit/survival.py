"""Rules on mutants: every one is rejected with every seed, or listed as equivalent and accepted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dojo.audit.equivalents import Equivalent, equivalents
from dojo.audit.finding import Finding
from dojo.audit.mutants import Mutant, mutants
from dojo.audit.strength import bare, seeds_said
from dojo.audit.tally import Tally
from dojo.grading.submission import Submission
from dojo.grading.verdict import Verdict
from dojo.kata import Kata


@dataclass
class Population:
    """The mutants of a kata and what is listed as equivalent among them.

    Attributes:
        kata: whose solution they are made of.
        mutants: all of them.
        listed: what is listed, by its meaning.
        lost: what is listed and does not arise.
    """

    kata: Kata
    mutants: list[Mutant]
    listed: dict[str, Equivalent]
    lost: list[Equivalent] = field(default_factory=list)

    @classmethod
    def of(cls, kata: Kata) -> Population:
        """The mutants of the solution.

        Raises:
            KataFormatError: the list of equivalent ones can't be read.
        """
        found, listed = mutants(kata.solution.read_text(encoding="utf-8")), equivalents(kata)
        meanings = {mutant.meaning for mutant in found}
        lost = [each for each in listed if each.meaning not in meanings]
        return cls(kata, found, {each.meaning: each for each in listed if each not in lost}, lost)

    def unfounded(self) -> Iterator[Finding]:
        """Entries of the list for which there is no mutant."""
        for each in self.lost:
            why = each.problem or "no operator makes this change"
            yield Finding(self.kata.name, f"the equivalent mutant {each.name} does not arise any more: {why}")

    def check(self, mutant: Mutant, verdicts: Sequence[Verdict], tally: Tally) -> Iterator[Finding]:
        """Count a mutant, and say what is wrong with the verdicts on it."""
        survived = [verdict for verdict in verdicts if verdict.outcome == "accepted"]
        rejected = [verdict for verdict in verdicts if verdict.outcome not in ("accepted", "fault")]
        faults = [verdict for verdict in verdicts if verdict.outcome == "fault"]
        equivalent = self.listed.get(mutant.meaning)
        diff = textwrap.indent(mutant.diff, "    ")
        if faults:
            said = "; ".join(each.message for each in faults[0].properties if each.outcome == "fault")
            yield Finding(self.kata.name, f"the mutant {mutant.name} ends in a fault: {said}\n{diff}")
        elif equivalent is not None and rejected:
            names = ", ".join(dict.fromkeys(bare(each.name) for each in rejected[0].rejections)) or "the stub's rule"
            where = seeds_said(rejected, len(verdicts))
            said = f"the equivalent mutant {equivalent.name} is rejected by {names} ({where}); it is listed since: "
            yield Finding(self.kata.name, f"{said}{equivalent.why}\n{diff}")
        if equivalent is not None and not rejected:
            tally.mutants_equivalent = (tally.mutants_equivalent or 0) + 1
        elif survived or faults:
            tally.mutants_survived = (tally.mutants_survived or 0) + 1
            if equivalent is None and survived:
                where = seeds_said(survived, len(verdicts))
                yield Finding(self.kata.name, f"the mutant {mutant.name} survives ({where}):\n{diff}")
        else:
            tally.mutants_killed = (tally.mutants_killed or 0) + 1


class Killers:
    """Names the property that a mutant is judged by first: the one that has rejected the mutant before it.

    Mutants come in the order of their lines, and what is near is rejected by the same property as a rule.
    """

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def first(self, submission: Submission) -> str:
        """The property to begin with."""
        return self._last.get(submission.kata.name, "")

    def learn(self, verdict: Verdict) -> None:
        """Take note of what has rejected an answer."""
        if verdict.rejections:
            self._last[verdict.kata] = bare(verdict.rejections[-1].name)
