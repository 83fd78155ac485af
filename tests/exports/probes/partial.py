"""Probes of exports/partial: they run beside an answer and hand back plain data, never an expected value.

A program is a list of steps:

- ``("partial", base, args, keywords)`` makes the next partial from a callable of ``CALLABLES``, by its name, or from an
  earlier partial, by its number;
- ``("call", number, args, keywords)`` calls a partial;
- ``("change", number, key, value)`` sets an entry in the keywords of a partial.
"""

from __future__ import annotations

import functools
import gc
import pickle
from typing import Any


def record(*args: Any, **keywords: Any) -> Any:
    return ["called with", args, keywords]


def fails(*args: Any, **keywords: Any) -> Any:
    raise KeyError(len(args), *keywords)


class Refused(TypeError):
    """An error of a kind that a call may raise by itself, too."""


def refuses(*args: Any, **keywords: Any) -> Any:
    raise Refused(len(args), *keywords)


UNDER_WAY: list[Any] = []
"""The partial that a program calls, until it is called again."""


def again(*args: Any, **keywords: Any) -> Any:
    """Calls the partial that it is called by once more, without arguments."""
    return ["called with", args, keywords, *(UNDER_WAY.pop()() for _ in UNDER_WAY[:])]


class Empty(list):
    """An object that can be called, is false, and has an attribute of a name that a partial has, too."""

    func = "an attribute"

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        return ["object", args, keywords]

    def method(self, /, *args: Any, **keywords: Any) -> Any:
        return ["method", args, keywords]


class Made:
    """A class that makes plain data."""

    def __new__(cls, /, *args: Any, **keywords: Any) -> Any:
        return ["class", args, keywords]


CALLABLES = {
    "record": record,
    "fails": fails,
    "refuses": refuses,
    "again": again,
    "object": Empty(),
    "method": Empty().method,
    "class": Made,
}
BUILTINS = {"max": max, "int": int, "sorted": sorted}


def run_program(kata: Any, program: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Run a program.

    Returns:
        ``calls``: result or error of each call. ``partials``: of each partial at the end, the name of its function, its
        args and keywords.
    """
    partials: list[Any] = []
    calls: list[Any] = []
    for step, which, *rest in program:
        if step == "partial":
            args, keywords = rest
            base = CALLABLES[which] if isinstance(which, str) else partials[which]
            partials.append(kata.partial(base, *args, **keywords))
        elif step == "change":
            key, value = rest
            partials[which].keywords[key] = value
        else:
            args, keywords = rest
            UNDER_WAY[:] = [partials[which]]
            try:
                calls.append(partials[which](*args, **keywords))
            except (KeyError, Refused) as error:
                calls.append((type(error).__name__, error.args))
    names = [next((name for name, each in CALLABLES.items() if each is p.func), "?") for p in partials]
    return {
        "calls": calls,
        "partials": [(name, p.args, p.keywords) for name, p in zip(names, partials, strict=True)],
    }


def run_in_a_class(kata: Any, args: list[Any], keywords: dict[str, Any], more: list[Any]) -> dict[str, Any]:
    """Call a partial that is an attribute of a class."""

    def called(*args: Any, **keywords: Any) -> Any:
        return ["called with", ["the instance" if each is instance else each for each in args], keywords]

    p = kata.partial(called, *args, **keywords)

    class Holder:
        attribute = p

    instance = Holder()
    return {
        "Holder.attribute": Holder.attribute(*more),
        "instance.attribute": instance.attribute(*more),
        "instance.attribute is p": instance.attribute is p,
    }


def own_names(kind: Any) -> list[str]:
    """The names of parameters and variables of its methods: as keywords, they belong to the function all the same."""
    codes = [getattr(getattr(kind, name, None), "__code__", None) for name in ("__new__", "__init__", "__call__")]
    return sorted({name for code in codes if code for name in code.co_varnames})


def run_with_objects(kata: Any) -> dict[str, bool]:
    """Whether the objects that are given are those that are kept and handed on."""
    first, second, third = [1], [2], [3]
    p = kata.partial(lambda *args, **keywords: (*args, *keywords.values()), first, key=second)
    q = kata.partial(p, third)
    own = dict.fromkeys(own_names(kata.partial), first)
    r = kata.partial(p.func, **own)
    kept = {
        "p.args": (p.args, (first,)),
        "p.keywords": (p.keywords.values(), (second,)),
        "q.args": (q.args, (first, third)),
        "q.keywords": (q.keywords.values(), (second,)),
        "a call of q": (q(first), (first, third, first, second)),
        "r.keywords, named like variables of the class": (r.keywords.values(), own.values()),
        "a call of r": (r(third, **own), (third, *own.values())),
    }
    return {what: list(map(id, got)) == list(map(id, given)) for what, (got, given) in kept.items()}


def pickle_and_load(kata: Any, args: list[Any], keywords: dict[str, Any], protocol: int) -> dict[str, Any]:
    """Pickle a partial of a partial, and use what comes back; its function is a library's, which pickle finds."""
    p = kata.partial(kata.partial(functools.partial, max, *args), **keywords)
    loaded = pickle.loads(pickle.dumps(p, protocol))  # noqa: S301
    called = loaded("more", key="new")
    return {
        "is a partial": isinstance(loaded, kata.partial),
        "func is the same": loaded.func is functools.partial,
        "args after the first": loaded.args[1:],
        "keywords": loaded.keywords,
        "called with args": called.args,
        "called with keywords": called.keywords,
    }


def repr_of(kata: Any, function: str, args: list[Any], keywords: dict[str, Any]) -> str:
    """The repr of a partial of a built-in function."""
    return repr(kata.partial(BUILTINS[function], *args, **keywords))


def make(kata: Any, func: Any, args: list[Any], keywords: dict[str, Any]) -> None:
    """Make a partial of anything."""
    kata.partial(func, *args, **keywords)


def make_without_position(kata: Any, keywords: list[str]) -> None:
    """Make a partial whose function is not given by position, but under these keywords."""
    kata.partial(**dict.fromkeys(keywords, record))


def library_partials(kata: Any) -> list[str]:
    """When the library's own partial held the function: after one was made of it, or during a call."""
    found: list[str] = []

    def look(when: str) -> None:
        found.extend(when for holder in gc.get_referrers(watched) if isinstance(holder, functools.partial))

    def watched(*_args: Any, **_keywords: Any) -> None:
        look("during a call")

    made = kata.partial(watched, 1, a=2)
    look("after it was made")
    made(3, b=4)
    kata.partial(made, 5)(6)
    return found
