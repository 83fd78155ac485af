"""Verdicts as a person, a program, a CI server or Gradescope reads them.

A report is a class that is made of an open file and takes ``expect(total)``, ``add(verdict)`` and ``close(problem)``.
"""

from __future__ import annotations

FORMATS = {
    "text": "dojo.reports.lines:Lines",
    "jsonl": "dojo.reports.jsonl:JsonLines",
    "junit": "dojo.reports.junit:JUnit",
    "gradescope": "dojo.reports.gradescope:Gradescope",
}
"""Where each format's class is; named and not imported, since the command line asks for the names alone."""
