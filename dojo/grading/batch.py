"""Many answers: read, judged in order by one or more processes, and handed out as they come."""

from __future__ import annotations

import multiprocessing
import secrets
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dojo.errors import DojoError
from dojo.grading.grader import Grader
from dojo.grading.verdict import Verdict
from dojo.kata import Kata, require_library
from dojo.sandbox.box import Boxes, Isolation
from dojo.sandbox.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True)
class Batch:
    """What is to be judged, and how.

    Attributes:
        kata: what all answers answer.
        files: the answers.
        seed: of all that is drawn, the same for every answer.
        examples: how many inputs a property tries, by default as it says.
        jobs: how many processes judge at once.
        isolation: ``bubblewrap`` or ``process``.
        limits: the bounds on each answer.
    """

    kata: Kata
    files: Sequence[Path]
    seed: int
    examples: int | None = None
    jobs: int = 1
    isolation: Isolation = "bubblewrap"
    limits: Limits = DEFAULT_LIMITS

    def verdicts(self) -> Iterator[Verdict]:
        """The verdict on each answer, in the order of the files.

        Raises:
            MissingLibraryError: the kata's library is not installed.
            GraderFault: no answer can be judged here; nothing was judged then.
        """
        require_library(self.kata)
        boxes = Boxes(self.limits, self.isolation)
        try:
            boxes[self.kata.library].check()
            if self.jobs == 1:
                with Grader(boxes) as grader:
                    for file in self.files:
                        yield self._judge(grader, file)
                return
        finally:
            boxes.close()
        yield from self._in_parallel()

    def _judge(self, grader: Grader, file: Path) -> Verdict:
        content = file.read_bytes()
        return grader.grade(self.kata, content, submission=str(file), seed=self.seed, examples=self.examples)

    def _in_parallel(self) -> Iterator[Verdict]:
        # Spawned, not forked: a fork would inherit sockets and locks of whatever runs in this process.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_begin, initargs=(self,))
        waiting: list[Future[Verdict]] = []
        files = iter(self.files)
        try:
            # A few ahead for each process, not all at once: memory stays flat however many answers there are.
            waiting = [pool.submit(_judge, file) for file, _ in zip(files, range(4 * self.jobs), strict=False)]
            while waiting:
                verdict = waiting.pop(0).result()
                waiting += [pool.submit(_judge, file) for file, _ in zip(files, range(1), strict=False)]
                yield verdict
        finally:
            for future in waiting:
                future.cancel()
            pool.shutdown(wait=True, cancel_futures=True)


_batch: Batch | None = None
_grader: Grader | None = None


def _begin(batch: Batch) -> None:
    """Set up a process of the pool; it leaves an interrupt to its parent, and ends with it."""
    global _batch, _grader  # a pool's process has no other place for what it keeps
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _batch, _grader = batch, Grader(Boxes(batch.limits, batch.isolation))


def _judge(file: Path) -> Verdict:
    if _batch is None or _grader is None:
        raise RuntimeError("the process was not set up")
    return _batch._judge(_grader, file)  # noqa: SLF001  # the same class, in another process


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
