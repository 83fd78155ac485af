"""What the audit has found out already, kept between runs in one SQLite file of the user's cache folder.

Nothing here is precious: a file that can't be read, or is held by somebody else for long, is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

FILE_NAME = "audit-1.sqlite3"
MOST_ROWS = 200_000
"""How many entries are kept, the last written ones."""
PATIENCE = 30.0
"""Seconds for which another process may hold the file."""


def cache_folder() -> Path | None:
    """The folder of the cache: ``$DOJO_CACHE``, else the user's cache folder; None where there is no home folder."""
    named = os.environ.get("DOJO_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    folder = platformdirs.user_cache_path("dojo", appauthor=False)
    return folder if folder.is_absolute() else None


class Cache:
    """Bytes under keys; two processes may use one file at the same time.

    Args:
        path: the file; None keeps nothing.

    Example:
        >>> with Cache(None) as cache:
        ...     cache.put(b"value", "a", "key")
        ...     cache.get("a", "key") is None
        True
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: sqlite3.Connection | None = None

    @classmethod
    def of_user(cls) -> Cache:
        """The cache in the user's folder."""
        folder = cache_folder()
        return cls(None if folder is None else folder / FILE_NAME)

    def get(self, *key: object) -> bytes | None:
        """What was put under the key; None where there is nothing, or nothing that can be read."""
        if (file := self._opened()) is None:
            return None
        try:
            row = file.execute("SELECT value FROM entries WHERE key = ?", (_digest(key),)).fetchone()
            return None if row is None else zlib.decompress(row[0])
        except (sqlite3.Error, zlib.error, TypeError):
            self._give_up()
            return None

    def put(self, value: bytes, *key: object) -> None:
        """Keep a value; what stood under the key is replaced."""
        if (file := self._opened()) is None:
            return
        try:
            with file:
                file.execute("INSERT OR REPLACE INTO entries VALUES (?, ?)", (_digest(key), zlib.compress(value, 1)))
        except sqlite3.Error:
            self._give_up()

    def _opened(self) -> sqlite3.Connection | None:
        if self._file is None and self._path is not None:
            try:
                self._file = _open(self._path)
            except (OSError, sqlite3.Error):
                self._path = None
        return self._file

    def _give_up(self) -> None:
        """A file that is no database is made anew at the next run; until then there is no cache."""
        path, self._path = self._path, None
        self.close()
        if path is not None and not _is_sound(path):
            with contextlib.suppress(OSError):
                path.unlink()

    def close(self) -> None:
        """Forget the oldest entries beyond the bound, and let go of the file."""
        if self._file is not None:
            with contextlib.suppress(sqlite3.Error), self._file:
                self._file.execute(
                    "DELETE FROM entries WHERE rowid <= (SELECT max(rowid) FROM entries) - ?", (MOST_ROWS,)
                )
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in (1, 2):
        file = sqlite3.connect(path, timeout=PATIENCE)
        try:
            # A power cut may cost the cache; it may not cost each entry the wait for a disk.
            file.execute("PRAGMA synchronous = OFF")
            file.execute("CREATE TABLE IF NOT EXISTS entries (key BLOB UNIQUE NOT NULL, value BLOB NOT NULL)")
            return file
        except sqlite3.DatabaseError as error:
            file.close()
            if isinstance(error, sqlite3.OperationalError) or attempt == 2:  # held by somebody, or not ours to write
                raise
            path.unlink()
    raise AssertionError("unreachable")


def _is_sound(path: Path) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as file:
            return bool(file.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True  # held by somebody: not ours to judge
    except sqlite3.Error:
        return False


def _digest(key: tuple[object, ...]) -> bytes:
    return hashlib.sha256("\0".join(map(str, key)).encode("utf-8", "surrogateescape")).digest()
