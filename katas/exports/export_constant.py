"""Record the public names of constants, which no decorator can mark.

A function carries its exports on a decorator. A constant can't: a number has no name of its own,
and ``1``, ``1.0`` and ``True`` are equal. So the module that defines a constant makes a call, and
the registry keeps the *name* of the variable; a tool reads the registry later and writes lines such
as ``from demo.math import PI as pi``.

    registry = ConstantRegistry()
    registry.export("demo.math", "PI", "math.pi", "pi", v1=["math.PI"])
    registry.export("demo.math", "E", "math.e")
    registry.export("demo.math", "OLD", v1=["math.old"])

    registry.constants("demo.math")
        [(("math.pi", "pi"), "PI"), (("math.e",), "E")]
    registry.constants("demo.math", version=1)
        [(("math.PI",), "PI"), (("math.e",), "E"), (("math.old",), "OLD")]

Version 2 has the names of the call, version 1 those in ``v1``. As in ``api_export``: ``v1`` left
out or None means the same names, ``v1=[]`` means none, and ``v1`` without names means version 1
alone.

Nothing is sorted and nothing is merged. Each call adds one entry to its module, for each version
that has a name; a constant that is exported twice has two entries, and a name that stands twice in
a call stands twice in the entry.

The trap: whoever asks gets a list and may do with it what he likes, and whoever exports may change
the list that he gave as ``v1``. Neither may reach what the registry keeps.

Level: 2
Needs: exports/api_export
Source: TensorFlow, tf_export.py (export_constant)
Time: O(names) for an export, O(entries of the module) for a question
Space: O(names)
"""

from __future__ import annotations

from collections.abc import Sequence


class ConstantRegistry:
    """The constants of one code base, by module; empty at first. Two registries share nothing.

    Example:
        >>> registry = ConstantRegistry()
        >>> registry.export("demo.colors", "RED", "colors.red", v1=[])
        >>> registry.constants("demo.colors"), registry.constants("demo.colors", version=1)
        ([(('colors.red',), 'RED')], [])
    """

    def __init__(self) -> None:
        """A registry without constants."""
        raise NotImplementedError

    def export(
        self,
        module_name: str,
        constant_name: str,
        *names: str,
        v1: Sequence[str] | None = None,
    ) -> None:
        """Add one entry to a module, in each version that has a name.

        Args:
            module_name: the module that defines the constant.
            constant_name: the name of the variable there.
            names: the public names in version 2.
            v1: the public names in version 1; None for the same as ``names``. A later change of the
                list has no effect.

        Example:
            >>> registry = ConstantRegistry()
            >>> registry.export("demo.math", "E", "math.e", "e")
            >>> registry.export("demo.math", "E", "math.euler", v1=None)
            >>> registry.constants("demo.math")
            [(('math.e', 'e'), 'E'), (('math.euler',), 'E')]

        Limits: a call without any name, neither in ``names`` nor in ``v1``, a string as ``v1``, and
        names that are not identifiers with dots between them are not specified.
        """
        raise NotImplementedError

    def constants(self, module_name: str, *, version: int = 2) -> list[tuple[tuple[str, ...], str]]:
        """The entries of a module in one version, in the order of their exports.

        Args:
            module_name: the module, by its full name.
            version: 2 or 1; others are not specified.

        Returns:
            A new list of pairs: a tuple of public names, and the name of the constant. Empty for a
            module without exports.
        """
        raise NotImplementedError
