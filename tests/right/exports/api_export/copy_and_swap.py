"""Writes into a copy of the tables and puts it in place at the end, so an error half-way leaves the old ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any


class SymbolAlreadyExposedError(Exception):
    pass


class Registry:
    def __init__(self) -> None:
        self.tables: dict[tuple[str, int], dict[str, Any]] = {}

    def symbol(self, name: str, *, api_name: str = "demo") -> Any:
        version, bare = 2, name
        if name[:10] == "compat.v1.":
            version, bare = 1, name[10:]
        table = self.tables.get((api_name, version), {})
        if bare not in table:
            raise LookupError(name)
        return table[bare]

    def names(self, symbol: Any, *, version: int = 2, api_name: str = "demo") -> tuple[str, ...]:
        table = self.tables.get((api_name, version), {})
        return tuple(name for name in table if table[name] is symbol)

    def canonical_name(self, symbol: Any, *, api_name: str = "demo", deprecated: Collection[str] = ()) -> str | None:
        names = self.names(symbol, api_name=api_name)
        current = [name for name in names if name not in deprecated]
        old = self.names(symbol, version=1, api_name=api_name)
        if current:
            return current[0]
        if names:
            return names[0]
        if old:
            return f"compat.v1.{old[0]}"
        return None


class api_export:
    def __init__(
        self, *names: str, v1: Sequence[str] | None = None, api_name: str = "demo", registry: Registry
    ) -> None:
        self.by_version = {2: list(names), 1: list(names if v1 is None else v1)}
        self.api_name, self.registry = api_name, registry

    def __call__(self, symbol: Any) -> Any:
        if not (self.by_version[1] or self.by_version[2]):
            raise ValueError("no names")
        if any(symbol in table.values() for (api, _), table in self.registry.tables.items() if api == self.api_name):
            raise SymbolAlreadyExposedError(repr(symbol))
        copy = {place: dict(table) for place, table in self.registry.tables.items()}
        for version, names in self.by_version.items():
            table = copy.setdefault((self.api_name, version), {})
            for name in names:
                for part in name.split("."):
                    if not part.isidentifier():
                        raise ValueError(name)
                if name in table:
                    raise ValueError(f"{name} is taken")
                table[name] = symbol
        self.registry.tables = copy
        return symbol
