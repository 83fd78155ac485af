"""Which katas a learner has begun: those whose file is not the stub any more."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from dojo.catalogue import Catalogue
from dojo.errors import DojoError
from dojo.kata import Kata
from dojo.practice.files import write_atomically
from dojo.practice.folder import data_folder


def begun(catalogue: Catalogue) -> list[Kata]:
    """The katas of which a file is there that is not the stub.

    To derive a stub takes 16 ms, so the digests of derived stubs are kept beside the journal, by the solution's digest.
    """
    path = data_folder() / "stubs.json"
    digests = _read(path)
    known = dict(digests)
    found = [
        kata for kata in catalogue.katas if kata.stub.exists() and _digest_of_stub(kata, digests) != _of(kata.stub)
    ]
    if digests != known:
        with contextlib.suppress(DojoError, OSError):  # only speed is lost
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, json.dumps(digests))
    return found


def _read(path: Path) -> dict[str, str]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _digest_of_stub(kata: Kata, digests: dict[str, str]) -> str:
    solution = _of(kata.solution)
    if solution not in digests:
        from dojo.stub import derive

        digests[solution] = _sha256(derive(kata.solution.read_text(encoding="utf-8")).encode())
    return digests[solution]


def _of(path: Path) -> str:
    """The digest of a text, whatever its line ends."""
    return _sha256(path.read_bytes().replace(b"\r\n", b"\n"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
