"""Many answers: read, judged in order by one or more processes, and handed out as they come."""

from __future__ import annotations

import itertools
import multiprocessing
import secrets
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from dojo.errors import DojoError, GraderFault
from dojo.grading.grader import Grader
from dojo.grading.verdict import Verdict
from dojo.kata import Kata, require_library
from dojo.sandbox.box import Boxes, Isolation
from dojo.sandbox.limits import DEFAULT_LIMITS, Limits

LOST_POOLS = 3
"""How often in a row the judging processes may be lost before that is a fault."""


@dataclass(frozen=True)
class Submission:
    """One answer that is to be judged.

    Attributes:
        kata: what it answers.
        name: what to call it; the file that it is read from where ``content`` is None.
        seed: of all that is drawn.
        content: its text as bytes of UTF-8.
        examples: how many inputs a property tries, by default as it says.
        first: the property to begin with where a batch is brief.
    """

    kata: Kata
    name: str
    seed: int
    content: bytes | None = None
    examples: int | None = None
    first: str = ""


@dataclass(frozen=True)
class Batch:
    """How answers are judged.

    Attributes:
        jobs: how many processes judge at once.
        isolation: ``bubblewrap`` or ``process``.
        limits: the bounds on each answer.
        brief: be content with the first property that rejects, and with any input that shows it.
        hidden: folders that no answer may see, see :func:`dojo.kata.private_folders`.
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
            boxes[first.kata.library].check()
            if self.jobs == 1:
                with Grader(boxes) as grader:
                    for submission in itertools.chain([first], rest):
                        yield self._judge(grader, submission)
                return
        finally:
            boxes.close()
        yield from self._in_parallel(itertools.chain([first], rest))

    def _judge(self, grader: Grader, submission: Submission) -> Verdict:
        content = Path(submission.name).read_bytes() if submission.content is None else submission.content
        return grader.grade(
            submission.kata,
            content,
            submission=submission.name,
            seed=submission.seed,
            examples=submission.examples,
            brief=self.brief,
            first=submission.first,
        )

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
        # Spawned, not forked: a fork would inherit sockets and locks of whatever runs in this process.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_begin, initargs=(self,))
        futures: deque[Future[Verdict]] = deque()
        try:
            futures.extend(pool.submit(_judge, each) for each in waiting)
            while True:
                # A few ahead for each process, not all at once: memory stays flat however many answers there are.
                for each in itertools.islice(submissions, 4 * self.jobs - len(waiting)):
                    waiting.append(each)
                    futures.append(pool.submit(_judge, each))
                if not waiting:
                    return
                verdict = futures.popleft().result()
                waiting.popleft()
                yield verdict
        finally:
            for future in futures:
                future.cancel()
            pool.shutdown(wait=True, cancel_futures=True)


_batch: Batch | None = None
_grader: Grader | None = None


def _begin(batch: Batch) -> None:
    """Set up a process of the pool; it leaves an interrupt to its parent, and ends with it."""
    global _batch, _grader  # a pool's process has no other place for what it keeps
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _batch, _grader = batch, Grader(Boxes(batch.limits, isolation=batch.isolation, hidden=batch.hidden))


def _judge(submission: Submission) -> Verdict:
    if _batch is None or _grader is None:
        raise RuntimeError("the process was not set up")
    return _batch._judge(_grader, submission)  # noqa: SLF001  # the same class, in another process


def random_seed() -> int:
    """A seed that nobody can guess."""
    return secrets.randbits(32)


def find_answers(names: Sequence[str]) -> list[Path]:
    """The files of those names; a folder stands for its ``*.py`` files.

    Raises:
        DojoError: there is no such file, or a folder has none; the message names it.
    """
    found: list[Path] = []
    for name in names:
        path = Path(name)
        files = sorted(path.glob("*.py")) if path.is_dir() else [path]
        if not files:
            raise DojoError(f"The folder {name} has no *.py files.", "Name the files, or the folder that they are in.")
        for file in files:
            if not file.is_file():
                raise DojoError(f"There is no file {file}.", "Check the name; a folder stands for its *.py files.")
        found += files
    return found
