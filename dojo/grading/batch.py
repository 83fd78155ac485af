"""Many answers: read, judged in order by one or more processes, and handed out as they come."""

from __future__ import annotations

import ctypes
import itertools
import multiprocessing
import os
import secrets
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from dojo.errors import GraderFault
from dojo.grading.grader import Grader
from dojo.grading.submission import Refusal, Submission
from dojo.grading.verdict import Verdict
from dojo.kata import require_library
from dojo.sandbox.box import Boxes, Isolation
from dojo.sandbox.limits import DEFAULT_LIMITS, Limits
from dojo.sandbox.walls import PR_SET_PDEATHSIG

LOST_POOLS = 3
"""How often in a row the judging processes may be lost before that is a fault."""


@dataclass(frozen=True)
class Batch:
    """How answers are judged.

    Attributes:
        jobs: how many processes judge at once.
        isolation: ``bubblewrap`` or ``process``.
        limits: the bounds on each answer.
        brief: be content with the first property that rejects, and with any input that shows it.
        hidden: folders that no answer may see, see :func:`dojo.roots.private_folders`.
    """

    jobs: int = 1
    isolation: Isolation = "bubblewrap"
    limits: Limits = DEFAULT_LIMITS
    brief: bool = False
    hidden: tuple[Path, ...] = ()

    def verdicts(self, submissions: Iterable[Submission]) -> Iterator[Verdict]:
        """The verdict on each answer, in their order.

        Raises:
            MissingLibraryError: a kata's library is not installed.
            GraderFault: no answer can be judged here; nothing was judged then.
        """
        rest = iter(submissions)
        first = next(rest, None)
        if first is None:
            return
        require_library(first.kata)
        boxes = Boxes(self.limits, isolation=self.isolation, hidden=self.hidden)
        try:
            boxes.of(first.kata.library, first.kata.header.openings).check()
            if self.jobs == 1:
                with Grader(boxes) as grader:
                    for submission in itertools.chain([first], rest):
                        yield judge(grader, submission, brief=self.brief)
                return
        finally:
            boxes.close()
        yield from self._in_parallel(itertools.chain([first], rest))

    def _in_parallel(self, submissions: Iterator[Submission]) -> Iterator[Verdict]:
        """Judge in several processes; what a lost process had in hand is judged again."""
        waiting: deque[Submission] = deque()
        lost = 0
        while True:
            try:
                for verdict in self._with_pool(submissions, waiting):
                    lost = 0
                    yield verdict
            except BrokenProcessPool as error:
                lost += 1
                if lost >= LOST_POOLS:
                    raise GraderFault(
                        f"the processes that judge ended {lost} times in a row, last at {waiting[0].name}"
                    ) from error
            else:
                return

    def _with_pool(self, submissions: Iterator[Submission], waiting: deque[Submission]) -> Iterator[Verdict]:
        # Spawned, not forked: a fork would inherit sockets and locks of whatever runs in this process. What is imported
        # there comes from where it is installed, and never from the current folder.
        os.environ["PYTHONSAFEPATH"] = "1"
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_begin, initargs=(self, os.getpid()))
        futures: deque[Future[Verdict]] = deque()
        try:
            futures.extend(pool.submit(_judge, submission) for submission in waiting)
            while True:
                # A few ahead for each process, not all at once: memory stays flat however many answers there are.
                for submission in itertools.islice(submissions, 4 * self.jobs - len(waiting)):
                    waiting.append(submission)
                    futures.append(pool.submit(_judge, submission))
                if not waiting:
                    return
                verdict = futures.popleft().result()
                waiting.popleft()
                yield verdict
        finally:
            for future in futures:
                future.cancel()
            pool.shutdown(wait=True, cancel_futures=True)


def judge(grader: Grader, submission: Submission, *, brief: bool) -> Verdict:
    """The verdict on one answer, whatever its file is."""
    content = submission.read(grader.limits)
    if isinstance(content, Refusal):
        return grader.refused(submission.kata, submission.name, submission.seed, content)
    return grader.grade(
        submission.kata,
        content,
        submission=submission.name,
        seed=submission.seed,
        examples=submission.examples,
        brief=brief,
        first=submission.first,
        every=submission.every,
    )


_grader: Grader | None = None
_brief = False


def _begin(batch: Batch, parent: int) -> None:
    """Set up a process of the pool; it leaves an interrupt to its parent, and ends with it, however that ends."""
    global _grader, _brief  # a pool's process has no other place for what it keeps
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked to end with it
            os._exit(0)
    _grader, _brief = Grader(Boxes(batch.limits, isolation=batch.isolation, hidden=batch.hidden)), batch.brief


def _judge(submission: Submission) -> Verdict:
    if _grader is None:
        raise RuntimeError("the process was not set up")
    return judge(_grader, submission, brief=_brief)


def random_seed() -> int:
    """A seed that nobody can guess."""
    return secrets.randbits(32)
