"""How long, how large, how deep: every bound that holds between the grader and an answer, in one place."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one answer. Times are in seconds, sizes in bytes.

    Attributes:
        call: how long one call may take; importing the answer counts as a call.
        later_call: the same once one call of the answer has overrun: the answer is rejected by then.
        shrinking_call: the same while a smaller input that overruns is looked for.
        overruns: how long that may go on.
        shrinking: how long a property may look for a smaller counterexample.
        start: how long a worker, or the zygote with its imports, may take to be ready.
        memory: how much of it an answer may hold, seen from outside; it is looked at while a call runs.
        reply: the largest reply.
        text: the largest answer.
        output: how much of what an answer prints is kept.
        depth: how deep plain data may be nested.
        digits: the largest integer, in bytes.
    """

    call: float = 4.0
    later_call: float = 0.5
    shrinking_call: float = 0.05
    overruns: float = 2.0
    shrinking: float = 20.0
    start: float = 60.0
    memory: int = 2048 * MEBIBYTE
    reply: int = 256 * MEBIBYTE
    text: int = MEBIBYTE
    output: int = 64 * 1024
    depth: int = 64
    digits: int = 64 * 1024


DEFAULT_LIMITS = Limits()
