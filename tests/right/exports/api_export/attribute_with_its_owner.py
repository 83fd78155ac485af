"""Names are kept on the symbol, as TensorFlow does, in a record that says which object it was made for."""

from __future__ import annotations

import re


class SymbolAlreadyExposedError(Exception):
    """Exported twice."""


class Record:
    def __init__(self, owner):
        self.owner = owner
        self.by_place = {}


class Registry:
    def __init__(self):
        self.tables = {}

    def symbol(self, name, *, api_name="demo"):
        table = self.tables.get(api_name, {1: {}, 2: {}})
        if name.startswith("compat.v1."):
            return table[1][name[len("compat.v1.") :]]
        return table[2][name]

    def names(self, symbol, *, version=2, api_name="demo"):
        record = record_of(symbol)
        if record is None or (self, api_name) not in record.by_place:
            return ()
        return record.by_place[self, api_name][version]

    def canonical_name(self, symbol, *, api_name="demo", deprecated=()):
        names = self.names(symbol, api_name=api_name)
        for name in names:
            if name not in deprecated:
                return name
        if names:
            return names[0]
        old = self.names(symbol, version=1, api_name=api_name)
        return "compat.v1." + old[0] if old else None


def record_of(symbol):
    record = getattr(symbol, "__dict__", {}).get("_api_record")
    return record if record is not None and record.owner is symbol else None


class api_export:
    def __init__(self, *names, v1=None, api_name="demo", registry):
        if v1 is None:
            v1 = names
        self.wanted = {1: tuple(v1), 2: tuple(names)}
        self.api_name = api_name
        self.registry = registry

    def __call__(self, symbol):
        every = self.wanted[1] + self.wanted[2]
        if not every:
            raise ValueError("an export needs a name")
        for name in every:
            if re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", name) is None or "²" in name:
                raise ValueError(f"bad name {name!r}")
        table = self.registry.tables.setdefault(self.api_name, {1: {}, 2: {}})
        for version, names in self.wanted.items():
            taken = [name for name in names if table[version].get(name, symbol) is not symbol]
            if taken:
                raise ValueError(f"taken: {taken}")
        record = record_of(symbol) or Record(symbol)
        if (self.registry, self.api_name) in record.by_place:
            raise SymbolAlreadyExposedError(symbol)
        record.by_place[self.registry, self.api_name] = self.wanted
        symbol._api_record = record
        for version, names in self.wanted.items():
            table[version].update(dict.fromkeys(names, symbol))
        return symbol
