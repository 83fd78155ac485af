"""What a property sees as ``kata``: the module itself, or a proxy for one that runs elsewhere.

Both have the same calls, so a property reads the same under ``pytest`` and under ``dojo check``:

- ``kata.function(*arguments)`` calls a public function; arguments that it changes are changed for the caller;
- ``kata.run(probe, *arguments)`` runs a function of ``tests/<topic>/probes.py`` beside the answer.
"""

from __future__ import annotations

import builtins
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol


class Binding(Protocol):
    """An implementation of a kata, wherever it runs."""

    def __getattr__(self, name: str) -> Any: ...

    def run(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Run ``probe(kata, *arguments)`` beside the implementation."""


class InProcess:
    """The module itself, with :meth:`run`: for the debugger, and for code that is trusted.

    Example:
        >>> import math
        >>> InProcess(math).run(lambda kata, x: kata.sqrt(x), 4.0)
        2.0
    """

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def run(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Run the probe on the module."""
        return probe(self.module, *arguments)


def load_module(path: Path, name: str) -> ModuleType:
    """A fresh module from a file, also where one of that name is loaded already.

    Raises:
        Whatever the file raises when it is imported.
    """
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file", path=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look their module up while it is being made
    spec.loader.exec_module(module)
    return module


def builtin_exception(name: str) -> type[Exception] | None:
    """The built-in exception of that name; None for one that is not built in, or that would end the program."""
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else None
