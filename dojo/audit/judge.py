"""Judges answers for the audit: what is known is taken from the cache, the rest is judged in parallel."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Sequence

import msgspec

from dojo.audit.cache import Cache
from dojo.audit.digest import kata_digest
from dojo.grading.batch import Batch
from dojo.grading.submission import Submission
from dojo.grading.verdict import Verdict
from dojo.kata import Kata


class Judge:
    """Verdicts, old and new.

    Args:
        batch: how answers are judged that are not known yet.
        cache: what is known.

    Attributes:
        judged: how many answers were judged.
        known: how many verdicts came from the cache.
    """

    def __init__(self, batch: Batch, cache: Cache) -> None:
        self.batch = batch
        self.cache = cache
        self.judged = self.known = 0
        self._digests: dict[str, str] = {}

    def digest(self, kata: Kata) -> str:
        """What verdicts on a kata depend on, see :func:`dojo.audit.digest.kata_digest`; as it was when first asked."""
        if kata.name not in self._digests:
            self._digests[kata.name] = kata_digest(kata)
        return self._digests[kata.name]

    def verdicts(
        self,
        submissions: Sequence[Submission],
        *,
        whole: bool = False,
        call: float | None = None,
        first: Callable[[Submission], str] | None = None,
    ) -> Iterator[Verdict]:
        """The verdict on each answer, in their order.

        Args:
            submissions: the answers, each with its content.
            whole: every property, each with the smallest input.
            call: how many seconds of processor time one call may take, by default as everywhere.
            first: names the property to begin with, asked right before an answer is judged.
        """
        batch = dataclasses.replace(self.batch, brief=not whole)
        if call is not None:
            batch = dataclasses.replace(batch, limits=dataclasses.replace(batch.limits, call=call))
        known = [self._known(each, batch) for each in submissions]
        unknown = [each for each, verdict in zip(submissions, known, strict=True) if verdict is None]
        judged = batch.verdicts(dataclasses.replace(each, first=first(each)) if first else each for each in unknown)
        for submission, old in zip(submissions, known, strict=True):
            if old is not None:
                self.known += 1
                yield old
                continue
            verdict = next(judged)
            self.judged += 1
            if not any(each.outcome == "fault" for each in verdict.properties):
                with contextlib.suppress(UnicodeError):  # words that can't be written are not kept
                    self.cache.put(msgspec.json.encode(verdict), *self._key(submission, batch))
            yield verdict
        next(judged, None)  # its processes end

    def whole_if_known(self, submission: Submission) -> Verdict | None:
        """The whole verdict on an answer, if an earlier run has asked for it."""
        return self._known(submission, dataclasses.replace(self.batch, brief=False))

    def _known(self, submission: Submission, batch: Batch) -> Verdict | None:
        found = self.cache.get(*self._key(submission, batch))
        if found is None and not submission.every:  # who asked every property has asked the first one as well
            found = self.cache.get(*self._key(dataclasses.replace(submission, every=True), batch))
        try:
            return None if found is None else msgspec.json.decode(found, type=Verdict)
        except msgspec.MsgspecError:
            return None

    def _key(self, submission: Submission, batch: Batch) -> tuple[object, ...]:
        content = hashlib.sha256(submission.content or b"").hexdigest()
        how = (batch.brief, batch.isolation, batch.limits, submission.examples, submission.every)
        first = submission.first if batch.brief else ""
        name, digest = submission.kata.name, self.digest(submission.kata)
        return ("verdict", name, digest, content, submission.name, submission.seed, first, *how)
