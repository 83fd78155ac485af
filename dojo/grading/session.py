"""One answer while it is judged: its text, the worker that holds it at the moment, and the calls that were made."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import Any

from dojo.binding import Call, Sandboxed, exception_of
from dojo.errors import AnswerDied, AnswerFailure, CallTimeout, Inconsistent
from dojo.grading.consistency import repeats
from dojo.grading.judgement import visible
from dojo.grading.literal import shown
from dojo.grading.reference import Reference, own_needs
from dojo.grading.verdict import IMPORT, Counterexample, PropertyVerdict
from dojo.sandbox.box import Box
from dojo.sandbox.client import Worker
from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.limits import Limits
from dojo.sandbox.reply import Reply
from dojo.sandbox.wire import unpack

LOOKS_BACK = (2, 5, 12)
"""After how many calls of a worker an earlier one is repeated, and then after each twelve."""
EARLIER_CALLS, LARGEST_EARLIER_CALL = 8, 1 << 16
"""How many calls may be repeated, and how many bytes the arguments of such a call have at most."""
COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
"""A line that names the encoding of a program, as Python reads it."""


class Session:
    """One answer: its text, and the worker that holds it at the moment."""

    def __init__(
        self, box: Box, reference: Reference, content: bytes, name: str, limits: Limits, *, own_needs: bool
    ) -> None:
        self._own_needs = own_needs
        self._box = box
        self._reference = reference
        self._content = content
        self._name = name
        self._limits = limits
        self._worker: Worker | None = None
        self.binding = Sandboxed(self.request, {})
        self.overruns: set[tuple[Any, ...]] = set()
        self.deadline = limits.call
        self._made_calls = 0
        self._earlier: deque[tuple[Call, Reply]] = deque(maxlen=EARLIER_CALLS)

    def load(self) -> PropertyVerdict | None:
        """Load the text for the first time; the verdict where it can't be, None where all is well."""
        started = time.perf_counter()
        problem = self._unreadable()
        if problem:
            return PropertyVerdict(IMPORT, "rejected", problem)
        try:
            try:
                reply = self._start()
            except AnswerDied:  # killed from outside, perhaps
                self.close()
                reply = self._start()
        except AnswerFailure as failure:
            return PropertyVerdict(IMPORT, "rejected", f"importing the answer: {visible(str(failure))}", self._seen(""))
        if reply.raised is not None:
            raised = reply.raised
            text = f"{raised.name}: {raised.text}" if raised.text else raised.name
            return PropertyVerdict(IMPORT, "rejected", visible(text), self._seen(raised.traceback))
        try:
            loaded = unpack(reply.result)
            misfits = {str(name): str(why) for name, why in loaded["misfits"].items()}
            self.binding = Sandboxed(self.request, dict(loaded["constants"]))
        except (NotPlainError, TypeError, LookupError, AttributeError):
            return PropertyVerdict(IMPORT, "rejected", "importing the answer: a reply that can't be read")
        if misfits:
            text = visible("; ".join(f"{name} {why}" for name, why in misfits.items()))
            return PropertyVerdict(IMPORT, "rejected", text, seconds=round(time.perf_counter() - started, 3))
        return None

    def _seen(self, trace: str) -> Counterexample | None:
        printed = visible(self.printed())
        return Counterexample("", "", "", "", printed, visible(trace)) if trace or printed else None

    def _unreadable(self) -> str | None:
        if len(self._content) > self._limits.text:
            return f"the answer has {len(self._content):,} bytes, at most {self._limits.text:,} are read"
        if b"\0" in self._content:
            return f"the answer has a NUL byte at position {self._content.index(0)}"
        if any(COOKIE.match(line) for line in self._content.splitlines()[:2]):
            return None  # Python knows what to do
        try:
            self._content.decode("utf-8")
        except UnicodeDecodeError as error:
            return f"the answer is not UTF-8: byte {self._content[error.start]:#04x} at position {error.start}"
        return None

    def _start(self) -> Reply:
        self._worker = self._box.worker()
        reference = self._reference
        needs = own_needs(reference.kata) if self._own_needs else reference.needs
        head = ["load", reference.kata.module, self._name, self._content]
        request = [*head, reference.probes_text, reference.wanted, needs]
        return self._worker.request(request, timeout=self._limits.call)

    def request(self, call: Call) -> Reply:
        """Make a call; a worker that is gone is replaced first."""
        if call.key not in self.overruns:
            try:
                reply = self._made(call)
                self._look_back(call, reply)
                return reply
            except CallTimeout:
                self.overruns.add(call.key)
        # The one place where it is raised: by its line Hypothesis knows the same failure again.
        raise CallTimeout(f"no answer within {self._limits.call:g} s")

    def _look_back(self, call: Call, reply: Reply) -> None:
        """Now and then: does an earlier input give the same result again, and are earlier results what they were?

        Raises:
            Inconsistent: no.
        """
        self._made_calls += 1
        if self._made_calls in LOOKS_BACK or self._made_calls % LOOKS_BACK[-1] == 0:
            if self._earlier:
                earlier, first = self._earlier[0]
                self._earlier.rotate(1)
                again = self._made(earlier)
                if not repeats(first, again):
                    earlier.reply = again
                    earlier.error = exception_of(again.raised) if again.raised else None
                    raise Inconsistent(
                        f"{earlier.name} was called again with an earlier input and gave another result: "
                        f"{_said(again)}, at first {_said(first)}",
                        earlier,
                    )
            assert self._worker is not None
            found = self._worker.request(["recheck"], timeout=self.deadline)
            if found.raised is None and (problem := unpack(found.result)):
                raise Inconsistent(str(problem))
        probe = getattr(self._reference.probes, call.name, None) if call.where == "probe" else None
        size = sum(map(len, call.arguments)) + sum(map(len, call.keywords.values()))
        unfinished = reply.raised is not None and "NotImplementedError" in reply.raised.bases
        if not unfinished and not getattr(probe, "measures", False) and size <= LARGEST_EARLIER_CALL:
            self._earlier.append((call, reply))

    def _made(self, call: Call) -> Reply:
        if self._worker is None or not self._worker.alive:
            self.close()
            if self._start().raised is not None:
                raise AnswerFailure("the answer could be imported once, but not again")
        assert self._worker is not None
        request = ["call", call.where, call.name, call.arguments, call.keywords, call.same]
        return self._worker.request(request, timeout=self.deadline)

    def printed(self) -> str:
        """What the answer printed since :meth:`forget_output`."""
        return self._worker.printed() if self._worker is not None else ""

    def forget_output(self) -> None:
        """Keep what is printed from here on."""
        if self._worker is not None and self._worker.alive:
            self._worker.forget_output()

    def move(self, box: Box) -> None:
        """End the worker; the next one is started in this box."""
        self.close()
        self._box = box

    def close(self) -> None:
        """End the worker."""
        self._made_calls = 0
        self._earlier.clear()
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _said(reply: Reply) -> str:
    if reply.raised is not None:
        return f"{reply.raised.name}: {reply.raised.text}"
    return shown(unpack(reply.result))
