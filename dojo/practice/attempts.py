"""What happens to the learner's file: it is replaced only after what stood in it is safe in the journal."""

from __future__ import annotations

from dojo.errors import DojoError
from dojo.kata import Kata
from dojo.practice.files import read_bytes, write_atomically
from dojo.practice.journal import Journal
from dojo.stub import derive


def reset(kata: Kata, journal: Journal) -> int | None:
    """Make the stub anew.

    Returns:
        The number under which the journal keeps what stood in the file; None where it was the stub already.

    Raises:
        JournalError: the attempt can't be saved; DojoError: the file can't be written. It is unchanged then.
    """
    stub = derive(kata.solution.read_text(encoding="utf-8")).encode()
    return _replace(kata, journal, stub, "reset")


def restore(kata: Kata, journal: Journal, number: int) -> int | None:
    """Bring an attempt back into the learner's file.

    Returns:
        The number under which the journal keeps what stood in the file before; None where it was the same.

    Raises:
        JournalError: there is no such attempt, or the present text can't be saved; the file is unchanged then.
    """
    attempt = journal.attempt(number)
    if attempt.kata != kata.name:
        raise DojoError(
            f"Attempt {number} is one of {attempt.kata}, not of {kata.name}.",
            f"`dojo attempts {kata.short_name}` lists those of {kata.name}.",
        )
    return _replace(kata, journal, attempt.content, "restore")


def _replace(kata: Kata, journal: Journal, content: bytes, kind: str) -> int | None:
    before = read_bytes(kata.stub) if kata.stub.exists() else None
    if before == content:
        return None
    saved = journal.record(kata.name, before, kind=kind) if before else None
    # What an editor saved meanwhile is not in the journal: then nothing is replaced.
    write_atomically(kata.stub, content, expected=before)
    return saved
