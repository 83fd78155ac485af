"""Every error that a user can meet, and the exceptions that stand for what an answer did.

A :class:`DojoError` is shown without a traceback: its text says what is wrong, with which value, and what to do next.
"""

from __future__ import annotations

ACCEPTED, NOT_ALL_ACCEPTED, USAGE, FAULT = 0, 1, 2, 3
"""Exit codes of the commands."""


class DojoError(Exception):
    """Something that the user can mend. ``str(error)`` is the message, :attr:`way_out` the next step."""

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(message)
        self.way_out = way_out


class UnknownKataError(DojoError):
    """No kata, or more than one, has the name."""


class KataFormatError(DojoError):
    """A stub or a solution does not have the form that the catalogue reads."""


class NoRepositoryError(DojoError):
    """There is no folder with katas here."""


class MissingLibraryError(DojoError):
    """A library that a kata needs is not installed."""


class JournalError(DojoError):
    """The journal can't be read or written."""


class GraderFault(Exception):
    """The grader itself failed; never a verdict on the answer."""


class NoWallsError(GraderFault):
    """Foreign answers can't be judged, since nothing would keep them in."""

    def __init__(self, message: str, way_out: str) -> None:
        super().__init__(message)
        self.way_out = way_out


class AnswerFailure(Exception):
    """The answer did something that no property allows; always a rejection, whatever the property asks for."""


class CallTimeout(AnswerFailure):
    """A call did not come back within its deadline."""


class AnswerDied(AnswerFailure):
    """The answer's process ended in the middle of a call."""


class Inconsistent(AnswerFailure):
    """The answer remembers: an earlier input gave another result now, or an earlier result has changed.

    Attributes:
        earlier: the call that was made again, if it was one; a :class:`dojo.binding.Call`.
    """

    def __init__(self, message: str, earlier: object = None) -> None:
        super().__init__(message)
        self.earlier = earlier


class BadReply(AnswerFailure):
    """What came back is not plain data, or too much of it."""


class AnswerError(AnswerFailure):
    """The answer raised an exception that is not a built-in one, or one that ends a program."""
