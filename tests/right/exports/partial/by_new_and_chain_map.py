"""All in __new__, keywords merged by a ChainMap, read-only slots by name, and pickle is told the arguments of __new__."""

import copyreg
from collections import ChainMap
from itertools import chain


class partial:
    __slots__ = ("_held",)

    def __new__(cls, /, *given, **keywords):
        func, *args = given or (None,)
        if not callable(func):
            raise TypeError(f"partial({func!r}, ...): the first argument can't be called")
        if isinstance(func, partial):
            func, earlier, fixed = func._held
            args, keywords = chain(earlier, args), dict(ChainMap(keywords, fixed))
        made = super().__new__(cls)
        made._held = func, tuple(args), keywords
        return made

    def __getattr__(self, name):
        places = {"func": 0, "args": 1, "keywords": 2}
        if name in places:
            return self._held[places[name]]
        raise AttributeError(name)

    def __call__(self, /, *rest, **given):
        func, args, keywords = self._held
        return func(*chain(args, rest), **ChainMap(given, keywords))

    def __reduce_ex__(self, _):
        func, args, keywords = self._held
        return copyreg.__newobj_ex__, (type(self), (func, *args), keywords)

    def __repr__(self):
        func, args, keywords = self._held
        named = map("{0[0]}={0[1]!r}".format, keywords.items())
        return "a.partial(" + ", ".join(chain([repr(func)], map(repr, args), named)) + ")"
