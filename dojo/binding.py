"""What a property sees as ``kata``: the module itself, or a proxy for one that runs elsewhere.

Both have the same calls, so a property reads the same under ``pytest`` and under ``dojo check``:

- ``kata.function(*arguments)`` calls a public function; arguments that it changes are changed for the caller;
- ``kata.run(probe, *arguments)`` runs a function of ``tests/<topic>/probes/<kata>.py`` beside the answer.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from dojo.errors import AnswerError, BadReply, GraderFault

if TYPE_CHECKING:
    from dojo.sandbox.reply import Raised, Reply


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
        __tracebackhide__ = True
        try:
            return getattr(self.module, name)
        except AttributeError:
            where = getattr(self.module, "__file__", self.module.__name__)
            raise AttributeError(f"there is no {name} in {where}") from None

    def __repr__(self) -> str:
        return self.module.__name__

    def run(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Run the probe on the module."""
        __tracebackhide__ = True
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


@dataclass
class Call:
    """One call of an answer, as it crossed: arguments before it, and what came of it.

    Attributes:
        where: ``answer`` for a function of the answer, ``probe`` for one that runs beside it.
        name: the function.
        arguments, keywords: as bytes of plain data, before the call.
        same: which positional arguments are the very object that stands at an earlier position.
        reply: what came back, None where nothing did.
        error: what was raised instead of a result.
    """

    where: str
    name: str
    arguments: list[bytes]
    keywords: dict[str, bytes]
    same: dict[int, int] = field(default_factory=dict)
    reply: Reply | None = None
    error: Exception | None = None

    def argument(self, key: int | str) -> bytes:
        """The argument at a position or of a name."""
        return self.arguments[key] if isinstance(key, int) else self.keywords[key]

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for calls with equal arguments."""
        return (self.where, self.name, *self.arguments, *sorted(self.keywords.items()), *self.same.items())


class Sandboxed:
    """A proxy for an answer that runs in a worker.

    Arguments cross as plain data; what the answer changed in them is changed in the caller's objects; built-in
    exceptions are raised again as themselves, with the answer's traceback in ``answer_traceback``.

    Args:
        request: sends a call to the worker and returns its reply; raises an :class:`AnswerFailure` where none comes.
        constants: the public plain values of the answer.
    """

    def __init__(self, request: Callable[[Call], Reply], constants: dict[str, Any]) -> None:
        self._request = request
        self._constants = constants
        self.calls: list[Call] = []
        """The calls since the caller last emptied this list."""
        self._changed: list[tuple[Any, bytes]] = []

    def __getattr__(self, name: str) -> Any:
        if name in self._constants:
            return self._constants[name]
        if name.startswith("_"):
            raise AttributeError(name)
        function = functools.partial(self._call, "answer", name)
        function.__name__ = name  # type: ignore[attr-defined]
        return function

    def run(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Run the probe beside the answer."""
        return self._call("probe", probe.__name__, *arguments)

    def undo(self) -> None:
        """Make every argument that the answer has changed what it was before.

        Pinned examples and constants of a test file are objects that all answers meet, one after the other.
        """
        from dojo.sandbox.wire import unpack

        while self._changed:
            argument, before = self._changed.pop()
            restore(argument, unpack(before))

    def _call(self, where: str, name: str, /, *arguments: Any, **keywords: Any) -> Any:
        from dojo.sandbox.errors import NotPlainError
        from dojo.sandbox.wire import pack

        try:
            packed = {key: pack(value, layouts=True) for key, value in keywords.items()}
            call = Call(where, name, [pack(value, layouts=True) for value in arguments], packed, _same(arguments))
        except NotPlainError as error:
            raise GraderFault(f"the property passes {error} to {name}; only plain data crosses, use a probe") from None
        self.calls.append(call)
        try:
            return self._result(call, arguments, keywords)
        except Exception as error:
            call.error = error
            raise

    def _result(self, call: Call, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        from dojo.sandbox.errors import NotPlainError
        from dojo.sandbox.wire import unpack

        reply = call.reply = self._request(call)
        try:
            for key, data in reply.changed.items():
                argument = arguments[key] if isinstance(key, int) else keywords[key]
                self._changed.append((argument, call.argument(key)))
                restore(argument, unpack(data))
            result = None if reply.raised else unpack(reply.result)
        except (NotPlainError, LookupError, TypeError, RuntimeError) as error:
            raise BadReply(f"a reply that can't be read: {error}") from None
        if reply.raised is not None:
            raise exception_of(reply.raised)
        return result


def _same(arguments: tuple[Any, ...]) -> dict[int, int]:
    """Which arguments are the very object that stands at an earlier position, where that makes a difference."""
    first: dict[int, int] = {}
    found = {}
    for position, value in enumerate(arguments):
        if type(value) in (list, dict) or hasattr(value, "dtype"):
            earlier = first.setdefault(id(value), position)
            if earlier != position:
                found[position] = earlier
    return found


def exception_of(raised: Raised) -> Exception:
    """The exception that the answer raised: the nearest built-in one of its bases, or an :class:`AnswerError`."""
    error: Exception | None = None
    for kind in map(builtin_exception, raised.bases):
        if kind is None or kind is Exception:
            continue
        with contextlib.suppress(
            TypeError
        ):  # UnicodeDecodeError and its like want more than a text: take the next base
            error = kind(raised.text)
            break
    if error is None:
        error = AnswerError(f"{raised.name}: {raised.text}" if raised.text else raised.name)
    error.answer_traceback = raised.traceback  # type: ignore[attr-defined]
    error.answer_type = raised.name  # type: ignore[attr-defined]
    return error


def restore(target: Any, value: Any) -> None:
    """Change ``target`` in place so that it equals ``value``, keeping inner objects that stay what they are.

    Raises:
        BadReply: ``target`` can't become ``value`` in place.
    """
    kind = type(target)
    if kind is not type(value):
        raise BadReply(f"an argument of type {kind.__name__} became a {type(value).__name__}")
    if kind is list:
        kept = [_restored(old, new) for old, new in zip(target, value, strict=False)]
        target[:] = kept + value[len(kept) :]
    elif kind is dict:
        restored = {key: _restored(target[key], new) if key in target else new for key, new in value.items()}
        target.clear()
        target.update(restored)
    elif kind is tuple and len(target) == len(value):
        for old, new in zip(target, value, strict=True):
            if type(old) in (list, dict, tuple) or hasattr(old, "dtype"):
                restore(old, new)
    elif hasattr(target, "copy_") and target.shape == value.shape and target.dtype == value.dtype:
        target.detach().copy_(value)
    elif hasattr(target, "dtype") and target.shape == value.shape and target.dtype == value.dtype:
        target[...] = value
    else:
        raise BadReply(f"an argument of type {kind.__name__} changed its shape, dtype or length")


def _restored(old: Any, new: Any) -> Any:
    if type(old) is type(new) and type(old) in (list, dict):
        restore(old, new)
        return old
    return new
