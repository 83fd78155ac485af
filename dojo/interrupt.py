"""Ctrl-C that can't be lost.

Python raises KeyboardInterrupt wherever it happens to be, and where that is a finalizer or a callback of a library, the
exception is swallowed. So the signal is remembered as well, and asked for between two inputs.
"""

from __future__ import annotations

import signal
from types import FrameType

_seen: list[int] = []
"""The signals that came."""


def install() -> None:
    """Remember SIGINT from here on, in the main thread of a program."""
    signal.signal(signal.SIGINT, _remember)


def _remember(number: int, _frame: FrameType | None) -> None:
    _seen.append(number)
    raise KeyboardInterrupt


def check() -> None:
    """Raise the interrupt that was asked for.

    Raises:
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    if _seen:
        raise KeyboardInterrupt
