"""Why a property does not hold, as plain text."""

from __future__ import annotations

from dojo.grading.verdict import PropertyVerdict


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
