"""A verdict in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from dojo.grading.verdict import IMPORT, Counterexample, Outcome, PropertyVerdict, Verdict
from dojo.terminal import theme

SIGNS: dict[Outcome, tuple[str, str]] = {
    "accepted": ("✓", "green"),
    "rejected": ("✗", "bold red"),
    "not_attempted": ("·", "dim"),
    "not_checked": ("?", "yellow"),
    "fault": ("!", "bold magenta"),
}
WORDS: dict[Outcome, str] = {
    "accepted": "accepted",
    "rejected": "rejected",
    "not_attempted": "not attempted",
    "not_checked": "not checked",
    "fault": "fault of the grader",
}
INDENT = 4
GPU = "GPU not checked"
AS_A_PROGRAM = "The same as a program, to be run in the repository's root:"


def headline(verdict: Verdict) -> Text:
    """One line: what, outcome, how long, and the seed that repeats it."""
    sign, style = SIGNS[verdict.outcome]
    text = Text.assemble((f"{sign} {verdict.kata}", "bold"), "  ", (WORDS[verdict.outcome], style))
    text.append(f"  {verdict.seconds:.1f} s, seed {verdict.seed}", "dim")
    return text


def property_line(verdict: PropertyVerdict) -> Text:
    """One line for a property, with the reason where it was not checked."""
    sign, style = SIGNS[verdict.outcome]
    text = Text.assemble("  ", (sign, style), " ", (verdict.title, "" if verdict.outcome != "not_attempted" else "dim"))
    if verdict.outcome == "accepted" and verdict.examples > 1:
        text.append(f"  {verdict.examples} inputs", "dim")
    elif verdict.outcome in ("not_checked", "fault"):
        text.append(f"  {verdict.message}", "yellow")
    return text


def _cases(properties: Sequence[PropertyVerdict]) -> list[list[PropertyVerdict]]:
    """The properties in order, with those together that hold for several parameters one after another."""
    groups: list[list[PropertyVerdict]] = []
    for property_ in properties:
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and last.outcome == property_.outcome == "accepted"
            and last.bare_title == property_.bare_title
        ):
            groups[-1].append(property_)
        else:
            groups.append([property_])
    return groups


def _cases_line(alike: Sequence[PropertyVerdict]) -> Text:
    sign, style = SIGNS["accepted"]
    return Text.assemble("  ", (sign, style), " ", alike[0].bare_title, (f"  {len(alike)} cases", "dim"))


def render(console: Console, verdict: Verdict, *, full: bool = False, code: bool = True) -> None:
    """Print a verdict: every property by name, and the smallest input of the first that does not hold.

    Args:
        console: where to.
        verdict: what to print.
        full: the input of every property that does not hold.
        code: with plain Python that reproduces it.
    """
    console.print(headline(verdict))
    shown = [property_ for property_ in verdict.properties if property_.name != IMPORT and not _needs_cuda(property_)]
    for alike in _cases(shown):
        property_ = alike[0]
        console.print(property_line(property_) if len(alike) == 1 else _cases_line(alike))
        if property_.outcome == "rejected" and property_ is not _shown_whole(verdict) and not full:
            console.print(Padding(Text(shortened(property_.message), "dim"), (0, 0, 0, INDENT + 2)))
    on_cuda = sum(map(_needs_cuda, verdict.properties))
    if on_cuda:
        text = f"  ? {GPU}: {on_cuda} properties need one (`pytest -m gpu` on a machine that has CUDA)"
        console.print(Text(text, "yellow"))
    for property_ in verdict.rejections:
        if full or property_ is _shown_whole(verdict):
            console.print()
            console.print(rejection(property_))
            if code and property_.counterexample is not None and property_.counterexample.code:
                console.print(Padding(Text(f"\n{AS_A_PROGRAM}\n", "dim"), (0, 0, 0, INDENT)))
                console.print(_highlighted(property_.counterexample.code), soft_wrap=True)  # as it is, to be pasted


def _needs_cuda(verdict: PropertyVerdict) -> bool:
    return verdict.outcome == "not_checked" and verdict.message.startswith(GPU)


def _shown_whole(verdict: Verdict) -> PropertyVerdict | None:
    """The one rejected property that is shown with its input: the first that has a counterexample."""
    return next(
        (property_ for property_ in verdict.rejections if property_.counterexample),
        next(iter(verdict.rejections), None),
    )


def shortened(message: str) -> str:
    """The first line of a message, cut where it is long."""
    first = message.strip().partition("\n")[0]
    return first if len(first) <= 300 else first[:300] + " ..."


def _highlighted(code: str) -> Text:
    return Syntax("", "python", theme=theme.CODE, background_color="default").highlight(code)


def rejection(verdict: PropertyVerdict) -> RenderableType:
    """Why a property does not hold: message, input, expected and got."""
    parts: list[RenderableType] = [Text.assemble(("✗ ", "bold red"), (verdict.title, "bold"))]
    parts.append(Padding(Text(verdict.message), (0, 0, 0, INDENT)))
    if verdict.counterexample is not None:
        parts += _counterexample(verdict.counterexample)
    return Group(*parts)


def _counterexample(found: Counterexample) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = [("smallest input", found.input), ("expected", found.expected), ("got", found.got)]
    for name, value in rows:
        if value:
            style = {"expected": "green", "got": "red"}.get(name, "")
            table.add_row(name, Text(value, style))
    parts: list[RenderableType] = [Text(), Padding(table, (0, 0, 0, INDENT))] if found.input or found.got else []
    for name, block in (("raised at", found.traceback), ("printed", _tail(found.printed))):
        if block.strip():
            text = Text.assemble((f"{name}\n", "bold"), textwrap.dedent(block).rstrip())
            parts += [Text(), Padding(text, (0, 0, 0, INDENT))]
    return parts


def _tail(text: str, lines: int = 10) -> str:
    """The last lines of what was printed."""
    kept = text.rstrip("\n").splitlines()
    dropped = len(kept) - lines
    return "\n".join(([f"... {dropped} lines before"] if dropped > 0 else []) + [line[:500] for line in kept[-lines:]])
