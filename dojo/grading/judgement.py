"""What is said about an answer: the words of a rejection, as text that can be shown anywhere."""

from __future__ import annotations

import ast
import sys
import traceback
import unittest
from pathlib import Path

from dojo.errors import AnswerFailure

LONGEST_MESSAGE = 2_000


def visible(text: str) -> str:
    """The text with everything that a terminal would act on made visible; line breaks and tabs stay.

    Words of an answer (what it prints, raises and returns) and names of files go through this before they enter a
    verdict: an escape sequence could repaint the screen, or fill the clipboard.

    Example:
        >>> print(visible("red \\x1b[31m, \\ud800, \\u202e"))
        red \\x1b[31m, \\ud800, \\u202e
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or character in "\n\t"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def skip_exception() -> type[BaseException]:
    """What ``pytest.skip`` raises, where a property has imported pytest."""
    return _outcome_exception("Skipped")


def fail_exception() -> type[BaseException]:
    """What ``pytest.fail`` raises, likewise."""
    return _outcome_exception("Failed")


def _outcome_exception(name: str) -> type[BaseException]:
    found = getattr(sys.modules.get("_pytest.outcomes"), name, None)
    return found if isinstance(found, type) else unittest.SkipTest


def describe(error: BaseException) -> str:
    """What went wrong, in words: the message of the assertion, or the assertion itself where it has none."""
    try:
        text = str(error).strip()
    except Exception as unsaid:  # a number of too many digits, say
        text = f"({type(unsaid).__name__} while this was put into words: {unsaid})"
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[: LONGEST_MESSAGE // 2]} ... {text[-LONGEST_MESSAGE // 2 :]}"
    text = visible(text)
    if isinstance(error, AssertionError) and not hasattr(error, "answer_traceback"):
        return text or f"this does not hold: {_failing_source(error)}"
    if isinstance(error, AnswerFailure | fail_exception()):
        return text
    name = visible(getattr(error, "answer_type", type(error).__name__))
    return f"{name}: {text}" if text else str(name)


def _failing_source(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    inner = [frame for frame in frames if "/tests/" in frame.filename.replace("\\", "/")]
    if not inner or inner[-1].lineno is None:
        return "an assertion"
    frame = inner[-1]
    tree = ast.parse(Path(frame.filename).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.lineno <= (frame.lineno or 0) <= (node.end_lineno or 0):
            return ast.unparse(node.test)
    return frame.line or "an assertion"
