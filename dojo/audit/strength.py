"""Rules on verdicts: wrong answers are rejected by a named property, right ones are accepted, with every seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dojo.answers import right_answers, wrong_answers
from dojo.audit.finding import Finding
from dojo.grading.submission import Submission
from dojo.grading.verdict import IMPORT, Outcome, Verdict
from dojo.kata import Kata
from dojo.stub import derive

Kind = Literal["stub", "solution", "right answer", "wrong answer"]
EXPECTED: dict[Kind, Outcome] = {
    "stub": "not_attempted",
    "solution": "accepted",
    "right answer": "accepted",
    "wrong answer": "rejected",
}


@dataclass(frozen=True)
class Expectation:
    """An answer whose verdict is known beforehand.

    Attributes:
        kind: what it is.
        kata: what it answers.
        text: the answer.
        name: what it is called among the answers of its kind.
        why: what is wrong with it, or how it differs from the solution.
        caught_by: the property that must reject it.
    """

    kind: Kind
    kata: Kata
    text: str
    name: str = ""
    why: str = ""
    caught_by: str = ""

    def submission(self, seed: int) -> Submission:
        """The answer as it is judged with a seed."""
        return Submission(self.kata, self.name, seed, self.text.encode(), first=self.caught_by)

    def check(self, verdicts: Sequence[Verdict]) -> Iterator[Finding]:
        """What is wrong with the verdicts on it, one for each seed; what is wrong with several is told once."""
        told: dict[str, list[Verdict]] = {}
        for verdict in verdicts:
            if problem := self._problem(verdict):
                told.setdefault(problem, []).append(verdict)
        for problem, of in told.items():
            reasons = self.why if self.kind == "wrong answer" and "load" not in problem else _reasons(of[0])
            yield Finding(self.kata.name, f"{problem} ({seeds_said(of, len(verdicts))}): {reasons}")

    def fulfilled(self, verdicts: Sequence[Verdict]) -> bool:
        """Whether each seed gives the outcome that it must have."""
        return all(verdict.outcome == EXPECTED[self.kind] for verdict in verdicts)

    def _problem(self, verdict: Verdict) -> str:
        who = f"the {self.kind} {self.name}".rstrip()
        expected = EXPECTED[self.kind]
        if verdict.outcome != expected:
            return f"{who} is {_said(verdict.outcome)}, expected {_said(expected)}"
        if expected != "rejected":
            return ""
        names = list(dict.fromkeys(bare(each.name) for each in verdict.rejections))
        if names == [IMPORT]:
            return f"{who} does not even load"
        return "" if self.caught_by in names else f"{who} is rejected by {', '.join(names)}, not by {self.caught_by!r}"


def expectations(kata: Kata) -> Iterator[Expectation]:
    """The stub, the solution and every kept answer of a kata."""
    solution = kata.solution.read_text(encoding="utf-8")
    yield Expectation("stub", kata, derive(solution))
    yield Expectation("solution", kata, solution)
    for answer in right_answers(kata):
        yield Expectation("right answer", kata, answer.text, answer.name, answer.why)
    for answer in wrong_answers(kata):
        yield Expectation("wrong answer", kata, answer.text, answer.name, answer.why, answer.caught_by)


def seeds_said(verdicts: Sequence[Verdict], asked: int) -> str:
    """The seeds of some verdicts, in words.

    Args:
        verdicts: those that are told of.
        asked: how many seeds there were in all.
    """
    seeds = [str(verdict.seed) for verdict in verdicts]
    if asked > 1 and len(seeds) == asked:
        return f"with each of {asked} seeds"
    return f"seed{'s' * (len(seeds) > 1)} {', '.join(seeds)}"


def bare(name: str) -> str:
    """The name of a property without its parameters."""
    return name.partition("[")[0]


def _said(outcome: Outcome) -> str:
    return outcome.replace("_", " ")


def _reasons(verdict: Verdict) -> str:
    wrong = [each for each in verdict.properties if each.outcome not in ("accepted", "not_checked")]
    return "; ".join(f"{each.title}: {_said(each.outcome)} {each.message}".strip() for each in wrong[:3])
