"""Opening a stub where the learner writes."""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import subprocess
from pathlib import Path

from dojo.errors import DojoError
from dojo.kata import Kata

GOES_TO_LINE = {"code": "{path}:{line}", "codium": "{path}:{line}", "subl": "{path}:{line}", "hx": "{path}:{line}"}
"""How editors are told a line; all others that are known take ``+line path``."""


def first_body(kata: Kata) -> int:
    """The line of the first ``raise NotImplementedError`` of a stub, counted from 1; 1 where there is none."""
    try:
        tree = ast.parse(kata.stub.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return 1
    unfinished = (
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
    )
    return min(unfinished, default=1)


def editor_command(path: Path, line: int) -> list[str]:
    """The command that opens a file at a line: ``$VISUAL``, ``$EDITOR``, VS Code, vim or vi, the first that is there.

    Raises:
        DojoError: there is none.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    try:
        candidates = [shlex.split(named)] if named else [["code", "--wait"], ["vim"], ["vi"]]
    except ValueError as error:  # a quotation that does not end
        raise DojoError(f"The editor {named!r} is no command: {error}.", "Set EDITOR to one.") from None
    found = next((words for words in candidates if words and shutil.which(words[0])), None)
    if found is None:
        what = f"The editor {named!r} is not there." if named else "There is no editor."
        raise DojoError(what, f"Set EDITOR to one; the file is {path}.")
    name = Path(found[0]).name
    if name in GOES_TO_LINE:
        goto = ["--goto"] if name in ("code", "codium") else []
        return [*found, *goto, GOES_TO_LINE[name].format(path=path, line=line)]
    if name in ("vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "kak", "joe"):
        return [*found, f"+{line}", str(path)]
    return [*found, str(path)]


def open_in_editor(kata: Kata) -> None:
    """Open a stub at its first body that is not written, and wait until the editor ends.

    Raises:
        DojoError: there is no editor, or no stub.
    """
    if not kata.stub.exists():
        raise DojoError(f"There is no {kata.stub}.", f"`dojo reset {kata.short_name}` writes the stub.")
    subprocess.run(editor_command(kata.stub, first_body(kata)), check=False)
