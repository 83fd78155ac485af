"""Give functions and classes their public names with a decorator.

What the users of a large library may call is not what its files say. A decorator above each
function names it; tools read the registry and write the modules that users import, the
documentation, and the list of names that a release must keep.

    registry = Registry()

    @api_export("nn.relu", "relu", v1=["nn.relu6"], registry=registry)
    def relu(x): ...

    registry.symbol("nn.relu")             relu, and so for "relu"
    registry.symbol("compat.v1.nn.relu6")  relu, only with this prefix
    registry.names(relu)                   ("nn.relu", "relu")
    registry.names(relu, version=1)        ("nn.relu6",): no prefix here

Version 2 of the API has the names that are given first, version 1 those in ``v1``:

    v1 left out, or None    the v1 names are the same as the v2 names
    v1=[]                   no v1 name: the symbol is new in version 2
    v1=[...] without names  no v2 name: the symbol is gone from version 2

Within one registry, ``api_name`` and version, a name belongs to one symbol. A name of version 1 and
the same name of version 2 may belong to two, and so may ``a`` and ``a.b``. Different values of
``api_name`` (two products in one code base) know nothing of each other, nor do two registries.
``functools.partial`` makes a short decorator for each product:
``demo_export = partial(api_export, registry=registry)``.

Names belong to the very object that was decorated. A subclass, an instance, or a wrapper made with
``functools.wraps`` has none of them, and a subclass or a wrapper can be exported itself.

The trap: an export happens as a whole or not at all. After an error the registry and the symbol are
as they were, also where only the last of five names was bad.

Level: 3
Needs: exports/partial
Source: TensorFlow, tf_export.py; Python language reference, section "Function definitions"
Time: O(names) for an export, O(1) for a lookup
Space: O(names)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any


class SymbolAlreadyExposedError(Exception):
    """The symbol was exported before, under the same ``api_name`` in the same registry."""


class Registry:
    """The public names of one code base; empty at first.

    ``version`` is 2 or 1. ``api_name`` may be any string: under one that was never used, no symbol
    has a name.

    Example:
        >>> registry = Registry()
        >>> @api_export("math.twice", "twice", registry=registry)
        ... def twice(x):
        ...     return 2 * x
        >>> registry.symbol("twice") is twice, registry.names(twice, version=1)
        (True, ('math.twice', 'twice'))
        >>> registry.canonical_name(twice, deprecated={"math.twice"})
        'twice'

    Limits: other versions are not specified.
    """

    def __init__(self) -> None:
        """A registry without names."""
        raise NotImplementedError

    def symbol(self, name: str, *, api_name: str = "demo") -> Any:
        """The symbol of that name: a v2 name as it is, a v1 name with ``compat.v1.`` before it.

        Raises:
            LookupError: no symbol has it.
        """
        raise NotImplementedError

    def names(self, symbol: Any, *, version: int = 2, api_name: str = "demo") -> tuple[str, ...]:
        """The names of a symbol in one version, in the order of its export, without ``compat.v1.``.

        Empty for anything that was not exported itself.
        """
        raise NotImplementedError

    def canonical_name(
        self,
        symbol: Any,
        *,
        api_name: str = "demo",
        deprecated: Collection[str] = (),
    ) -> str | None:
        """The one name that the documentation uses.

        The first v2 name that is not in ``deprecated``; if there is none, the first v2 name; if
        there is none, ``compat.v1.`` and the first v1 name; if there is none, None.
        """
        raise NotImplementedError


class api_export:  # noqa: N801
    """A decorator that gives a function or class its names, and returns it.

    Args:
        names: the names in version 2, such as ``"nn.relu"``.
        v1: the names in version 1, without ``compat.v1.``; None for the same as ``names``. A later
            change of the list has no effect on the decorator.
        api_name: the product that the names are for.
        registry: where they are kept.

    Raises:
        ValueError: there is no name at all, neither in ``names`` nor in ``v1``; or a name does not
            consist of identifiers (``str.isidentifier``) with single dots between them. Raised when
            the decorator is made or when it is applied, as you like.

    Example:
        >>> registry = Registry()
        >>> @api_export("Shape", v1=[], registry=registry)
        ... class Shape: ...
        >>> class Circle(Shape): ...
        >>> registry.names(Shape), registry.names(Shape, version=1), registry.names(Circle)
        (('Shape',), (), ())

    Limits: names that begin with ``compat``, the same name twice in one export, a string as ``v1``,
    and symbols that are no functions or classes written in Python are not specified.
    """

    def __init__(
        self,
        *names: str,
        v1: Sequence[str] | None = None,
        api_name: str = "demo",
        registry: Registry,
    ) -> None:
        """A decorator for one symbol."""
        raise NotImplementedError

    def __call__(self, symbol: Any) -> Any:
        """Register the names of ``symbol``, and return the very object that came in.

        Its own name, docstring and signature stay as they are.

        Raises:
            ValueError: another symbol has one of the names in the same version; see above, too.
            SymbolAlreadyExposedError: ``symbol`` has names in the registry under this ``api_name``.
                Where both errors apply, either may be raised.
        """
        raise NotImplementedError
