"""Rules on verdicts: wrong answers are rejected by a named property, right ones are accepted, with every seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dojo.answers import right_answers, wrong_answers
from dojo.audit.finding import Finding
from dojo.grading.grader import Grader
from dojo.grading.verdict import LOADS, Verdict
from dojo.kata import Kata
from dojo.stub import derive


def count_answers(kata: Kata) -> int:
    """How many answers are kept for a kata, the solution and the stub included."""
    return 2 + len(wrong_answers(kata)) + len(right_answers(kata))


def check_answers(kata: Kata, grader: Grader, *, seeds: Sequence[int]) -> Iterator[Finding]:
    """Judge the stub, the solution, and every kept answer with each seed."""
    solution = kata.solution.read_text(encoding="utf-8")
    for seed in seeds:
        verdict = grader.grade(kata, derive(solution).encode(), seed=seed)
        if verdict.outcome != "not_attempted":
            yield Finding(
                kata.name, f"the stub is {verdict.outcome} instead of not attempted (seed {seed}): {_reasons(verdict)}"
            )
        verdict = grader.grade(kata, solution.encode(), seed=seed)
        if verdict.outcome != "accepted":
            yield Finding(kata.name, f"the solution is {verdict.outcome} (seed {seed}): {_reasons(verdict)}")
        for answer in right_answers(kata):
            verdict = grader.grade(kata, answer.text.encode(), submission=answer.name, seed=seed)
            if verdict.outcome != "accepted":
                yield Finding(
                    kata.name, f"the right answer {answer.name} is {verdict.outcome} (seed {seed}): {_reasons(verdict)}"
                )
        for answer in wrong_answers(kata):
            verdict = grader.grade(kata, answer.text.encode(), submission=answer.name, seed=seed)
            if verdict.outcome != "rejected":
                yield Finding(
                    kata.name, f"the wrong answer {answer.name} is {verdict.outcome} (seed {seed}): {answer.why}"
                )
            elif not any(each.name != LOADS for each in verdict.rejections):
                yield Finding(kata.name, f"the wrong answer {answer.name} does not even load: {_reasons(verdict)}")


def _reasons(verdict: Verdict) -> str:
    wrong = [each for each in verdict.properties if each.outcome != "accepted"]
    return "; ".join(f"{each.title}: {each.outcome} {each.message}".strip() for each in wrong[:3])
