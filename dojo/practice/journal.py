"""The journal: every attempt that was checked, reset or restored, with its text and verdict, in one SQLite file.

It lies in the user's data folder (``~/.local/share/dojo`` on Linux), or in the folder that the environment variable
``DOJO_DATA`` names.

**Rollback journal, not WAL.** WAL needs memory that all processes share, so it fails on network file systems, where
home folders often are; it needs write access to read; and it spreads the data over three files, of which people back up
one. Its gain, readers beside a writer, is nothing here: a write takes milliseconds and follows a check.
``synchronous=EXTRA`` is FULL and also syncs the folder after a commit, without which a power cut could undo the last
commit in this mode. After ``kill -9`` the next process to open the file undoes what was half written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, get_args

from dojo import __version__
from dojo.errors import JournalError

Kind = Literal["check", "reset", "restore", "solution"]
KINDS: tuple[Kind, ...] = get_args(Kind)

FILE_NAME = "journal.sqlite3"
APPLICATION_ID = 0x646F6A6F
"""Says in the file's header that it is a journal of the dojo ('dojo' in ASCII)."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # Blobs, since an answer need not be text; once for each digest, since the same text is often checked again.
        "CREATE TABLE contents (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL)",
        """CREATE TABLE attempts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kata TEXT NOT NULL,
            at TEXT NOT NULL,
            sha256 TEXT NOT NULL REFERENCES contents,
            kind TEXT NOT NULL,
            outcome TEXT,
            verdict TEXT,
            seconds REAL,
            hints_used INTEGER NOT NULL
        )""",
        "CREATE INDEX attempts_of_kata ON attempts (kata, id)",
        """CREATE TABLE hints (
            kata TEXT NOT NULL,
            number INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (kata, number)
        )""",
    ),
)
"""What brings a journal from format ``i`` to ``i + 1``. What was released is never edited: append."""


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


def data_folder() -> Path:
    """The folder of the journal: ``$DOJO_DATA``, else the user's data folder. It need not be there.

    Raises:
        JournalError: there is no home folder.
    """
    named = os.environ.get("DOJO_DATA")
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    folder = platformdirs.user_data_path("dojo", appauthor=False)
    if not folder.is_absolute():  # '~' was left as it is
        raise JournalError(
            "There is no home folder to keep the journal in.", "Set HOME, or DOJO_DATA to a folder of yours."
        )
    return folder


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
        self.path = path.absolute() if path is not None else data_folder() / FILE_NAME
        self.timeout = timeout
        self._now = now
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

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
        with self._writing() as connection:
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
        with self._reading() as connection:
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
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute(f"{_SELECT} {condition}", (value,)).fetchone()
            if row is None:
                return None
            saved = SavedAttempt(**vars(_attempt(row)), content=row[-1])
            if hashlib.sha256(saved.content).hexdigest() != saved.sha256:
                raise _Damaged(f"attempt {saved.id} is not what was recorded")
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
        with self._reading() as connection:
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
        with self._reading() as connection:
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
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO hints VALUES (?, ?, ?)", (kata, number, self._stamp()))

    def hints_revealed(self, kata: str) -> int:
        """The highest number among the revealed hints of a kata, 0 if there is none."""
        with self._reading() as connection:
            if connection is None:
                return 0
            row = connection.execute("SELECT COALESCE(MAX(number), 0) FROM hints WHERE kata = ?", (kata,)).fetchone()
            return _whole(row[0])

    def check_writable(self) -> None:
        """Write nothing, but as a real entry would be written: the file is made where there is none."""
        with self._writing() as connection:
            connection.execute("DELETE FROM attempts WHERE id < 0")

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="microseconds")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """A snapshot to read from; None while there is nothing in the journal. Never creates the file."""
        with self._failures("read"):
            if not self._is_there():
                yield None
                return
            connection = self._connect(create=False)
            connection.execute("BEGIN")
            version = self._version(connection)
            if 0 < version < len(MIGRATIONS):
                connection.execute("COMMIT")
                with self._writing() as connection:
                    version = len(MIGRATIONS)
                connection.execute("BEGIN")
            yield connection if version else None
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed at the end, or not at all. Creates the file and its tables where needed."""
        with self._failures("written"):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = self._connect(create=True)
            # IMMEDIATE: a transaction that reads first and then wants to write could not wait for another writer.
            connection.execute("BEGIN IMMEDIATE")
            version = self._version(connection)
            if version < len(MIGRATIONS):
                for statement in [statement for step in MIGRATIONS[version:] for statement in step]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            yield connection
            connection.execute("COMMIT")

    def _is_there(self) -> bool:
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def _connect(self, *, create: bool) -> sqlite3.Connection:
        if self._connection is not None and self._identity != _identity(self.path):
            self.close()  # the file was moved away: what is written to it now would be lost
        if self._connection is None:
            self._connection = sqlite3.connect(
                f"{self.path.as_uri()}?mode={'rwc' if create else 'rw'}",
                uri=True,
                timeout=self.timeout,
                isolation_level=None,  # transactions begin and end where this file says so
            )
            self._identity = _identity(self.path)
            self._connection.execute("PRAGMA synchronous = EXTRA")
            self._connection.execute("PRAGMA fullfsync = ON")  # macOS, elsewhere nothing
        return self._connection

    def _version(self, connection: sqlite3.Connection) -> int:
        """The format of the file, 0 for an empty one. Asked in each transaction: another dojo may have migrated it."""
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
        if (application, version, tables) != (0, 0, 0) and (application != APPLICATION_ID or version < 1):
            raise JournalError(f"{self.path} is a database, but not a journal of the dojo.", self._move_away)
        if version > len(MIGRATIONS):
            raise JournalError(
                f"The journal {self.path} is from a newer dojo: it has format {version}, and dojo {__version__} knows "
                f"formats up to {len(MIGRATIONS)}. Nothing was changed in it.",
                "Update the dojo, or set DOJO_DATA to another folder.",
            )
        return version

    @contextlib.contextmanager
    def _failures(self, done: str) -> Iterator[None]:
        """Close the connection after every failure, which rolls back, and say what the user can do."""
        try:
            yield
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError):  # a fault of the caller's, not of the file
            self.close()
            raise
        except sqlite3.Error as error:
            self.close()
            reason, way_out = self._explain(error)
            raise JournalError(f"The journal {self.path} can't be {done}: {reason}.", way_out) from error
        except (_Damaged, UnicodeDecodeError) as error:  # sqlite3 fails to decode messages that quote damaged text
            self.close()
            raise JournalError(f"The journal {self.path} is damaged: {error}.", self._rescue) from error
        except OSError as error:
            self.close()
            reason = error.strerror or str(error)
            raise JournalError(f"The journal {self.path} can't be {done}: {reason}.", self._elsewhere) from error
        except BaseException:
            self.close()
            raise

    def _explain(self, error: sqlite3.Error) -> tuple[str, str]:
        extended: int | None = getattr(error, "sqlite_errorcode", None)  # absent: a text in it is no text
        match None if extended is None else extended & 0xFF:
            case sqlite3.SQLITE_FULL:
                return "the disk is full", "Make room on it, then try again; what was recorded before is kept."
            case sqlite3.SQLITE_IOERR:
                name = error.sqlite_errorname
                return f"the disk refuses ({error}, {name})", "Check the disk and the room on it, then try again."
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                reason = f"another process has kept it locked for more than {self.timeout:g} s"
                return reason, "Wait until the other dojo is done, or end it, then try again."
            case sqlite3.SQLITE_READONLY if extended == sqlite3.SQLITE_READONLY_ROLLBACK:
                return "a write was cut off, and undoing it needs write access", self._elsewhere
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
                return "it is read-only", self._elsewhere
            case sqlite3.SQLITE_CANTOPEN:
                reason = "it is a folder" if self.path.is_dir() else "it can't be opened, or its folder is read-only"
                return reason, self._elsewhere
            case sqlite3.SQLITE_NOTADB:
                return "it is not a database", self._move_away
            case _:
                return f"it is damaged ({error})", self._rescue

    @property
    def _elsewhere(self) -> str:
        return f"Make {self.path.parent} a folder that you can write to, or set DOJO_DATA to one."

    @property
    def _move_away(self) -> str:
        return "Move it to another place, and the dojo begins a new one; or set DOJO_DATA to another folder."

    @property
    def _rescue(self) -> str:
        rescue = f"`sqlite3 {self.path.name} .recover` may rescue what it holds"
        return f"Move it to another place, and the dojo begins a new one; there, {rescue}."


class _Damaged(Exception):
    """A row that no version of this file has written."""


# LEFT: an entry whose content is gone is a damage to report, not an entry to pass over.
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
        raise _Damaged(f"attempt {number} is not one that a dojo wrote")
    return Attempt(number, kata, _time(at), kind, sha256, len(content), outcome, verdict, seconds, _whole(hints_used))


def _whole(number: object) -> int:
    if not isinstance(number, int):
        raise _Damaged(f"{number!r} is not a whole number")
    return number


def _time(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at)
    except (TypeError, ValueError) as error:
        raise _Damaged(f"{at!r} is not a time") from error


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino
