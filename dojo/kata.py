"""A kata: its name, the places of its files, and what its solution says of it."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dojo.errors import KataFormatError, MissingLibraryError
from dojo.header import Header

LIBRARIES = ("numpy", "torch")
"""Libraries that an answer may need; the last one named in a stub decides what the worker imports beforehand."""

DOCSTRING = re.compile(r'\s*(?:#[^\n]*\n\s*)*([rR]?"""(?:[^"\\]|\\.|"(?!""))*""")', re.DOTALL)
"""A module's docstring, where it is written the usual way."""

IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Kata:
    """One kata of a repository, by its name ``topic/kata``, with the places of its files."""

    root: Path
    topic: str
    short_name: str

    @property
    def name(self) -> str:
        """The full name, such as ``arrays/merge_sorted_array``."""
        return f"{self.topic}/{self.short_name}"

    @property
    def module(self) -> str:
        """The name that an answer's module gets, whoever wrote it."""
        return f"katas.{self.topic}.{self.short_name}"

    @property
    def stub(self) -> Path:
        """The file that the learner edits."""
        return self.root / "katas" / self.topic / f"{self.short_name}.py"

    @property
    def solution(self) -> Path:
        """The reference solution."""
        return self.root / "solutions" / self.topic / f"{self.short_name}.py"

    @property
    def properties(self) -> Path:
        """The test file."""
        return self.root / "tests" / self.topic / f"test_{self.short_name}.py"

    @property
    def probes(self) -> Path:
        """Code that runs beside an answer; the file may be absent."""
        return self.root / "tests" / self.topic / "probes" / f"{self.short_name}.py"

    @property
    def signatures(self) -> Path:
        """The fixed signatures of the topic's katas."""
        return self.root / "tests" / "signatures" / f"{self.topic}.toml"

    @property
    def pictures(self) -> Path:
        """The drawers of its calls; most katas have none."""
        return self.root / "tests" / self.topic / "pictures" / f"{self.short_name}.py"

    @property
    def wrong_edits(self) -> Path:
        """Wrong answers as named edits of the solution."""
        return self.root / "tests" / "wrong" / self.topic / f"{self.short_name}.toml"

    @property
    def equivalents(self) -> Path:
        """Mutants of the solution that are no wrong answers, with reasons; the file may be absent."""
        return self.wrong_edits.with_name(f"{self.short_name}.equivalent.toml")

    @property
    def wrong_files(self) -> Path:
        """The folder of wrong answers that are whole files; it may be absent."""
        return self.root / "tests" / "wrong" / self.topic / self.short_name

    @property
    def right_files(self) -> Path:
        """The folder of other right answers."""
        return self.root / "tests" / "right" / self.topic / self.short_name

    @cached_property
    def header(self) -> Header:
        """The parsed header, read from the solution: the stub has the same one until a learner changes it."""
        return Header.parse(self._text[0], where=str(self.solution.relative_to(self.root)))

    @cached_property
    def _text(self) -> tuple[str, str]:
        """The solution's docstring, and the rest of its text.

        To parse the whole file takes ten times as long, and the catalogue reads every solution.
        """
        where = self.solution.relative_to(self.root)
        try:
            text = self.solution.read_bytes().decode("utf-8-sig")
            begun = DOCSTRING.match(text)
            if begun is None:
                return ast.get_docstring(ast.parse(text)) or "", text
            return inspect.cleandoc(ast.literal_eval(begun[1])), text[begun.end() :]
        except (OSError, SyntaxError, ValueError) as error:
            raise KataFormatError(f"{where} can't be read: {error}", "Mend it, or restore it from git.") from error

    @cached_property
    def library(self) -> str:
        """What an answer needs: ``plain``, ``numpy`` or ``torch``, read from the imports of the solution."""
        imported = set(IMPORT.findall(self._text[1]))
        return next((library for library in reversed(LIBRARIES) if library in imported), "plain")


def is_installed(library: str) -> bool:
    """Whether a library is installed: ``plain``, ``numpy`` or ``torch``."""
    return library == "plain" or importlib.util.find_spec(library) is not None


def library_is_there(kata: Kata) -> bool:
    """Whether the library that a kata needs is installed."""
    return is_installed(kata.library)


def require_library(kata: Kata) -> None:
    """Refuse a kata whose library is not installed.

    Raises:
        MissingLibraryError: it says what to install.
    """
    if not library_is_there(kata):
        raise MissingLibraryError(
            f"{kata.name} needs {kata.library}, which is not installed.",
            f"`pip install {kata.library}` installs it; `dojo list` shows the katas that do without.",
        )
