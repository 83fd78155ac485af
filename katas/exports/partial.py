"""Fix some arguments of a function now, and give the rest later.

A library has one decorator that takes a name, a product and a registry. One of its packages uses it
five hundred times, each time with the same product and registry. ``partial`` fixes these two once,
and the package writes only the names. Callbacks, thread pools and data loaders use it for the same
reason: they call a function with few arguments, or with none, and somebody else must have chosen
the others.

With a function ``f``:

    p = partial(f, 1, a=2)
    p(3)                    f(1, 3, a=2)        what came earlier comes first
    p(3, a=4, b=5)          f(1, 3, a=4, b=5)   the later keyword wins

    q = partial(p, 6, b=7)  is flat: it holds f itself, not p
    q.func, q.args          f, (1, 6)
    q.keywords              {"a": 2, "b": 7}

Keywords stand in the order of ``{**earlier, **later}``. Arguments are kept and handed on as the
objects that they are.

The traps: a call must leave nothing behind for the next call. Two partials share no dict, also
where one was made from the other. And every keyword belongs to the function, even one that is
called ``self`` or ``func``.

Level: 2
Needs: -
Source: Python documentation, functools.partial; PEP 309; PEP 570 on positional-only parameters
Time: O(arguments) for making one and for a call
Space: O(arguments)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class partial:  # noqa: N801
    """A callable that calls ``func`` with the arguments given here and then those of the call.

    Args:
        func: any callable: a function, a class, a method, an object with ``__call__``; a
            ``partial`` is flattened.
        args: the first positional arguments of each call.
        keywords: keyword arguments of each call, of any name.

    Attributes:
        func: the function, never a ``partial``.
        args: the positional arguments, a tuple.
        keywords: the keyword arguments, a dict that belongs to this partial alone. A change of it
            holds for later calls, and for partials that are made from this one later.

    Raises:
        TypeError: ``func`` is not callable, is missing (``partial()``), or is given as a keyword
            (``partial(func=f)``). Raised here, not at the first call.

    Example:
        >>> binary = partial(int, base=2)
        >>> binary("101"), binary("101", base=3)
        (5, 10)
        >>> largest = partial(partial(max, 1, 5), 3)
        >>> largest(4), largest.func is max, largest.args
        (5, True, (1, 5, 3))

    A partial that is an attribute of a class is not a method: ``instance.attribute`` is the partial
    itself, and a call does not get the instance. (``functools.partial`` does the same up to Python
    3.13.)

    Where its function and arguments can be pickled, a partial can be pickled too, with any
    protocol. What comes back is a ``partial`` with the same function and equal arguments.

    Limits: the library's own ``functools.partial`` is refused, also inside an object or a call.
    Setting the attributes, subclasses, and copying with ``copy`` are not specified.
    """

    def __init__(self, func: Callable[..., Any], /, *args: Any, **keywords: Any) -> None:
        """Keep the function and the arguments."""
        raise NotImplementedError

    def __call__(self, /, *args: Any, **keywords: Any) -> Any:
        """The result of ``func``; what it raises passes through."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """How it was made: ``partial(f, 1, a=2)``, with the repr of the function and of each value.

        Something may stand before the word ``partial``, such as the name of a module.

        Example:
            >>> partial(max, 1, "x", key=None)
            partial(<built-in function max>, 1, 'x', key=None)
        """
        raise NotImplementedError
