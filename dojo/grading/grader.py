"""The grader: it runs the properties here, the answer elsewhere, and says what came of it.

Expected values, seed, clock and comparison stay in this process; see :mod:`dojo.sandbox` for the other one.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from dojo import __version__, interrupt
from dojo.errors import DojoError, GraderFault
from dojo.grading.judgement import describe, visible
from dojo.grading.properties import Property
from dojo.grading.reference import Reference
from dojo.grading.session import Session
from dojo.grading.submission import Refusal
from dojo.grading.trial import Failure, Thoroughness, Trial
from dojo.grading.verdict import IMPORT, PropertyVerdict, Verdict, outcome_of
from dojo.kata import Kata, is_installed, require_library
from dojo.sandbox.box import Box, Boxes


class Grader:
    """Grades answers; keeps the boxes and the loaded katas between them.

    Args:
        boxes: where answers run; they are closed with the grader.
        own: the answers are the learner's own, so that katas which build on others import the learner's; elsewhere
            they import the references.

    Use it as a context manager: leaving it ends every process that it started.
    """

    def __init__(self, boxes: Boxes, *, own: bool = False) -> None:
        if not __debug__:
            raise DojoError(
                "Python runs with -O or PYTHONOPTIMIZE, which leaves out the asserts that properties are made of.",
                "Unset PYTHONOPTIMIZE, and leave -O out.",
            )
        sys.set_int_max_str_digits(0)  # a watchdog bounds what an answer's numbers may cost
        self._boxes = boxes
        self._own = own
        self.limits = self._boxes.limits
        self._references: dict[str, Reference] = {}
        self.failures: dict[str, Failure] = {}
        """Of the answer that was judged last: what each property that rejects it failed on."""

    def grade(
        self,
        kata: Kata,
        content: bytes,
        *,
        submission: str = "",
        seed: int | None = None,
        examples: int | None = None,
        on_property: Callable[[PropertyVerdict], None] | None = None,
        brief: bool = False,
        first: str = "",
        every: bool = False,
    ) -> Verdict:
        """The verdict on one answer.

        Args:
            kata: what it answers.
            content: its text, as bytes of UTF-8.
            submission: what to call it, a file name as a rule; also in the answer's tracebacks.
            seed: of all that is drawn; a random one by default. Same seed, same verdict. A fault is tried once more.
            examples: how many inputs a property tries, by default as the property says.
            on_property: called with each property's verdict as soon as it is known.
            brief: stop at the first property that rejects, and look for no smaller input: for those who ask whether
                and not why.
            first: in brief, the property to begin with.
            every: in brief, go on with the other properties after one has rejected.

        Raises:
            MissingLibraryError: the kata's library is not installed.
        """
        require_library(kata)
        seed = secrets.randbits(32) if seed is None else seed
        thoroughness = Thoroughness(examples, brief, first, every)
        verdict = self._grade(kata, content, submission, seed, thoroughness, on_property)
        if verdict.outcome == "fault":
            self._boxes.close()
            verdict = self._grade(kata, content, submission, seed, thoroughness, on_property)
        return verdict

    def reference(self, kata: Kata) -> Reference:
        """What is trusted in the verdicts on a kata."""
        return self._references.get(kata.name) or self._references.setdefault(kata.name, Reference(kata))

    def refused(self, kata: Kata, submission: str, seed: int, refusal: Refusal) -> Verdict:
        """The verdict on an answer that could not even be read."""
        verdict = PropertyVerdict(IMPORT, refusal.outcome, refusal.message)
        version = f"dojo {__version__} in {kata.root}"
        return Verdict(kata.name, visible(submission), "", refusal.outcome, (verdict,), seed, version, 0.0)

    def _grade(
        self,
        kata: Kata,
        content: bytes,
        submission: str,
        seed: int,
        thoroughness: Thoroughness,
        on_property: Callable[[PropertyVerdict], None] | None,
    ) -> Verdict:
        started = time.perf_counter()
        usual = self._boxes.of(kata.library, kata.header.openings)
        usual.start()
        reference = self.reference(kata)
        self.failures.clear()
        session = Session(
            usual, reference, content, visible(submission) or "<answer>", self.limits, own_needs=self._own
        )
        verdicts: list[PropertyVerdict] = []

        def add(verdict: PropertyVerdict) -> None:
            verdicts.append(verdict)
            if on_property is not None:
                on_property(verdict)

        try:
            refused = session.load()
            if refused is not None:
                add(refused)
            else:
                properties = reference.properties
                if brief := thoroughness.brief:
                    properties = sorted(properties, key=lambda property_: _rank(property_, thoroughness.first))
                boxes = [self._box_of(property_, kata) for property_ in properties]
                for number, (property_, box) in enumerate(zip(properties, boxes, strict=True)):
                    interrupt.check()
                    if number or box is not usual:
                        # A fresh process: nothing that the answer remembered helps it, or harms it, in the next one.
                        session.move(box)
                    verdict = self._of_property(property_, session, reference, seed, thoroughness)
                    add(verdict)
                    if brief and verdicts[-1].outcome == "rejected" and not thoroughness.every:
                        break
        except GraderFault as fault:
            add(PropertyVerdict("grader", "fault", str(fault)))
        except DojoError:
            raise
        except Exception as error:
            # Whatever goes wrong here is not the answer's, and not the next answer's either.
            add(PropertyVerdict("grader", "fault", f"{describe(error)} (in {_place(error)})"))
        finally:
            session.close()
        return Verdict(
            kata=kata.name,
            submission=visible(submission),
            sha256=hashlib.sha256(content).hexdigest(),
            outcome=outcome_of(tuple(verdicts)),
            properties=tuple(verdicts),
            seed=seed,
            grader=f"dojo {__version__} {reference.digest} in {kata.root}",
            seconds=round(time.perf_counter() - started, 3),
        )

    def _box_of(self, property_: Property, kata: Kata) -> Box:
        """Where an answer runs for a property; its imports have begun when they are needed."""
        library = property_.library or kata.library
        box = self._boxes.of(library, property_.openings or kata.header.openings)
        if not property_.needs_gpu and is_installed(library):
            box.start()
        return box

    def _of_property(
        self, property_: Property, session: Session, reference: Reference, seed: int, thoroughness: Thoroughness
    ) -> PropertyVerdict:
        """The verdict of one property; what it failed on is kept."""
        trial = Trial(property_, session, reference, seed, thoroughness, self.limits)
        verdict = trial.verdict()
        if trial.died:
            # Perhaps its process was killed from outside. An answer that ends itself does so again.
            session.close()
            trial = Trial(property_, session, reference, seed, thoroughness, self.limits)
            verdict = trial.verdict()
        if trial.failure is not None:
            self.failures[property_.name] = trial.failure
        return verdict

    def close(self) -> None:
        """End every process."""
        self._boxes.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _place(error: BaseException) -> str:
    """The file and line of this package where an error came up."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "dojo" in Path(frame.filename).parts]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else "a library"


def _rank(property_: Property, first: str) -> int:
    """In brief, the property that is likely to reject comes first, then those with fixed inputs: they are soon done."""
    return 0 if property_.bare_name == first else 1 + property_.is_generated
