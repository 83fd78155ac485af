"""How long, how large, how deep: every bound that holds between the grader and an answer, in one place."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024
MOST_ARGUMENTS = 100
"""How many arguments a call may have."""


@dataclass(frozen=True)
class Limits:
    """Bounds on one answer. Times are in seconds, sizes in bytes.

    Attributes:
        call: how much processor time one call may take; importing the answer counts as a call.
        later_call: the same once one call of the answer has overrun: the answer is rejected by then.
        shrinking_call: the same while a smaller input that overruns is looked for.
        patience: how many times as long a call may take by the clock, asleep or on a loaded machine.
        overruns: how many calls may overrun meanwhile.
        shrinking: how many inputs a property may try for a smaller counterexample: inputs and not seconds, so that the
            same seed finds the same one on a loaded machine.
        shrinking_with_processes: the same where each input starts processes.
        shrinking_time: how many seconds that may take at the very most.
        judging: how much processor time the grader spends on one input of a property, beside the answer's calls.
        start: how long a worker, or the zygote with its imports, may take to be ready.
        memory: how much of it an answer may hold.
        scratch: how much it may write to its own folder.
        threads: how many it may have, those of its processes together.
        processes: how many it may have, where its kata allows any.
        reply: the largest reply.
        items: how many values one reply may hold; an array counts as one.
        text: the largest answer.
        output: how much of what an answer prints is kept.
        depth: how deep plain data may be nested.
        digits: the largest integer, in bytes.
    """

    call: float = 4.0
    later_call: float = 0.5
    shrinking_call: float = 0.05
    patience: float = 10.0
    overruns: int = 30
    shrinking: int = 1_000
    shrinking_with_processes: int = 30
    shrinking_time: float = 60.0
    judging: float = 30.0
    start: float = 60.0
    memory: int = 2048 * MEBIBYTE
    scratch: int = 64 * MEBIBYTE
    threads: int = 256
    processes: int = 16
    reply: int = 256 * MEBIBYTE
    items: int = 1_000_000
    text: int = MEBIBYTE
    output: int = 64 * 1024
    depth: int = 64
    digits: int = 64 * 1024


DEFAULT_LIMITS = Limits()
