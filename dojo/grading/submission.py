"""One answer that is to be judged: whose, by which seed, and where its text comes from."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dojo.errors import DojoError
from dojo.kata import Kata
from dojo.sandbox.limits import Limits


@dataclass(frozen=True)
class Submission:
    """One answer.

    Attributes:
        kata: what it answers.
        name: what to call it; the file that it is read from where ``content`` is None.
        seed: of all that is drawn.
        content: its text as bytes.
        examples: how many inputs a property tries, by default as it says.
        first: the property to begin with where a batch is brief.
        every: there, go on with the other properties after one has rejected.
        follow_links: whether a file that is a link stands for what it points to.
    """

    kata: Kata
    name: str
    seed: int
    content: bytes | None = None
    examples: int | None = None
    first: str = ""
    every: bool = False
    follow_links: bool = False

    def read(self, limits: Limits) -> bytes | Refusal:
        """The text, or why there is none: each answer gets its line, whatever its file is."""
        if self.content is not None:
            return self.content
        path = Path(self.name)
        try:
            status = path.stat() if self.follow_links else path.lstat()
            if stat.S_ISLNK(status.st_mode):
                return Refusal("rejected", "a link, not judged; --follow-links judges what it points to")
            if stat.S_ISDIR(status.st_mode):
                return Refusal("rejected", "a folder, not a file")
            if not stat.S_ISREG(status.st_mode):  # to open a pipe would wait for ever
                return Refusal("rejected", "not an ordinary file")
            if status.st_size > limits.text:
                return Refusal("rejected", f"the answer has {status.st_size:,} bytes, at most {limits.text:,} are read")
            with path.open("rb") as file:
                return file.read(limits.text + 1)
        except OSError as error:
            return Refusal("fault", f"the file can't be read: {error.strerror or error}")


@dataclass(frozen=True)
class Refusal:
    """Why an answer was not judged, and what that makes of it."""

    outcome: Literal["rejected", "fault"]
    message: str


@dataclass(frozen=True)
class Found:
    """The files that are to be judged, and how many were left out because their names begin with a dot."""

    files: list[Path]
    hidden: int


def find_answers(names: Sequence[str]) -> Found:
    """The files of those names; a folder stands for its ``*.py`` files, but for hidden ones.

    Raises:
        DojoError: there is no such file, or a folder has none; the message names it.
    """
    files: list[Path] = []
    hidden = 0
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(path.glob("*.py"))
            shown = [file for file in inside if not file.name.startswith(".")]
            hidden += len(inside) - len(shown)
            if not shown:
                raise DojoError(f"The folder {name} has no *.py files.", "Name the files, or the folder they are in.")
            files += shown
        elif os.path.lexists(path):
            files.append(path)
        else:
            raise DojoError(f"There is no file {path}.", "Check the name; a folder stands for its *.py files.")
    return Found(files, hidden)
