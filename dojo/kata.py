"""A kata, the fields of its header, and the catalogue of all katas.

The catalogue is read from the files alone: adding a kata adds files and edits none. Nothing is imported from them, so
listing sixty katas costs milliseconds and needs neither numpy nor torch.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import importlib.util
import inspect
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dojo.errors import KataFormatError, MissingLibraryError, NoRepositoryError, UnknownKataError

FIELDS = ("Level", "Needs", "Source", "Time", "Space")
OPTIONAL = ("Walls",)
"""Fields that most katas do without."""
OPENINGS = ("processes", "loopback")
"""What ``Walls`` may name: what an answer to such a kata may do besides, in a box of its own."""
LIBRARIES = ("numpy", "torch")
"""Libraries that an answer may need; the last one named in a stub decides what the worker imports beforehand."""

DOCSTRING = re.compile(r'\s*(?:#[^\n]*\n\s*)*([rR]?"""(?:[^"\\]|\\.|"(?!""))*""")', re.DOTALL)
"""A module's docstring, where it is written the usual way."""

IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Header:
    """The module docstring of a stub: title, prose and fields.

    Example:
        >>> Header.parse('''Add two numbers.
        ...
        ... Sums are everywhere.
        ...
        ... Level: 1
        ... Needs: -
        ... Source: Euclid
        ... Time: O(1)
        ... Space: O(1)
        ... ''').level
        1
    """

    title: str
    prose: str
    fields: Mapping[str, str]

    @classmethod
    def parse(cls, docstring: str, *, where: str = "the docstring") -> Header:
        """Split a module docstring into title, prose and fields.

        Raises:
            KataFormatError: there is no title, a field is missing, unknown, given twice or not valid.
        """
        lines = docstring.strip().splitlines()
        if not lines:
            raise KataFormatError(f"{where} is empty", "Begin with a title line, then prose, then the fields.")
        end = len(lines)
        while end > 1 and not lines[end - 1].startswith(" ") and _field_name(lines[end - 1]):
            end -= 1
        fields: dict[str, str] = {}
        for line in lines[end:]:
            name, _, value = line.partition(":")
            if name not in (*FIELDS, *OPTIONAL):
                known = ", ".join((*FIELDS, *OPTIONAL))
                raise KataFormatError(f"{where}: unknown field {name!r}", f"Known are {known}.")
            if name in fields:
                raise KataFormatError(f"{where}: field {name!r} stands twice", "Keep one of them.")
            if not value.strip():
                raise KataFormatError(f"{where}: field {name!r} is empty", "Write a value, or '-' for none.")
            fields[name] = value.strip()
        missing = [name for name in FIELDS if name not in fields]
        if missing:
            raise KataFormatError(
                f"{where}: no field {', '.join(missing)}", "End the docstring with a line 'Name: value' for each field."
            )
        if fields["Level"] not in {"1", "2", "3", "4", "5"}:
            raise KataFormatError(f"{where}: Level is {fields['Level']!r}", "Write a number from 1 to 5.")
        _check_openings(fields.get("Walls"), where)
        return cls(lines[0].strip(), "\n".join(lines[1:end]).strip("\n"), fields)

    @property
    def level(self) -> int:
        """How hard the kata is, from 1 to 5."""
        return int(self.fields["Level"])

    @property
    def dots(self) -> str:
        """The level as dots: ``●●○○○``."""
        return "●" * self.level + "○" * (5 - self.level)

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the katas to do first."""
        value = self.fields["Needs"]
        return () if value == "-" else tuple(name.strip() for name in value.split(","))

    @property
    def openings(self) -> tuple[str, ...]:
        """What an answer may do besides computing, of :data:`OPENINGS` and in their order; nothing as a rule."""
        named = _listed(self.fields.get("Walls", ""))
        return tuple(opening for opening in OPENINGS if opening in named)


def _listed(value: str) -> list[str]:
    return [word.strip() for word in value.split(",")]


def _check_openings(value: str | None, where: str) -> None:
    """Refuse a word that no wall knows: it would be a promise that nobody keeps."""
    if value is None:
        return
    for word in (words := _listed(value)):
        if word not in OPENINGS:
            raise KataFormatError(f"{where}: Walls names {word!r}", f"Known are {', '.join(OPENINGS)}.")
        if words.count(word) > 1:
            raise KataFormatError(f"{where}: Walls names {word!r} twice", "Keep one of them.")


def _field_name(line: str) -> str | None:
    name, colon, _ = line.partition(":")
    return name if colon and name.isalpha() and name[:1].isupper() else None


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


class Catalogue:
    """All katas of a repository.

    Args:
        root: the folder that holds ``katas`` and ``solutions``; by default the nearest one, see :func:`find_root`.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or find_root()

    @cached_property
    def katas(self) -> list[Kata]:
        """Every kata, each after those that it needs, easier topics and katas first."""
        found = {
            kata.name: kata
            for path in sorted((self.root / "solutions").glob("*/*.py"))
            if path.stem != "__init__"
            for kata in [Kata(self.root, path.parent.name, path.stem)]
        }
        return _in_order_of_needs(found)

    @property
    def topics(self) -> list[str]:
        """The topics in the order in which their first katas stand."""
        return list(dict.fromkeys(kata.topic for kata in self.katas))

    def find(self, name: str) -> Kata:
        """The kata of that name: ``topic/kata``, the short name where it is unique, or a path to its file.

        Raises:
            UnknownKataError: none or several fit; the message names the nearest, or all that fit.
        """
        wanted = name.strip().removesuffix(".py").strip("/")
        fitting = [kata for kata in self.katas if wanted in (kata.name, kata.short_name)]
        if not fitting and name.endswith(".py"):
            path = Path(name).resolve()
            fitting = [kata for kata in self.katas if path in (kata.stub.resolve(), kata.solution.resolve())]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise UnknownKataError(
                f"{name!r} is the name of {len(fitting)} katas",
                "Say which: " + ", ".join(kata.name for kata in fitting) + ".",
            )
        near = self._nearest(wanted)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`dojo list` names them all."
        raise UnknownKataError(f"There is no kata {name!r}.", hint)

    def _nearest(self, wanted: str) -> list[str]:
        by_name = {known: kata.name for kata in self.katas for known in (kata.name, kata.short_name)}
        containing = [full for known, full in by_name.items() if wanted and wanted in known]
        similar = [by_name[match] for match in difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.5)]
        return list(dict.fromkeys(similar + containing))[:3]

    def find_all(self, names: Iterable[str]) -> list[Kata]:
        """The katas of those names; a topic stands for all its katas.

        Raises:
            UnknownKataError: as :meth:`find`.
        """
        found: list[Kata] = []
        for name in names:
            topic = [kata for kata in self.katas if kata.topic == name.strip().strip("/")]
            found += topic or [self.find(name)]
        return list(dict.fromkeys(found))


def _in_order_of_needs(found: Mapping[str, Kata]) -> list[Kata]:
    """Depth first along ``Needs``; unknown names and cycles are the audit's business and are passed over here."""
    order: dict[str, Kata] = {}
    open_names: set[str] = set()

    def visit(kata: Kata) -> None:
        if kata.name in order or kata.name in open_names:
            return
        open_names.add(kata.name)
        for need in kata.header.needs:
            if need in found:
                visit(found[need])
        order[kata.name] = kata

    easiest: dict[str, int] = {}
    for kata in found.values():
        easiest[kata.topic] = min(easiest.get(kata.topic, 9), kata.header.level)
    for kata in sorted(
        found.values(), key=lambda kata: (easiest[kata.topic], kata.topic, kata.header.level, kata.name)
    ):
        visit(kata)
    return list(order.values())


def private_folders(root: Path) -> tuple[Path, ...]:
    """What of a repository no answer may see: other people's answers, references, properties, history."""
    return tuple((root / name).resolve() for name in ("katas", "solutions", "tests", ".git") if (root / name).exists())


def trusted_root(named: str | None = None) -> Path:
    """The repository whose properties and references judge other people's answers.

    It is the one that was named, else ``$DOJO_ROOT``, else the one that this package lies in: never the current folder,
    which may be a student's.

    Raises:
        NoRepositoryError: there are no katas.
    """
    chosen = named or os.environ.get("DOJO_ROOT")
    folder = Path(chosen).resolve() if chosen else Path(__file__).resolve().parent.parent
    if (folder / "katas").is_dir() and (folder / "solutions").is_dir():
        return folder
    raise NoRepositoryError(
        f"There are no katas in {folder}.", "Name your own clone of the repository with --root or DOJO_ROOT."
    )


def find_root(start: Path | None = None) -> Path:
    """The repository that holds the katas: ``$DOJO_ROOT``, else the current folder or one above it, else the one that
    this package lies in.

    Raises:
        NoRepositoryError: none of them has the folders ``katas`` and ``solutions``.
    """
    named = os.environ.get("DOJO_ROOT")
    if named:
        candidates = [Path(named).resolve()]
    else:
        candidates = [Path(__file__).resolve().parent.parent]
        with contextlib.suppress(OSError):  # the current folder may have been removed
            here = (start or Path.cwd()).resolve()
            candidates = [here, *here.parents, *candidates]
    for folder in candidates:
        if (folder / "katas").is_dir() and (folder / "solutions").is_dir():
            return folder
    raise NoRepositoryError(
        f"There are no katas in {candidates[0]} or above it.",
        "Go to your clone of the repository, or set DOJO_ROOT to it; `dojo init FOLDER` makes a folder to practise in.",
    )
