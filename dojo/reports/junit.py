"""Verdicts as JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from dojo.grading.verdict import Verdict
from dojo.reports.document import Document
from dojo.reports.explanation import explanation


class JUnit(Document):
    """A suite per answer, a case per property. A fault is an error, not a failure."""

    def text(self, verdicts: Sequence[Verdict], problem: str) -> str:
        """The XML."""
        return junit(verdicts)


def junit(verdicts: Sequence[Verdict]) -> str:
    """The XML of some verdicts."""
    from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

    report = JUnitXml()
    for verdict in verdicts:
        suite = TestSuite(_printable(verdict.submission or verdict.kata))
        suite.add_property("kata", verdict.kata)
        suite.add_property("outcome", verdict.outcome)
        suite.add_property("seed", str(verdict.seed))
        for property_ in verdict.properties:
            case = TestCase(property_.name, classname=verdict.kata, time=property_.seconds)
            text = _printable(explanation(property_))
            if property_.outcome == "rejected":
                case.result = [Failure(_first_line(text), "rejected")]
                case.result[0].text = text
            elif property_.outcome == "fault":
                case.result = [Error(_first_line(text), "fault")]
            elif property_.outcome != "accepted":
                case.result = [Skipped(_first_line(text) or property_.outcome)]
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
