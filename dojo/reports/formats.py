"""Verdicts for programs: JSON lines, JUnit XML, and Gradescope's results.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from dojo.grading.verdict import PropertyVerdict, Verdict

FULL_SCORE = 100.0


def jsonl(verdicts: Sequence[Verdict]) -> str:
    """A line per verdict; its keys are those of :class:`~dojo.grading.verdict.Verdict`."""
    return "".join(verdict.as_json() + "\n" for verdict in verdicts)


def explanation(verdict: PropertyVerdict) -> str:
    """Why a property does not hold, with the input that shows it and code to run."""
    parts = [verdict.message]
    found = verdict.counterexample
    if found is not None:
        for name, text in (
            ("smallest input", found.input),
            ("expected", found.expected),
            ("got", found.got),
            ("raised at", found.traceback),
            ("printed", found.printed),
            ("to see it", found.code),
        ):
            if text.strip():
                parts.append(f"{name}:\n{text.rstrip()}")
    return "\n\n".join(part for part in parts if part)


def junit(verdicts: Sequence[Verdict]) -> str:
    """JUnit XML: a suite per answer, a case per property. A fault is an error, not a failure."""
    from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

    report = JUnitXml()
    for verdict in verdicts:
        suite = TestSuite(_printable(verdict.submission or verdict.kata))
        suite.add_property("kata", verdict.kata)
        suite.add_property("outcome", verdict.outcome)
        suite.add_property("seed", str(verdict.seed))
        for each in verdict.properties:
            case = TestCase(each.name, classname=verdict.kata, time=each.seconds)
            text = _printable(explanation(each))
            if each.outcome == "rejected":
                case.result = [Failure(_first_line(text), "rejected")]
                case.result[0].text = text
            elif each.outcome == "fault":
                case.result = [Error(_first_line(text), "fault")]
            elif each.outcome != "accepted":
                case.result = [Skipped(_first_line(text) or each.outcome)]
            suite.add_testcase(case)
        report.add_testsuite(suite)
    buffer = BytesIO()
    report.write(buffer, pretty=True)
    return buffer.getvalue().decode()


def _printable(text: str) -> str:
    """The text without characters that XML does not know."""
    return "".join(character if character.isprintable() or character in "\n\t" else "?" for character in text)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def gradescope(verdicts: Sequence[Verdict], *, problem: str = "") -> str:
    """Gradescope's results.json: a test per property, points by weight, the counterexample as its text.

    Args:
        verdicts: what was judged, perhaps nothing.
        problem: why no more was judged, in words for the student and the teacher.

    A fault gives the answer no points and says that it must be graded again: it is not the student's.
    """
    tests: list[dict[str, Any]] = []
    for verdict in verdicts:
        checked = [each for each in verdict.properties if each.outcome != "not_checked"]
        total = sum(each.weight for each in checked) or 1.0
        for each in checked:
            points = FULL_SCORE / len(verdicts) * each.weight / total
            held = each.outcome == "accepted"
            text = explanation(each)
            if each.outcome == "fault":
                text = f"The grader failed, not this answer; it must be graded again.\n{text}"
            tests.append(
                {
                    "name": each.title if len(verdicts) == 1 else f"{verdict.submission}: {each.title}",
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
