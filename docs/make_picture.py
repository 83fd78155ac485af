# ruff: noqa: INP001  # a script, no package
"""Make docs/verdict.svg: a wrong answer, judged for real, as a terminal shows it.

Run it from a clone: ``python docs/make_picture.py``.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from dojo import Boxes, Catalogue, Grader
from dojo.answers import wrong_answers
from dojo.reports.text import render

KATA, WRONG, SEED, WIDTH = "merge_sorted_array", "stops_when_nums1_runs_out", 7, 92
FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""The page's own fonts do: nothing is fetched from elsewhere."""


def main() -> None:
    """Judge and draw."""
    root = Path(__file__).resolve().parent.parent
    kata = Catalogue(root).find(KATA)
    wrong = next(answer for answer in wrong_answers(kata) if answer.name == WRONG)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print("[bold]$ dojo check merge_sorted_array[/bold]")
    with Grader(Boxes(isolation="process")) as grader:
        render(console, grader.grade(kata, wrong.text.encode(), seed=SEED))
    svg = FONT.sub("", console.export_svg(title="dojo", theme=MONOKAI, unique_id="verdict"))
    text = "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
    (root / "docs" / "verdict.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
