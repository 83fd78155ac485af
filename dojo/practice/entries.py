"""What the journal keeps: attempts, and where a learner stands with a kata."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Kind = Literal["check", "reset", "restore", "solution"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Attempt:
    """One entry of the journal.

    Attributes:
        id: its number, never given twice.
        kata: the full name of the kata.
        when: when it was recorded, in UTC.
        kind: what happened: a check, or the text that a reset, a restore or the showing of the solution came upon.
        sha256: the digest of its content, in hexadecimal.
        size: the length of its content in bytes.
        outcome: ``accepted``, ``rejected``, ``not_attempted``, ``fault``; None unless it was checked.
        verdict: the whole verdict as JSON.
        seconds: how long the check took.
        hints_used: how many hints of the kata were revealed by then.
    """

    id: int
    kata: str
    when: datetime
    kind: Kind
    sha256: str
    size: int
    outcome: str | None
    verdict: str | None
    seconds: float | None
    hints_used: int


@dataclass(frozen=True)
class SavedAttempt(Attempt):
    """An entry with what the file held, byte by byte."""

    content: bytes


@dataclass(frozen=True)
class Standing:
    """Where a learner stands with one kata.

    Attributes:
        attempts: how often it was checked.
        last: when it was checked last.
        last_outcome: the outcome of that check.
        first_pass: when it was first accepted.
        hints_used: how many hints are revealed.
    """

    attempts: int = 0
    last: datetime | None = None
    last_outcome: str | None = None
    first_pass: datetime | None = None
    hints_used: int = 0
