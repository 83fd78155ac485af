"""One answer's process, seen from the grader: requests, deadlines, what it prints."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from dojo.errors import AnswerDied, BadReply, CallTimeout, GraderFault
from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.limits import MEBIBYTE, Limits
from dojo.sandbox.reply import Reply
from dojo.sandbox.wire import LOOK_EVERY, Channel, ChannelClosed, ChannelTimeout
from dojo.sandbox.zygote import READY

SHORTEST = 0.2
"""Seconds: patience by the clock is not counted from less, since other programs may have the machine for longer."""


@dataclass(frozen=True)
class Usage:
    """What a process and those that it started use: bytes of memory, seconds of processor time in all, threads.

    ``processor`` is None where the system does not tell; deadlines are then by the clock alone.
    """

    memory: int
    processor: float | None
    threads: int
    processes: int = 1


class _Overrun(Exception):
    """The call has used up its processor time."""


class _Excess(Exception):
    """The process holds too much of something; the text says what."""


class Worker:
    """One answer's process.

    Args:
        channel: to it.
        output: the reading end of the pipe that it prints to, not blocking.
        limits: the bounds on it.
        usage: what it uses now, None where it is gone.
        kill: ends it.
    """

    def __init__(
        self,
        channel: Channel,
        output: int,
        limits: Limits,
        *,
        usage: Callable[[], Usage | None],
        kill: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._channel.on_wait = self._watch
        self._output = output
        self._printed = bytearray()
        self._limits = limits
        self._usage = usage
        self._kill = kill
        self._processor_time_at_start: float | None = None
        self._deadline = limits.call
        self.alive = True

    def greet(self) -> None:
        """Wait until the process says that it is ready, behind its walls.

        Raises:
            GraderFault: it does not; the text says why.
        """
        why = "it ended"
        try:
            self._channel.on_wait = None
            said = self._channel.receive(timeout=self._limits.start)
            if said == READY:
                self._channel.on_wait = self._watch
                return
            why = said.decode("utf-8", "replace")[:2000]
        except (ChannelClosed, NotPlainError):
            pass
        except ChannelTimeout:
            why = f"it was not ready after {self._limits.start:g} s"
        self.close()
        raise GraderFault(f"a worker could not put up its walls: {why}")

    def request(self, request: list[Any], *, timeout: float) -> Reply:
        """Send one request and return its one reply.

        Args:
            request: strings, bytes, numbers, and lists and dictionaries of them.
            timeout: processor time, in seconds; by the clock it may take ``patience`` times as long.

        Raises:
            CallTimeout: no reply in time; the worker is killed.
            AnswerDied: its process ended; BadReply: the reply is not plain data, or more than one came.
        """
        self._deadline = timeout
        self._processor_time_at_start = None
        end = time.monotonic() + max(timeout, SHORTEST) * self._limits.patience
        try:
            if self._channel.pending():
                raise NotPlainError("bytes that nobody asked for")
            self._channel.send(msgspec.msgpack.encode(request), timeout=max(timeout, 1.0) * self._limits.patience)
            return Reply.parse(self._channel.receive(timeout=max(1e-3, end - time.monotonic())))
        except (ChannelTimeout, _Overrun):
            self.kill()
            raise CallTimeout(f"no answer within {timeout:g} s") from None
        except _Excess as excess:
            self.kill()
            raise AnswerDied(str(excess)) from None
        except ChannelClosed:
            self.kill()
            raise AnswerDied("the process ended in the middle of the call (exit, crash, or out of memory)") from None
        except NotPlainError as error:
            self.kill()
            raise BadReply(str(error)) from None

    def _watch(self) -> None:
        """Called while a call runs for longer than most."""
        self._drain()
        usage = self._usage()
        if usage is None:
            return
        if usage.memory > self._limits.memory:
            used, allowed = usage.memory // MEBIBYTE, self._limits.memory // MEBIBYTE
            raise _Excess(f"the answer took {used} MiB of memory, {allowed} are allowed")
        if usage.threads > self._limits.threads:
            raise _Excess(f"the answer started {usage.threads} threads, {self._limits.threads} are allowed")
        if usage.processes > self._limits.processes:
            raise _Excess(f"the answer started {usage.processes} processes, {self._limits.processes} are allowed")
        if usage.processor is not None:
            if self._processor_time_at_start is None:  # the first look is a glance after the call began
                self._processor_time_at_start = max(0.0, usage.processor - LOOK_EVERY)
            if usage.processor - self._processor_time_at_start > self._deadline:
                raise _Overrun

    def _drain(self) -> None:
        """Take what was printed out of the pipe; what is over the limit is dropped.

        Nobody waits for this: what does not fit the pipe is dropped at its other end.
        """
        while True:
            try:
                data = os.read(self._output, 1 << 16)
            except OSError:
                return
            if not data:
                return
            self._printed += data[: self._limits.output - len(self._printed)]

    def printed(self) -> str:
        """What the answer has printed since :meth:`forget_output`, as far as it is kept."""
        if self.alive:
            self._drain()
        return bytes(self._printed).decode("utf-8", "replace")

    def forget_output(self) -> None:
        """Begin to keep anew what the answer prints."""
        if self.alive:
            self._drain()
        self._printed.clear()

    def kill(self) -> None:
        """End the process; what it has printed is still there."""
        if self.alive:
            self.alive = False
            self._drain()
            self._kill()

    def close(self) -> None:
        """End the process and let go of its channel and output."""
        self.kill()
        self.forget()

    def forget(self) -> None:
        """Let go of channel and output of a process that is gone."""
        self.alive = False
        self._channel.close()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1
