"""One list of exports, searched from the front for every question; slow, and nothing to keep in step."""

from typing import NamedTuple


class SymbolAlreadyExposedError(Exception):
    pass


class Export(NamedTuple):
    api_name: str
    symbol: object
    names: tuple
    v1: tuple


class Registry:
    def __init__(self):
        self.exports = []

    def symbol(self, name, *, api_name="demo"):
        for export in self.exports:
            full = export.names + tuple("compat.v1." + old for old in export.v1)
            if export.api_name == api_name and name in full:
                return export.symbol
        raise KeyError(name)

    def names(self, symbol, *, version=2, api_name="demo"):
        for export in self.exports:
            if export.api_name == api_name and export.symbol is symbol:
                return export.names if version == 2 else export.v1
        return ()

    def canonical_name(self, symbol, *, api_name="demo", deprecated=()):
        new = list(self.names(symbol, version=2, api_name=api_name))
        new.sort(key=lambda name: name in deprecated)
        old = [f"compat.v1.{name}" for name in self.names(symbol, version=1, api_name=api_name)]
        return (new + old + [None])[0]


def is_name(text):
    first, dot, rest = text.partition(".")
    return first.isidentifier() and (not dot or is_name(rest))


class api_export:
    def __init__(self, *names, v1=None, api_name="demo", registry):
        self.export = (names, tuple(names if v1 is None else v1))
        self.api_name = api_name
        self.registry = registry
        everything = self.export[0] + self.export[1]
        if len(everything) == 0 or not all(map(is_name, everything)):
            raise ValueError(f"bad names {everything}")

    def __call__(self, symbol):
        others = [export for export in self.registry.exports if export.api_name == self.api_name]
        for export in others:
            if export.symbol is symbol:
                raise SymbolAlreadyExposedError(export)
        for export in others:
            if not set(export.names).isdisjoint(self.export[0]) or not set(export.v1).isdisjoint(self.export[1]):
                raise ValueError(f"{export} has one of {self.export}")
        self.registry.exports.append(Export(self.api_name, symbol, *self.export))
        return symbol
