"""``dojo tour``: one kata, a wrong answer and the reference, graded for real."""

from __future__ import annotations

import difflib
import sys

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from dojo.answers import KeptAnswer, wrong_answers
from dojo.catalogue import Catalogue
from dojo.errors import GraderFault
from dojo.grading.grader import Grader
from dojo.kata import Kata
from dojo.reports.text import render
from dojo.sandbox.box import Boxes
from dojo.terminal import theme
from dojo.terminal.prompt import show

KATA = "arrays/merge_sorted_array"
WRONG = "stops_when_nums1_runs_out"


def _difference(kata: Kata, answer: KeptAnswer) -> str:
    """The lines that differ, marked with - and +."""
    lines = difflib.ndiff(kata.solution.read_text(encoding="utf-8").splitlines(), answer.text.splitlines())
    return "\n".join(line for line in lines if line.startswith(("- ", "+ ")))


def tour(console: Console, catalogue: Catalogue) -> None:
    """Show the kata, reject the wrong answer, accept the reference.

    Raises:
        GraderFault: one of the two verdicts is not what it must be.
    """
    kata = catalogue.find(KATA)
    wrong = next(answer for answer in wrong_answers(kata) if answer.name == WRONG)
    with Grader(Boxes(isolation="process")) as grader:
        console.print(Rule("1. A kata is a prompt and a stub"))
        show(console, kata)
        _pause(console)
        console.print(Rule("2. A wrong answer meets the smallest input on which it is wrong"))
        console.print(Text(f"This one differs from the reference in a line, so that {wrong.why}:"))
        console.print(
            Padding(Syntax(_difference(kata, wrong), "diff", theme=theme.CODE, background_color="default"), (1, 4))
        )
        first = grader.grade(kata, wrong.text.encode(), submission=f"{wrong.name}.py")
        render(console, first)
        _pause(console)
        console.print(Rule("3. The reference is judged by the same properties"))
        second = grader.grade(kata, kata.solution.read_bytes(), submission="solution.py")
        render(console, second)
    if (first.outcome, second.outcome) != ("rejected", "accepted"):
        raise GraderFault(f"the tour saw {first.outcome} and {second.outcome} instead of rejected and accepted")
    console.print()
    console.print(Rule("Your turn"))
    path = str(kata.stub.relative_to(kata.root))
    console.print(Text.assemble("Write your answer in ", (path, "bold"), ", then run:"))
    console.print(Text(f"  dojo check {kata.short_name}", "bold"), soft_wrap=True)


def _pause(console: Console) -> None:
    """Let a reader finish; where nobody sits before a terminal there is nothing to wait for."""
    if console.is_terminal and sys.stdin is not None and sys.stdin.isatty():
        console.print(Text("Enter goes on.", "dim"), end="")
        sys.stdin.readline()
    console.print()
