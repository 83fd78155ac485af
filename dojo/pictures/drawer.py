"""Who draws a kata's calls, and the pictures of its worked example and of what an answer got wrong."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from dojo.grading.reference import Reference
from dojo.grading.trial import Failure
from dojo.grading.verdict import PropertyVerdict, Verdict
from dojo.grading.watchdog import watchdog
from dojo.kata import Kata
from dojo.pictures.case import Case, NotDrawable, example_case, failing_case
from dojo.pictures.paper import as_png, paper, short, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDEST_LINE = 88
"""Characters of a line above a picture."""
SECONDS = 60.0
"""Of processor time for one picture."""


def has_pictures(kata: Kata) -> bool:
    """Whether calls of a kata can be drawn."""
    return kata.pictures.is_file()


def drawers(kata: Kata) -> ModuleType:
    """The module that draws a kata's calls.

    Raises:
        NotDrawable: it has none.
    """
    if not has_pictures(kata):
        raise NotDrawable(f"There are no pictures of {kata.name}.", "`dojo show` tells it in words.")
    return importlib.import_module(f"tests.{kata.topic}.pictures.{kata.short_name}")


def draw_example(reference: Reference) -> bytes:
    """The PNG of a kata's worked example.

    Raises:
        NotDrawable: the kata has no pictures.
        MissingLibraryError: matplotlib is not installed.
    """
    kata = reference.kata
    module = drawers(kata)
    return drawn(kata, example_case(reference, *module.EXAMPLE), module)


def draw_failure(reference: Reference, verdict: Verdict, failures: Mapping[str, Failure]) -> tuple[bytes, str]:
    """The PNG of what an answer got wrong, and the title of the property that it shows.

    The input that is also told in words is drawn, where it can be; else the first one that can.

    Args:
        reference: of the kata.
        verdict: on the answer; a rejection.
        failures: what each property failed on, see :attr:`dojo.grading.grader.Grader.failures`.

    Raises:
        NotDrawable: no failing call can be drawn.
        MissingLibraryError: matplotlib is not installed.
    """
    kata = reference.kata
    module = drawers(kata)
    ordered = sorted(verdict.rejections, key=lambda each: each.counterexample is None)
    reasons: list[str] = []
    with watchdog(SECONDS):
        for each in ordered:
            try:
                return _of_property(reference, module, each, failures), each.title
            except NotDrawable as error:
                reasons.append(str(error))
    raise NotDrawable(reasons[0] if reasons else "there is no input that it fails on")


def _of_property(
    reference: Reference, module: ModuleType, verdict: PropertyVerdict, failures: Mapping[str, Failure]
) -> bytes:
    if verdict.name not in failures:
        raise NotDrawable("there is no input that it fails on")
    case = failing_case(reference, failures[verdict.name], verdict.title)
    return drawn(reference.kata, case, module)


def drawn(kata: Kata, case: Case, module: ModuleType) -> bytes:
    """The PNG of a call.

    Raises:
        NotDrawable: the module draws no calls of this function or probe.
    """
    drawer: Callable[[Figure, Case], str | None] | None = getattr(module, case.name, None)
    if not callable(drawer):
        raise NotDrawable(f"a call of {case.name} is told in words only")
    with paper() as figure:
        line = drawer(figure, case)
        title(figure, f"{kata.name}: {case.why or 'a worked example'}", [*([line] if line else []), *_words(case)])
        return as_png(figure)


def _words(case: Case) -> list[str]:
    """What was expected and got, a line each; what a probe reports, and arrays, are drawn only."""
    if case.got is None:
        return []
    words = {which: short(case.words(which), WIDEST_LINE) for which in ("expected", "got")}
    arrays = any("tensor(" in text or "array(" in text for text in words.values())
    if not arrays and type(case.expected.result) is not dict:
        return [f"{which}: {text}" for which, text in words.items()]
    return [f"got: {words['got']}"] if case.got.error is not None else []
