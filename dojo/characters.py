"""Terminals and pipes that can't show every character: marks have ASCII forms, everything else is escaped."""

from __future__ import annotations

import codecs
import io
import sys

ASCII_FORMS = {
    **dict(zip("✓✗·●○•…", "+x-*.*~", strict=True)),
    **dict.fromkeys("─━═╌╍┄┅┈┉╶╴", "-"),
    **dict.fromkeys("│┃║╎╏┆┇┊┋", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰╞╡╤╧╪", "+"),
    **dict(zip("“”‘’–—−×", "\"\"''---x", strict=True)),  # noqa: RUF001
}
"""One character for one, so that columns stay where they are."""


def _ascii_form(error: UnicodeError) -> tuple[str | bytes, int]:
    """The handler of errors: what stands for the characters that an encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    shown = "".join(
        ASCII_FORMS.get(character) or character.encode("ascii", "backslashreplace").decode() for character in text
    )
    return shown, error.end


def install() -> None:
    """Let nothing that is printed fail on a character."""
    codecs.register_error("dojo", _ascii_form)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="dojo")
