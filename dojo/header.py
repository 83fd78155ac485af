"""The header of a kata: the module docstring of its solution, as title, prose and fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dojo.errors import KataFormatError

FIELDS = ("Level", "Needs", "Source", "Time", "Space")
OPTIONAL = ("Walls",)
"""Fields that most katas do without."""
OPENINGS = ("processes", "loopback")
"""What ``Walls`` may name: what an answer to such a kata may do besides, in a box of its own."""


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
        above = [number for number, line in enumerate(lines[:end]) if line.partition(":")[0] in FIELDS]
        if missing and above and end > above[-1] + 1:
            raise KataFormatError(
                f"{where}: the field {lines[above[-1]].partition(':')[0]!r} goes on over a second line, "
                f"{lines[above[-1] + 1].strip()!r}",
                "Write each field on one line, however long, as the last lines of the docstring.",
            )
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
