"""Reading and replacing the files that a learner writes, so that no failure leaves half a file.

Python's text mode translates line endings; here nothing does, so what is restored is what was there, byte by byte.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from pathlib import Path

from dojo.errors import DojoError


def read_bytes(path: Path) -> bytes:
    """What a file holds, whatever it is: this is what the journal keeps.

    Raises:
        DojoError: the file can't be read; the message says why.

    Example:
        >>> len(read_bytes(Path(__file__))) == Path(__file__).stat().st_size
        True
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DojoError(
            f"{path} can't be read: {_reason(error)}.", "Check that it is there and is yours to read."
        ) from error


def read_text(path: Path) -> str:
    """The text of a file, with its own line endings.

    Raises:
        DojoError: the file can't be read or is not UTF-8; the message names the first wrong byte.

    Example:
        >>> read_text(Path(__file__)).encode() == read_bytes(Path(__file__))
        True
    """
    content = read_bytes(path)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DojoError(
            f"{path} is not UTF-8: byte 0x{content[error.start]:02x} at position {error.start}, line {line}.",
            "Save it as UTF-8 in your editor.",
        ) from error


def write_atomically(path: Path, content: str | bytes, *, expected: bytes | None = None) -> None:
    """Replace what a file holds; at every moment it holds the old content or the new one, also after a power cut.

    The new file keeps the mode and, where that is allowed, the owner of the old one. A symbolic link is followed, not
    replaced. Another hard link to the file keeps the old content.

    Args:
        path: the file; it need not be there, its folder must.
        content: text, written as UTF-8 without touching line endings, or bytes.
        expected: what the file must still hold just before it is replaced. Pass what was saved to the journal: then
            what an editor wrote in between is not lost.

    Raises:
        DojoError: the file could not be replaced. It is as it was, and no temporary file is left.

    Limits:
        A kill in the middle may leave a file ``.dojo-*.tmp`` beside it, never a damaged file.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     answer = Path(folder, "answer.py")
        ...     write_atomically(answer, "x = 1\\r\\n")
        ...     read_text(answer)
        'x = 1\\r\\n'
    """
    try:
        _replace(Path(os.path.realpath(path)), content.encode() if isinstance(content, str) else content, expected)
    except UnicodeEncodeError as error:
        raise DojoError(
            f"{path} was not written: character {error.start} of the text is {error.object[error.start]!r}, which "
            "UTF-8 does not have. Nothing was changed.",
            "Write another character there.",
        ) from error
    except OSError as error:
        raise DojoError(f"{path} was not written: {_reason(error)}. Nothing was changed.", _way_out(error)) from error


def _replace(target: Path, content: bytes, expected: bytes | None) -> None:
    old = _writable_file(target)
    # Not tempfile: a new answer gets the mode that the umask asks for, not 0600. The name is short, since that of the
    # file may be as long as names can be.
    temporary = target.with_name(f".dojo-{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if old is not None:
                _inherit(temporary, old)
            _sync(file.fileno())
        if expected is not None and target.read_bytes() != expected:
            raise OSError(errno.ESTALE, "another program, perhaps your editor, has changed it just now")
        temporary.replace(target)
    except BaseException:  # also KeyboardInterrupt
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _writable_file(target: Path) -> os.stat_result | None:
    """The state of the old file, None if there is none. Renaming would also replace what writing could not."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(old.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return old


def _inherit(temporary: Path, old: os.stat_result) -> None:
    """Owner before mode: a change of owner clears mode bits."""
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, old.st_uid, old.st_gid)
    temporary.chmod(stat.S_IMODE(old.st_mode))


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":  # where fsync leaves the data in the drive's cache
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename last. Where that can't be had, a power cut may bring the old file back, but a whole one."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _way_out(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on the disk, then try again."
    if error.errno == errno.ESTALE:
        return "Save it in your editor, then try again."
    return "Check that the file and its folder are there and yours to write, then try again."
