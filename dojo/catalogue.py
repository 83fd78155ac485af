"""The catalogue of all katas, in an order in which each stands after those that it needs.

It is read from the files alone: adding a kata adds files and edits none. Nothing is imported from them, so listing
sixty katas costs milliseconds and needs neither numpy nor torch.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from dojo.errors import UnknownKataError
from dojo.kata import Kata
from dojo.roots import find_root


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
