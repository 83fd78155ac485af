"""The process that holds one answer: it loads the text, makes the calls it is asked for, and sends plain data back.

It knows no expected value and judges nothing. Whatever it says is a claim of the answer.
"""

from __future__ import annotations

import contextlib
import errno
import inspect
import io
import linecache
import os
import sys
import tokenize
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

import msgspec

from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.limits import DEFAULT_LIMITS
from dojo.sandbox.wire import Channel, ChannelClosed, pack, unpack

IMMUTABLE = (bool, int, float, complex, str, bytes, type(None))
FRAMES_OF_A_TRACEBACK = 12
ENCLOSED = "dojo.enclosed"
"""Stands among the loaded modules where the walls are up."""
FORBIDDEN = (errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOSYS)
BY_THE_WALLS = "by the walls of the grader: an answer may compute, start threads, and write temporary files"
KEPT_RESULTS = 12
"""How many of the last results are looked at again."""


class CappedOutput(io.BufferedIOBase):
    """What stands below standard output and error: the first bytes are kept, the rest is dropped without an error.

    Nothing is held back, so that nothing has to be flushed.
    """

    name = "<output>"
    mode = "wb"

    def __init__(self, descriptor: int, limit: int = DEFAULT_LIMITS.output) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._limit = self._left = limit

    def stream(self) -> io.TextIOWrapper:
        """A text stream like those that Python begins with."""
        return io.TextIOWrapper(self, encoding="utf-8", errors="backslashreplace", write_through=True)

    def refill(self) -> None:
        """Allow as much again: the limit holds for each call."""
        self._left = self._limit

    def write(self, data: Any) -> int:
        """Write the part that fits; all of it counts as written."""
        raw = memoryview(data).cast("B")
        if self._left > 0:
            kept = raw[: self._left]
            self._left -= len(kept)
            with contextlib.suppress(BlockingIOError):  # the pipe is full
                os.write(self._descriptor, kept)
        return len(raw)

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor itself, for code that wants one."""
        return self._descriptor


class Answer:
    """One loaded answer and the probes that run beside it."""

    def __init__(self) -> None:
        self.module = ModuleType("answer")
        self.probes = ModuleType("probes")
        self._kept: deque[_Kept] = deque(maxlen=KEPT_RESULTS)

    def load(
        self,
        name: str,
        file: str,
        text: bytes,
        probes: bytes,
        wanted: Mapping[str, Any],
        needs: Mapping[str, bytes] | None = None,
    ) -> dict[str, Any]:
        """Execute the answer's text.

        Args:
            name: the module's name.
            file: what tracebacks call the file.
            text: the answer, UTF-8.
            probes: the text of the kata's probes.
            wanted: for each public function and class, how it must be callable, see :func:`misfit`.
            needs: the texts of the katas that this one builds on, by the names of their modules.

        Returns:
            ``constants``: the module's public plain values; ``misfits``: what does not fit, by name.
        """
        sys.meta_path.insert(0, _Needed(name, needs or {}, self._execute))
        self.module = self._execute(name, file, text)
        self.probes = self._execute("probes", "<probes>", probes)
        public = {key: value for key, value in vars(self.module).items() if not key.startswith("_")}
        constants = {key: value for key, value in public.items() if type(value) in IMMUTABLE and _can_cross(value)}
        misfits = {key: misfit(getattr(self.module, key, None), how) for key, how in wanted.items()}
        return {"constants": constants, "misfits": {key: text for key, text in misfits.items() if text}}

    @staticmethod
    def _execute(name: str, file: str, text: bytes, module: ModuleType | None = None) -> ModuleType:
        module = ModuleType(name) if module is None else module
        module.__file__ = file
        sys.modules[name] = module
        source = _decoded(text)
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        # From text: from bytes, a syntax error would quote whatever lies on the disk under the file's name.
        code = compile(source, file, "exec", dont_inherit=True, optimize=0)
        exec(code, vars(module))  # noqa: S102  # this process is for it
        return module

    def call(
        self,
        where: str,
        name: str,
        raw: Sequence[bytes],
        raw_keywords: Mapping[str, bytes],
        same: Mapping[int, int] | None = None,
    ) -> list[Any]:
        """Make one call.

        Args:
            where: ``answer`` or ``probe``.
            name: the function.
            raw: the positional arguments as bytes.
            raw_keywords: the others.
            same: which positional arguments are the very object that stands at an earlier position.

        Returns:
            The reply: ``["ok", result, changed]`` with the arguments that are different now, by position or keyword;
            ``["raise", exception, changed]`` where the call raised.
        """
        arguments = [unpack(data, trusted=True) for data in raw]
        for position, earlier in (same or {}).items():
            arguments[position] = arguments[earlier]
        keywords = {key: unpack(data, trusted=True) for key, data in raw_keywords.items()}
        try:
            if where == "probe":
                result = getattr(self.probes, name)(self.module, *arguments)
            else:
                result = getattr(self.module, name)(*arguments, **keywords)
        except BaseException as error:
            outcome = ["raise", *describe(error, str(self.module.__file__))]
        else:
            packed = _pack(result, "the result")
            outcome = ["ok", packed]
            if where == "answer" and type(result) not in IMMUTABLE:
                self._kept.append(_Kept(name, result, packed, [*arguments, *keywords.values()]))
        changed: dict[int | str, bytes] = {}
        passed: list[tuple[int | str, bytes, Any]] = [*zip(range(len(raw)), raw, arguments, strict=True)]
        named = [(key, data, keywords[key]) for key, data in raw_keywords.items()]
        for key, before, value in (*passed, *named):
            if type(value) not in IMMUTABLE:
                after = _pack(value, f"argument {key} afterwards", layouts=True)
                if after != before:
                    changed[key] = after
        return [*outcome, changed]

    def recheck(self) -> str:
        """What became of the last results: in words, what is wrong with one; empty where all is well.

        A result must stay as it is when later calls are made, and when the caller changes the arguments afterwards.
        """
        for kept in self._kept:
            if not kept.holds():
                return f"the result of {kept.name} was changed by a later call"
        for kept in self._kept:
            for value in kept.arguments:
                _overwrite(value)
            if not kept.holds():
                return f"the result of {kept.name} shares memory with an argument: it changes when the caller does"
        self._kept.clear()
        return ""


class _Needed(Loader, MetaPathFinder):
    """Finds the katas that this one needs among the texts that came along; every other kata is refused with words."""

    def __init__(self, own: str, texts: Mapping[str, bytes], execute: Callable[..., ModuleType]) -> None:
        self._own = own
        self._texts = texts
        self._execute = execute

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """A spec for ``katas``, its topics, and what is needed of them; None for what is not ours.

        Raises:
            ModuleNotFoundError: another kata, a reference or a test.
        """
        first, *rest = fullname.split(".")
        if first not in ("katas", "solutions", "tests"):
            return None
        if fullname in self._texts:
            return spec_from_loader(fullname, self)
        if first == "katas" and len(rest) < 2:
            return spec_from_loader(fullname, self, is_package=True)
        able = f"It may import {', '.join(self._texts)}." if self._texts else "This kata needs no other."
        raise ModuleNotFoundError(f"{fullname} is not there: an answer is one file. {able}", name=fullname)

    def exec_module(self, module: ModuleType) -> None:
        """Run the text of a needed kata in its module."""
        name = module.__name__
        if name in self._texts:
            self._execute(name, f"<{name}>", self._texts[name], module)


@dataclass
class _Kept:
    """A result as an object, as it was sent, and the arguments that led to it."""

    name: str
    result: Any
    packed: bytes
    arguments: list[Any]

    def holds(self) -> bool:
        """Whether the result is still what was sent."""
        return _pack(self.result, "an earlier result") == self.packed


def _can_cross(value: Any) -> bool:
    try:
        pack(value)
    except NotPlainError:
        return False
    return True


def _overwrite(value: Any) -> None:
    """Change an argument as its owner might, now that the call is over."""
    torch = sys.modules.get("torch")
    if type(value) is list:
        value.append(None)
    elif type(value) is dict:
        value[None] = None
    elif torch is not None and isinstance(value, torch.Tensor):
        value.data.bitwise_not_() if value.dtype == torch.bool else value.data.add_(1)
    elif hasattr(value, "dtype") and getattr(value, "flags", None) is not None and value.ndim:
        value.flags.writeable = value.flags.writeable or value.base is None
        if value.flags.writeable:
            value[...] = ~value if value.dtype == bool else value + 1


def _decoded(text: bytes) -> str:
    """A program's text, decoded as Python itself does: by its byte order mark or encoding cookie, else as UTF-8.

    Raises:
        SyntaxError: the encoding is unknown, or the text is not of that encoding.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(text).readline)
    try:
        return io.IncrementalNewlineDecoder(None, translate=True).decode(text.decode(encoding), final=True)
    except UnicodeDecodeError as error:
        raise SyntaxError(f"the text is not {encoding}: {error.reason} at byte {error.start}") from None


def _pack(value: Any, what: str, *, layouts: bool = False) -> bytes:
    try:
        return pack(value, layouts=layouts)
    except NotPlainError as error:
        raise NotPlainError(f"{what} is {error}") from None


def misfit(found: Any, how: Mapping[str, Any]) -> str | None:
    """Why ``found`` can't be called as a kata's signature says; None where it can.

    Args:
        found: the answer's function or class, None where it has none.
        how: ``signature`` as text, ``calls``: pairs (how many positional arguments, keyword names) that must work.
    """
    if found is None:
        return "is missing"
    if not callable(found):
        return "is not callable"
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return None
    for positional, keywords in how["calls"]:
        try:
            signature.bind(*[None] * positional, **dict.fromkeys(keywords))
        except TypeError as error:
            return f"is {found.__name__}{_names(signature)}; it must be callable as {how['signature']} ({error})"
    return None


def _names(signature: inspect.Signature) -> str:
    bare = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
    return str(inspect.Signature(bare))


def describe(error: BaseException, file: str) -> list[Any]:
    """An exception as plain data: its name, built-in bases, text, and traceback cut to the answer's file."""
    bases = [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"]
    if isinstance(error, SyntaxError):
        shown = "".join(traceback.format_exception_only(error))
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        left_out = len(frames) - FRAMES_OF_A_TRACEBACK
        lines = traceback.format_list(frames[-FRAMES_OF_A_TRACEBACK:])
        if left_out > 0:
            lines.insert(0, f"  ... {left_out} calls before\n")
        shown = "".join(lines)
    try:
        text = str(error)
    except BaseException:
        text = "an exception that can't be shown"
    if ENCLOSED in sys.modules and isinstance(error, OSError) and error.errno in FORBIDDEN:
        text += f" ({BY_THE_WALLS})"
    return [type(error).__name__[:100], bases[:20], text[:10_000], shown[:20_000]]


def serve(channel: Channel, output: int) -> None:
    """Answer requests until the other side closes."""
    capped = CappedOutput(output)
    sys.stdout, sys.stderr = capped.stream(), capped.stream()
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)
    answer = Answer()
    file = "<answer>"
    while True:
        try:
            request = msgspec.msgpack.decode(channel.receive())
        except ChannelClosed:
            return
        capped.refill()
        try:
            if request[0] == "load":
                file = request[2]
                reply = ["ok", pack(answer.load(*request[1:])), {}]
            elif request[0] == "recheck":
                reply = ["ok", pack(answer.recheck()), {}]
            else:
                reply = answer.call(*request[1:])
        except NotPlainError as error:
            reply = ["bad", str(error)[:10_000]]
        except BaseException as error:
            reply = ["raise", *describe(error, file), {}]
        try:
            frame = msgspec.msgpack.encode(reply)
        except UnicodeEncodeError as error:
            frame = msgspec.msgpack.encode(["bad", f"a text that is not Unicode ({error.reason})"])
        try:
            channel.send(frame)
        except ChannelClosed:
            return
