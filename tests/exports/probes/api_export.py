"""Probes of exports/api_export: they run beside an answer and hand back plain data, never an expected value.

A program is a list of steps. Symbols, decorators and registries are numbered from 0.

- ``("function",)``, ``("plain_class",)``, ``("empty_class",)`` (its metaclass says that its length is 0),
  ``("subclass", n)``, ``("instance", n)`` and ``("wrapper", n)`` (by functools.wraps) make the next symbol;
- ``("export", n, names, options)`` decorates a symbol; the options are v1, api_name, and the number of the registry.
  Where an api_name is given, it goes through functools.partial;
- ``("decorator", names, options)`` makes a decorator, ``("append", d, name)`` appends to the list that it got as v1,
  ``("apply", d, n)`` decorates a symbol with it;
- ``("symbol", name, options)``, ``("names", n, options)`` and ``("canonical_name", n, options)`` look up.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any


class Sized(type):
    def __len__(cls) -> int:
        return 0


class Run:
    """A running program: a method for each kind of step."""

    def __init__(self, kata: Any) -> None:
        self.kata = kata
        self.registries = [kata.Registry(), kata.Registry()]
        self.symbols: list[Any] = []
        self.decorators: list[Any] = []
        self.lists: list[Any] = []

    def keep(self, symbol: Any) -> str:
        self.symbols.append(symbol)
        return "made"

    def function(self) -> str:
        return self.keep(lambda x: x)

    def plain_class(self) -> str:
        return self.keep(type("Symbol", (), {}))

    def empty_class(self) -> str:
        return self.keep(Sized("Symbol", (), {}))

    def subclass(self, n: int) -> str:
        return self.keep(type(self.symbols[n])("Symbol", (self.symbols[n],), {}))

    def wrapper(self, n: int) -> str:
        return self.keep(functools.wraps(self.symbols[n])(lambda x: x))

    def instance(self, n: int) -> str:
        return self.keep(self.symbols[n]())

    def make(self, names: list[str], *, registry: int = 0, **options: Any) -> Any:
        if "api_name" not in options:
            return self.kata.api_export(*names, registry=self.registries[registry], **options)
        api_name = options.pop("api_name")
        shorter = functools.partial(self.kata.api_export, api_name=api_name, registry=self.registries[registry])
        return shorter(*names, **options)

    def export(self, n: int, names: list[str], options: dict[str, Any]) -> str:
        return self.decorated(self.make(names, **options), n)

    def decorated(self, decorator: Any, n: int) -> str:
        return "exported" if decorator(self.symbols[n]) is self.symbols[n] else "another object"

    def decorator(self, names: list[str], options: dict[str, Any]) -> str:
        own = {**options, "v1": list(options["v1"])} if options.get("v1") is not None else options
        self.lists.append(own.get("v1"))
        self.decorators.append(self.make(names, **own))
        return "made"

    def append(self, d: int, name: str) -> str:
        self.lists[d].append(name)
        return "appended"

    def apply(self, d: int, n: int) -> str:
        return self.decorated(self.decorators[d], n)

    def symbol(self, name: str, options: dict[str, Any]) -> Any:
        found = self.look_up("symbol", name, **options)
        return next((n for n, each in enumerate(self.symbols) if each is found), "another object")

    def names(self, n: int, options: dict[str, Any]) -> Any:
        return self.look_up("names", self.symbols[n], **options)

    def canonical_name(self, n: int, options: dict[str, Any]) -> Any:
        return self.look_up("canonical_name", self.symbols[n], **options)

    def look_up(self, what: str, argument: Any, *, registry: int = 0, **options: Any) -> Any:
        return getattr(self.registries[registry], what)(argument, **options)


def run_program(kata: Any, program: list[tuple[Any, ...]]) -> list[Any]:
    """Run a program.

    Returns:
        What came of each step: ``made``, ``exported`` for an export that returned its symbol, the result of a lookup
        (for a symbol its number), or the name of an error.
    """
    run = Run(kata)
    results = []
    for step, *rest in program:
        try:
            result = getattr(run, step)(*rest)
        except kata.SymbolAlreadyExposedError:
            result = "SymbolAlreadyExposedError"
        except ValueError:
            result = "ValueError"
        except LookupError:
            result = "LookupError"
        results.append(result)
    return results


def decorate(kata: Any) -> dict[str, list[Any]]:
    """What a user sees of a function, and of a class, before and after they are decorated."""

    def f(x, *, y=2):
        """Add."""
        return x + y

    class C:
        """A class."""

        def method(self) -> int:
            return 3

    def seen(symbol: Any) -> list[Any]:
        shown = [symbol.__name__, symbol.__qualname__, symbol.__doc__, str(inspect.signature(symbol))]
        return [*shown, hasattr(symbol, "__wrapped__"), symbol().method() if isinstance(symbol, type) else symbol(1)]

    before = [seen(f), seen(C)]
    export = functools.partial(kata.api_export, registry=kata.Registry())
    export("nn.other_name")(f)
    export("nn.OtherName")(C)
    return {"before": before, "after": [seen(f), seen(C)]}
