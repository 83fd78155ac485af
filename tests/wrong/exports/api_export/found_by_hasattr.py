"""Names are attributes of the symbol, found with hasattr and getattr: a subclass has them too (TensorFlow had this bug).

caught_by: test_programs_do_what_a_dictionary_says
"""

PREFIX = "compat.v1."


class SymbolAlreadyExposedError(Exception):
    pass


class Registry:
    def __init__(self):
        self.table = {}

    def symbol(self, name, *, api_name="demo"):
        return self.table[api_name, name]

    def names(self, symbol, *, version=2, api_name="demo"):
        exported = getattr(symbol, "_api_names", {})
        return exported.get((id(self), api_name), {}).get(version, ())

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
        place = (id(self.registry), self.api_name)
        if place in getattr(symbol, "_api_names", {}):
            raise SymbolAlreadyExposedError(symbol)
        full = [*self.names, *(PREFIX + each for each in self.v1)]
        for name in full:
            if (self.api_name, name) in self.registry.table:
                raise ValueError(name)
        for name in full:
            self.registry.table[self.api_name, name] = symbol
        symbol._api_names = {**getattr(symbol, "_api_names", {}), place: {2: self.names, 1: self.v1}}
        return symbol
