"""Rules on verdicts: wrong answers are rejected by a named property, right ones are accepted, with every seed."""

from __future__ import annotations

from collections.abc import Iterator
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
        submission: the answer.
        why: what is wrong with it, or how it differs from the solution.
        caught_by: the property that must reject it.
    """

    kind: Kind
    submission: Submission
    why: str = ""
    caught_by: str = ""

    def check(self, verdict: Verdict) -> Iterator[Finding]:
        """What is wrong with a verdict on it."""
        kata, seed = self.submission.kata.name, self.submission.seed
        who = f"the {self.kind} {self.submission.name}".rstrip()
        expected = EXPECTED[self.kind]
        if verdict.outcome != expected:
            reasons = self.why if self.kind == "wrong answer" else _reasons(verdict)
            yield Finding(
                kata, f"{who} is {_said(verdict.outcome)}, expected {_said(expected)} (seed {seed}): {reasons}"
            )
        elif expected == "rejected" and not any(each.name != IMPORT for each in verdict.rejections):
            yield Finding(kata, f"{who} does not even load (seed {seed}): {_reasons(verdict)}")
        elif expected == "rejected" and not any(_bare(each.name) == self.caught_by for each in verdict.rejections):
            others = ", ".join(dict.fromkeys(_bare(each.name) for each in verdict.rejections))
            yield Finding(kata, f"{who} is rejected by {others}, not by {self.caught_by!r} (seed {seed}): {self.why}")


def expectations(kata: Kata, seed: int) -> Iterator[Expectation]:
    """The stub, the solution and every kept answer of a kata."""
    solution = kata.solution.read_text(encoding="utf-8")
    yield Expectation("stub", Submission(kata, "", seed, derive(solution).encode()))
    yield Expectation("solution", Submission(kata, "", seed, solution.encode()))
    for answer in right_answers(kata):
        yield Expectation("right answer", Submission(kata, answer.name, seed, answer.text.encode()), answer.why)
    for answer in wrong_answers(kata):
        submission = Submission(kata, answer.name, seed, answer.text.encode(), first=answer.caught_by)
        yield Expectation("wrong answer", submission, answer.why, answer.caught_by)


def _bare(name: str) -> str:
    return name.partition("[")[0]


def _said(outcome: Outcome) -> str:
    return outcome.replace("_", " ")


def _reasons(verdict: Verdict) -> str:
    wrong = [each for each in verdict.properties if each.outcome not in ("accepted", "not_checked")]
    return "; ".join(f"{each.title}: {_said(each.outcome)} {each.message}".strip() for each in wrong[:3])
