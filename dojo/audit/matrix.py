"""The kill matrix: which property rejects which wrong answer or mutant, as Markdown and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dojo.audit.strength import bare
from dojo.errors import DojoError
from dojo.grading.verdict import Verdict

LONGEST = 300
"""How many characters of an input are kept."""
SHOWN = 60
"""How many of them a line of the table shows."""


@dataclass(frozen=True)
class Kill:
    """One rejection.

    Attributes:
        property: the test function that rejects.
        examples: how many inputs it had tried by then.
        input: the counterexample; for a wrong answer the smallest one that was found, for a mutant the first.
        message: what was said.
    """

    property: str
    examples: int
    input: str
    message: str


@dataclass(frozen=True)
class Answer:
    """A wrong answer or mutant with all that reject it.

    Attributes:
        name: what it is called.
        why: what is wrong with it, or why a mutant is equivalent.
        kills: one for each property that rejects it; none for an equivalent mutant.
        diff: of a mutant, the lines that differ.
    """

    name: str
    why: str
    kills: tuple[Kill, ...]
    diff: str = ""

    @classmethod
    def of(cls, name: str, why: str, verdict: Verdict, *, diff: str = "") -> Answer:
        """A row from a verdict in which every property was asked."""
        kills: dict[str, Kill] = {}
        for each in verdict.rejections:
            found = each.counterexample.input if each.counterexample else ""
            kill = Kill(bare(each.name), each.examples, _cut(found, LONGEST), _cut(each.message, LONGEST))
            kills.setdefault(kill.property, kill)  # of a property with parameters, the first that rejects
        return cls(name, why, tuple(kills.values()), diff)

    @property
    def killers(self) -> list[str]:
        """The properties that reject it."""
        return [kill.property for kill in self.kills]


@dataclass
class KataMatrix:
    """The rows of a kata.

    Attributes:
        kata: its name.
        properties: its test functions.
        wrong, mutants: its rows.
    """

    kata: str
    properties: list[str]
    wrong: list[Answer] = field(default_factory=list)
    mutants: list[Answer] = field(default_factory=list)

    def idle(self) -> list[str]:
        """The properties that kill nothing alone: whatever they reject, another one rejects as well."""
        alone = {answer.killers[0] for answer in (*self.wrong, *self.mutants) if len(answer.killers) == 1}
        return [name for name in self.properties if name not in alone]


class Matrix:
    """The file, and its twin as JSON; katas that were not judged now stay as they were.

    Args:
        path: the Markdown; the JSON lies beside it under the same name.

    Raises:
        DojoError: the file is not Markdown by its name, or its twin can't be read.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix != ".md":
            raise DojoError(f"{path} is no name of a Markdown file.", "Write --matrix docs/kill-matrix.md, say.")
        self._path, self._twin = path, path.with_suffix(".json")
        self._katas: dict[str, KataMatrix] = {}
        if self._twin.is_file():
            try:
                found = msgspec.json.decode(self._twin.read_bytes(), type=list[KataMatrix])
            except msgspec.MsgspecError as error:
                raise DojoError(f"{self._twin} is no kill matrix: {error}.", "Remove it; it is made anew.") from error
            self._katas = {each.kata: each for each in found}

    def write(self, new: Iterable[KataMatrix], order: Sequence[str]) -> None:
        """Write both files.

        Args:
            new: what was found out now.
            order: the names of all katas there are; rows of others are dropped.
        """
        self._katas |= {each.kata: each for each in new}
        katas = [self._katas[name] for name in order if name in self._katas]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text("\n".join(markdown(katas)) + "\n", encoding="utf-8")
        lines = [msgspec.json.format(msgspec.json.encode(each), indent=1).decode() for each in katas]
        self._twin.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def markdown(katas: Sequence[KataMatrix]) -> Iterator[str]:
    """The lines of the document."""
    yield "# Kill matrix"
    yield ""
    yield "Which property rejects which wrong answer. `dojo audit --mutants --matrix docs/kill-matrix.md` writes this"
    yield "page, and `kill-matrix.json` with every mutant, input and message."
    yield ""
    yield "A property *kills alone* what no other property of its kata rejects. One that kills nothing alone may still"
    yield "be worth its place: it may say more clearly what is wrong."
    yield ""
    yield "| kata | properties | wrong answers | mutants killed | equivalent | kill nothing alone |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for topic in dict.fromkeys(each.kata.partition("/")[0] for each in katas):
        inside = [each for each in katas if each.kata.partition("/")[0] == topic]
        yield _totals(f"**{topic}**", inside)
        for each in inside:
            anchor = re.sub(r"[^\w-]", "", each.kata)
            yield _totals(f"[{each.kata.partition('/')[2]}](#{anchor})", [each])
    yield _totals("**all**", katas)
    for each in katas:
        yield ""
        yield from _section(each)


def _totals(title: str, katas: Sequence[KataMatrix]) -> str:
    killed = sum(bool(mutant.kills) for each in katas for mutant in each.mutants)
    spared = sum(not mutant.kills for each in katas for mutant in each.mutants)
    properties, wrong = sum(len(each.properties) for each in katas), sum(len(each.wrong) for each in katas)
    return f"| {title} | {properties} | {wrong} | {killed} | {spared} | {sum(len(each.idle()) for each in katas)} |"


def _section(each: KataMatrix) -> Iterator[str]:
    yield f"## {each.kata}"
    yield ""
    for number, name in enumerate(each.properties, start=1):
        counts = [
            _counted(name, rows, what)
            for rows, what in ((each.wrong, "wrong answer"), (each.mutants, "mutant"))
            if rows
        ]
        yield f"{number}. `{name}` rejects {' and '.join(counts)}"
    yield ""
    columns = range(1, len(each.properties) + 1)
    yield f"| wrong answer | {' | '.join(map(str, columns))} | inputs | smallest input |"
    yield f"| --- |{' :-: |' * len(columns)} ---: | --- |"
    for answer in each.wrong:
        marks = ["●" if name in answer.killers else "" for name in each.properties]
        best = min(answer.kills, key=lambda kill: (not kill.input, len(kill.input)), default=None)
        tried, shown = (str(best.examples), _code(best.input)) if best else ("", "")
        yield f"| {_cell(answer.name)}: {_cell(answer.why)} | {' | '.join(marks)} | {tried} | {shown} |"


def _counted(name: str, rows: Sequence[Answer], what: str) -> str:
    killed = sum(name in row.killers for row in rows)
    alone = sum(row.killers == [name] for row in rows)
    return f"{killed} {what}{'s' * (killed != 1)}, {alone} alone"


def _cell(text: str) -> str:
    """Text that is one line and no markup."""
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    if not text:
        return ""
    line = _cut(" ".join(text.split()), SHOWN).replace("|", "\\|")
    fence = "``" if "`" in line else "`"
    return f"{fence}{line}{fence}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 4]} ..."
