"""A bound on what the grader itself spends on one input: values of an answer can be made to be slow to compare."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from dojo.errors import AnswerFailure


class TooSlowToJudge(AnswerFailure):
    """The grader would need too long to look at what the answer gave."""


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """Fail once this process has used so much processor time in the block; waiting for the answer costs nothing.

    Raises:
        TooSlowToJudge: the time is up.

    Limits: signals are the main thread's; in another thread, and on systems without this timer, there is no bound.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def expired(_number: int, _frame: FrameType | None) -> None:
        raise TooSlowToJudge(f"what the answer gave could not be judged in {seconds:g} s of processor time")

    before = signal.signal(signal.SIGVTALRM, expired)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)
