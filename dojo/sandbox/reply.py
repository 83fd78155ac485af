"""What a worker sends back: three kinds of frames, of bounded sizes, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.limits import MOST_ARGUMENTS

Word = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Position = Annotated[int, msgspec.Meta(ge=0, lt=MOST_ARGUMENTS)]
Changed = Annotated[dict[Position | Word, bytes], msgspec.Meta(max_length=MOST_ARGUMENTS)]


class _Ok(msgspec.Struct, array_like=True, forbid_unknown_fields=True, tag="ok"):
    result: bytes
    changed: Changed


class _Raise(msgspec.Struct, array_like=True, forbid_unknown_fields=True, tag="raise"):
    name: Word
    bases: Annotated[list[Word], msgspec.Meta(max_length=50)]
    text: Text
    traceback: Text
    changed: Changed


class _Bad(msgspec.Struct, array_like=True, forbid_unknown_fields=True, tag="bad"):
    text: Text


_decoder = msgspec.msgpack.Decoder(_Ok | _Raise | _Bad)


@dataclass(frozen=True)
class Raised:
    """An exception of the answer: its name, its built-in bases from the nearest on, its text, where it was raised."""

    name: str
    bases: list[str]
    text: str
    traceback: str


@dataclass(frozen=True)
class Reply:
    """What came back from one request.

    Attributes:
        result: plain data as bytes, empty where an exception was raised.
        raised: the exception.
        changed: the arguments that are different now, by position or keyword, as bytes of plain data.
    """

    result: bytes
    raised: Raised | None
    changed: dict[int | str, bytes]

    @classmethod
    def parse(cls, frame: bytes) -> Reply:
        """Read what a worker sent; nothing in it is trusted.

        Raises:
            NotPlainError: it is of no known form, or says that a value is not plain data.

        Example:
            >>> Reply.parse(msgspec.msgpack.encode(["ok", b"\\x01", {}])).result
            b'\\x01'
        """
        try:
            found = _decoder.decode(frame)
        except (msgspec.MsgspecError, RecursionError, ValueError, TypeError, OverflowError):
            raise NotPlainError("a reply of no known form") from None
        if isinstance(found, _Bad):
            raise NotPlainError(found.text)
        if isinstance(found, _Ok):
            return cls(found.result, None, found.changed)
        return cls(b"", Raised(found.name, found.bases, found.text, found.traceback), found.changed)
