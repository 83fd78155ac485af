"""The journal: every attempt that was checked, reset or restored, with its text and verdict, in one SQLite file.

It lies in the user's data folder (``~/.local/share/dojo`` on Linux), or in the folder that the environment variable
``DOJO_DATA`` names. How the file is kept safe is in :mod:`dojo.practice.store`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dojo.errors import JournalError
from dojo.practice.entries import KINDS, Attempt, SavedAttempt, Standing
from dojo.practice.folder import data_folder
from dojo.practice.store import Damaged, Store

FILE_NAME = "journal.sqlite3"


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """The journal of one learner; opened at its first use, created at its first entry. Two processes may write at once.

    For one thread; close it, or use it in a ``with``.

    Args:
        path: the file, by default ``journal.sqlite3`` in :func:`data_folder`.
        timeout: how many seconds to wait while another process writes.
        now: the clock.

    Every method raises :class:`~dojo.errors.JournalError` if the file can't be read or written; then nothing was
    changed.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Journal(Path(folder, "journal.sqlite3")) as journal:
        ...     journal.latest("arrays/merge_sorted_array") is None
        ...     number = journal.record("arrays/merge_sorted_array", b"x = 1", kind="check", outcome="accepted")
        ...     journal.attempt(number).content
        ...     sorted(journal.passed())
        True
        b'x = 1'
        ['arrays/merge_sorted_array']
    """

    def __init__(self, path: Path | None = None, *, timeout: float = 10.0, now: Callable[[], datetime] = _now) -> None:
        self._store = Store(path.absolute() if path is not None else data_folder() / FILE_NAME, timeout)
        self._now = now

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        self._store.close()

    def record(
        self,
        kata: str,
        content: bytes,
        *,
        kind: str,
        outcome: str | None = None,
        verdict: str | None = None,
        seconds: float | None = None,
    ) -> int:
        """Add an entry; when this returns, it is on the disk.

        Args:
            kata: the full name.
            content: what the learner's file holds.
            kind: one of :data:`KINDS`.
            outcome: of a check.
            verdict: the whole verdict, as JSON.
            seconds: how long the check took.

        Returns:
            The number of the entry.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder, Journal(Path(folder, "journal.sqlite3")) as journal:
            ...     [journal.record("arrays/merge_sorted_array", b"x = 1", kind="check") for _ in range(2)]
            [1, 2]
        """
        if kind not in KINDS:
            raise ValueError(f"kind is {kind!r}, not one of {', '.join(KINDS)}")
        if verdict is not None:
            # SQLite's text has no lone surrogates, which a learner's output may hold; in JSON an escape means the same.
            verdict = verdict.encode("utf-8", "backslashreplace").decode()
        digest = hashlib.sha256(content).hexdigest()
        with self._store.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO contents VALUES (?, ?)", (digest, content))
            number = connection.execute(
                """INSERT INTO attempts (kata, at, sha256, kind, outcome, verdict, seconds, hints_used)
                VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(number), 0) FROM hints WHERE kata = ?))""",
                (kata, self._stamp(), digest, kind, outcome, verdict, seconds, kata),
            ).lastrowid
        assert number is not None
        return number

    def attempts(self, kata: str | None = None, limit: int | None = None) -> list[Attempt]:
        """The entries, newest first: of one kata or of all, at most ``limit``.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder, Journal(Path(folder, "journal.sqlite3")) as journal:
            ...     numbers = [journal.record(name, b"", kind="reset") for name in ("a/x", "a/y", "a/x")]
            ...     [attempt.id for attempt in journal.attempts("a/x")]
            [3, 1]
        """
        if limit is not None and limit < 0:
            raise ValueError(f"limit is {limit}, less than 0")
        with self._store.reading() as connection:
            if connection is None:
                return []
            rows = _rows(
                connection,
                f"{_SELECT} WHERE ? IS NULL OR kata = ? ORDER BY id DESC LIMIT ?",
                (kata, kata, -1 if limit is None else limit),
            )
            return [_attempt(row) for row in rows]

    def attempt(self, number: int) -> SavedAttempt:
        """The entry of that number, with its content.

        Raises:
            JournalError: there is none.
        """
        found = self._one("WHERE id = ?", number) if 0 < number < 2**63 else None
        if found is None:
            raise JournalError(f"There is no attempt {number} in the journal.", "`dojo attempts` lists them all.")
        return found

    def latest(self, kata: str) -> SavedAttempt | None:
        """The newest entry of a kata, of whatever kind, with its content; None if there is none."""
        return self._one("WHERE kata = ? ORDER BY id DESC LIMIT 1", kata)

    def _one(self, condition: str, value: str | int) -> SavedAttempt | None:
        with self._store.reading() as connection:
            if connection is None:
                return None
            row = connection.execute(f"{_SELECT} {condition}", (value,)).fetchone()
            if row is None:
                return None
            saved = SavedAttempt(**vars(_attempt(row)), content=row[-1])
            if hashlib.sha256(saved.content).hexdigest() != saved.sha256:
                raise Damaged(f"attempt {saved.id} is not what was recorded")
            return saved

    def passed(self) -> dict[str, datetime]:
        """The katas that were accepted, with the time of the first pass, in that order.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder, Journal(Path(folder, "journal.sqlite3")) as journal:
            ...     numbers = [
            ...         journal.record(f"a/{outcome}", b"", kind="check", outcome=outcome)
            ...         for outcome in ("rejected", "accepted", "not_attempted")
            ...     ]
            ...     list(journal.passed())
            ['a/accepted']
        """
        with self._store.reading() as connection:
            if connection is None:
                return {}
            # Beside MIN(id), SQLite takes the other columns from the row that holds it.
            rows = _rows(
                connection,
                """SELECT kata, at, MIN(id) AS first FROM attempts WHERE kind = 'check' AND outcome = 'accepted'
                GROUP BY kata ORDER BY first""",
            )
            return {kata: _time(at) for kata, at, _ in rows}

    def standing(self) -> dict[str, Standing]:
        """Where the learner stands with each kata that was checked or of which a hint was revealed.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder, Journal(Path(folder, "journal.sqlite3")) as journal:
            ...     for outcome in ("accepted", "rejected"):
            ...         number = journal.record("a/x", b"", kind="check", outcome=outcome)
            ...     journal.reveal_hint("a/x", 1)
            ...     standing = journal.standing()["a/x"]
            ...     standing.attempts, standing.last_outcome, standing.first_pass is None, standing.hints_used
            (2, 'rejected', False, 1)
        """
        with self._store.reading() as connection:
            if connection is None:
                return {}
            rows = _rows(connection, "SELECT kata, MAX(number) FROM hints GROUP BY kata")
            hints = {kata: _whole(number) for kata, number in rows}
            checks = _rows(
                connection,
                "SELECT kata, COUNT(*), at, outcome, MAX(id) FROM attempts WHERE kind = 'check' GROUP BY kata",
            )
        passed = self.passed()
        found = {kata: Standing(hints_used=number) for kata, number in hints.items()}
        for kata, count, at, outcome, _ in checks:
            found[kata] = Standing(count, _time(at), outcome, passed.get(kata), hints.get(kata, 0))
        return found

    def reveal_hint(self, kata: str, number: int) -> None:
        """Note that hint ``number`` of a kata, counted from 1, was shown. To note it again changes nothing."""
        if number < 1:
            raise ValueError(f"hint {number}: hints are counted from 1")
        with self._store.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO hints VALUES (?, ?, ?)", (kata, number, self._stamp()))

    def hints_revealed(self, kata: str) -> int:
        """The highest number among the revealed hints of a kata, 0 if there is none."""
        with self._store.reading() as connection:
            if connection is None:
                return 0
            row = connection.execute("SELECT COALESCE(MAX(number), 0) FROM hints WHERE kata = ?", (kata,)).fetchone()
            return _whole(row[0])

    def check_writable(self) -> None:
        """Write nothing, but as a real entry would be written: the file is made where there is none."""
        with self._store.writing() as connection:
            connection.execute("DELETE FROM attempts WHERE id < 0")

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="microseconds")


# LEFT: an entry whose content is gone is a damage to report, not an entry to pass over.
_SELECT = """SELECT id, kata, at, kind, sha256, outcome, verdict, seconds, hints_used, content
FROM attempts LEFT JOIN contents USING (sha256)"""


def _rows(connection: sqlite3.Connection, query: str, values: Sequence[object] = ()) -> list[Any]:
    """All rows at once. A cursor that the traceback of an error holds keeps the file locked, also when it is closed."""
    return connection.execute(query, values).fetchall()


def _attempt(row: Sequence[Any]) -> Attempt:
    number, kata, at, kind, sha256, outcome, verdict, seconds, hints_used, content = row
    texts = (kata, sha256, outcome or "", verdict or "")
    right = kind in KINDS and isinstance(seconds, float | None) and isinstance(content, bytes)
    if not right or not all(isinstance(text, str) for text in texts):
        raise Damaged(f"attempt {number} is not one that a dojo wrote")
    return Attempt(number, kata, _time(at), kind, sha256, len(content), outcome, verdict, seconds, _whole(hints_used))


def _whole(number: object) -> int:
    if not isinstance(number, int):
        raise Damaged(f"{number!r} is not a whole number")
    return number


def _time(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at)
    except (TypeError, ValueError) as error:
        raise Damaged(f"{at!r} is not a time") from error
