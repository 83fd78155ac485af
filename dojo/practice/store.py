"""A careful SQLite file: transactions, formats, and failures that say what the user can do.

**Rollback journal, not WAL.** WAL needs memory that all processes share, so it fails on network file systems, where
home folders often are; it needs write access to read; and it spreads the data over three files, of which people back up
one. Its gain, readers beside a writer, is nothing here: a write takes milliseconds and follows a check.
``synchronous=EXTRA`` is FULL and also syncs the folder after a commit, without which a power cut could undo the last
commit in this mode. After ``kill -9`` the next process to open the file undoes what was half written.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from dojo import __version__
from dojo.errors import JournalError

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


class Damaged(Exception):
    """A row that no version of the dojo has written."""


class Store:
    """The file, opened at its first use and created at the first entry.

    Args:
        path: where it lies.
        timeout: how many seconds to wait while another process writes.

    Inside :meth:`reading` and :meth:`writing` every failure of the file becomes a
    :class:`~dojo.errors.JournalError`, also :class:`Damaged`; then nothing was changed.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self.timeout = timeout
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
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
                with self.writing() as connection:
                    version = len(MIGRATIONS)
                connection.execute("BEGIN")
            yield connection if version else None
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
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
        except (Damaged, UnicodeDecodeError) as error:  # sqlite3 fails to decode messages that quote damaged text
            self.close()
            raise JournalError(f"The journal {self.path} is damaged: {error}.", self._rescue) from error
        except OSError as error:
            self.close()
            reason = error.strerror or str(error)
            if isinstance(error, FileExistsError | NotADirectoryError):
                reason = f"{self.path.parent} is no folder"
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


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino
