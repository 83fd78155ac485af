"""What happens to the learner's file: it is replaced only after what stood in it is safe in the journal."""

from __future__ import annotations

from dataclasses import dataclass

from dojo.errors import DojoError
from dojo.kata import Kata
from dojo.practice.entries import SavedAttempt
from dojo.practice.files import read_bytes, write_atomically
from dojo.practice.journal import Journal


@dataclass(frozen=True)
class Replaced:
    """What became of the learner's file.

    Attributes:
        written: whether it was written; it was not where it held the same already.
        saved: the number under which the journal keeps what stood in it; None where nothing did.
    """

    written: bool
    saved: int | None = None


def reset(kata: Kata, journal: Journal) -> Replaced:
    """Make the stub anew.

    Raises:
        JournalError: the attempt can't be saved; DojoError: the file can't be written. It is unchanged then.
    """
    from dojo.stub import derive  # the library behind it takes long to be imported

    stub = derive(kata.solution.read_text(encoding="utf-8")).encode()
    return _replace(kata, journal, stub, "reset")


def restore(kata: Kata, journal: Journal, number: int) -> Replaced:
    """Bring an attempt back into the learner's file.

    Raises:
        JournalError: there is no such attempt, or the present text can't be saved; the file is unchanged then.
    """
    return _replace(kata, journal, attempt_of(kata, journal, number).content, "restore")


def attempt_of(kata: Kata, journal: Journal, number: int) -> SavedAttempt:
    """An attempt of that kata.

    Raises:
        JournalError: there is no such attempt; DojoError: it is one of another kata.
    """
    attempt = journal.attempt(number)
    if attempt.kata != kata.name:
        raise DojoError(
            f"Attempt {number} is one of {attempt.kata}, not of {kata.name}.",
            f"`dojo attempts {kata.short_name}` lists those of {kata.name}.",
        )
    return attempt


def _replace(kata: Kata, journal: Journal, content: bytes, kind: str) -> Replaced:
    if kata.stub.is_symlink() and not kata.stub.exists():
        raise DojoError(
            f"{kata.stub} is a link to {kata.stub.readlink()}, which is not there; nothing was written.",
            "Remove the link, or bring back what it leads to.",
        )
    before = read_bytes(kata.stub) if kata.stub.exists() else None
    if before == content:
        return Replaced(written=False)
    saved = journal.record(kata.name, before, kind=kind) if before else None
    # What an editor saved meanwhile is not in the journal: then nothing is replaced.
    write_atomically(kata.stub, content, expected=before)
    return Replaced(written=True, saved=saved)
