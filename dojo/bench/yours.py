"""Whether the learner's answer takes part: only one that is begun and right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dojo.catalogue import Catalogue
from dojo.kata import Kata
from dojo.practice.begun import begun
from dojo.practice.files import read_bytes


def find(catalogue: Catalogue, kata: Kata, tell: Callable[[str], None] = lambda _text: None) -> tuple[Path | None, str]:
    """The file of the learner's answer, or None and why it is left out.

    It is checked first, as ``dojo check`` does it: the time of a wrong answer says nothing.
    """
    if kata not in begun(catalogue):
        return None, f"{kata.stub.relative_to(kata.root)} is not begun, so your answer is left out."
    from dojo.grading.grader import Grader
    from dojo.sandbox.box import Boxes

    tell(f"checking {kata.name}")
    boxes = Boxes(isolation="process")  # one's own code
    boxes.of(kata.library, kata.header.openings).start()
    with Grader(boxes, own=True) as grader:
        verdict = grader.grade(kata, read_bytes(kata.stub), submission=str(kata.stub.relative_to(kata.root)))
    if verdict.outcome == "accepted":
        return kata.stub, ""
    outcome = verdict.outcome.replace("_", " ")
    return None, f"Your answer is left out: {outcome}. `dojo check {kata.short_name}` says why."
