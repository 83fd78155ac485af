"""Keeps names by module and qualified name: two functions of one factory, or of one notebook cell, are taken for one.

caught_by: test_programs_do_what_a_dictionary_says
"""

PREFIX = "compat.v1."


def path_of(symbol):
    return f"{symbol.__module__}.{getattr(symbol, '__qualname__', symbol)}"


class SymbolAlreadyExposedError(Exception):
    pass


class Registry:
    def __init__(self):
        self.table = {}
        self.exported = {}

    def symbol(self, name, *, api_name="demo"):
        return self.table[api_name, name]

    def names(self, symbol, *, version=2, api_name="demo"):
        return self.exported.get((api_name, path_of(symbol)), {}).get(version, ())

    def canonical_name(self, symbol, *, api_name="demo", deprecated=()):
        names = self.names(symbol, api_name=api_name)
        old = tuple(PREFIX + each for each in self.names(symbol, version=1, api_name=api_name))
        return next(iter((*(each for each in names if each not in deprecated), *names, *old)), None)


class api_export:
    def __init__(self, *names, v1=None, api_name="demo", registry):
        self.names = names
        self.v1 = names if v1 is None else tuple(v1)
        self.api_name = api_name
        self.registry = registry
        if not self.names and not self.v1:
            raise ValueError("no name")
        for name in self.names + self.v1:
            if not all(part.isidentifier() for part in name.split(".")):
                raise ValueError(name)

    def __call__(self, symbol):
        if (self.api_name, path_of(symbol)) in self.registry.exported:
            raise SymbolAlreadyExposedError(symbol)
        full = [*self.names, *(PREFIX + each for each in self.v1)]
        for name in full:
            if (self.api_name, name) in self.registry.table:
                raise ValueError(name)
        for name in full:
            self.registry.table[self.api_name, name] = symbol
        self.registry.exported[self.api_name, path_of(symbol)] = {2: self.names, 1: self.v1}
        return symbol
