"""Verdicts as Gradescope's results.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dojo.grading.verdict import Verdict
from dojo.reports.document import Document
from dojo.reports.explanation import explanation

FULL_SCORE = 100.0


class Gradescope(Document):
    """One results.json, also where nothing could be judged: Gradescope shows a student nothing else."""

    def text(self, verdicts: Sequence[Verdict], problem: str) -> str:
        """The JSON."""
        return gradescope(verdicts, problem=problem)

    def close(self, problem: str = "") -> None:
        """Write the report for good."""
        self._write(problem)


def gradescope(verdicts: Sequence[Verdict], *, problem: str = "") -> str:
    """Gradescope's results.json: a test per property, points by weight, the counterexample as its text.

    Args:
        verdicts: what was judged, perhaps nothing.
        problem: why no more was judged, in words for the student and the teacher.

    A fault gives the answer no points and says that it must be graded again: it is not the student's.
    """
    tests: list[dict[str, Any]] = []
    for verdict in verdicts:
        checked = [property_ for property_ in verdict.properties if property_.outcome != "not_checked"]
        total = sum(property_.weight for property_ in checked) or 1.0
        for property_ in checked:
            points = FULL_SCORE / len(verdicts) * property_.weight / total
            held = property_.outcome == "accepted"
            text = explanation(property_)
            if property_.outcome == "fault":
                text = f"The grader failed, not this answer; it must be graded again.\n{text}"
            tests.append(
                {
                    "name": property_.title if len(verdicts) == 1 else f"{verdict.submission}: {property_.title}",
                    "score": round(points if held else 0.0, 4),
                    "max_score": round(points, 4),
                    "status": "passed" if held else "failed",
                    "output": text,
                    "output_format": "text",
                }
            )
    score = FULL_SCORE * sum(verdict.score for verdict in verdicts) / (len(verdicts) or 1)
    report: dict[str, Any] = {"score": round(score, 4), "tests": tests}
    if problem or not verdicts:
        report["output"] = problem or "Nothing was judged."
        report["output_format"] = "text"
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
