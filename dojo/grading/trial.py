"""One property against one answer: which inputs are tried, and what came of them."""

from __future__ import annotations

import random
import time
import unittest
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import Phase

from dojo import interrupt
from dojo.binding import Call
from dojo.errors import AnswerDied, CallTimeout, GraderFault, Inconsistent
from dojo.grading import generation
from dojo.grading.blame import agrees, fails, fixtures, is_an_own_error
from dojo.grading.counterexample import explain
from dojo.grading.judgement import describe, skip_exception, visible
from dojo.grading.properties import Property
from dojo.grading.reference import Reference
from dojo.grading.session import Session
from dojo.grading.verdict import Counterexample, Outcome, PropertyVerdict
from dojo.grading.watchdog import watchdog
from dojo.sandbox.limits import Limits

STUB_EXAMPLES = 5
"""How many examples in a row must meet NotImplementedError until a property counts as not attempted."""


@dataclass(frozen=True)
class Thoroughness:
    """How a verdict is looked for.

    Attributes:
        examples: how many inputs a property tries, by default as it says.
        brief: any rejection will do: no smaller input is looked for, and the rest is left.
        first: in brief, the property to begin with.
        every: in brief, the properties after one that has rejected are tried as well.
    """

    examples: int | None = None
    brief: bool = False
    first: str = ""
    every: bool = False


@dataclass(frozen=True)
class Failure:
    """A failing example.

    Attributes:
        error: what was raised.
        calls: the calls of the answer that led to it.
        printed: what the answer printed meanwhile.
    """

    error: BaseException
    calls: list[Call]
    printed: str

    @property
    def size(self) -> int:
        """Bytes of all arguments."""
        return sum(len(data) for call in self.calls for data in (*call.arguments, *call.keywords.values()))


class Trial:
    """One property against one answer."""

    def __init__(
        self, property_: Property, session: Session, reference: Reference, seed: int, how: Thoroughness, limits: Limits
    ) -> None:
        self._property = property_
        self._session = session
        self._reference = reference
        self._seed = random.Random(f"{seed}:{property_.name}").getrandbits(64)  # noqa: S311  # not a secret
        self._how = how
        self._limits = limits
        self._tried = 0
        self._stubs = 0
        self._unfinished: list[Call] = []
        self._done = 0
        self._failure: Failure | None = None
        self._overruns = 0
        self._shrunk = 0
        self._first_failure = 0.0
        self._skipped = ""

    @property
    def failure(self) -> Failure | None:
        """The example on which it failed, None where there is none."""
        return self._failure

    @property
    def died(self) -> bool:
        """Whether it failed because the answer's process ended."""
        return self._failure is not None and isinstance(self._failure.error, AnswerDied)

    def verdict(self) -> PropertyVerdict:
        """Run the property."""
        started = time.perf_counter()
        self._session.deadline = self._limits.later_call if self._session.overruns else self._limits.call
        outcome, message, counterexample = self._outcome()
        return PropertyVerdict(
            name=self._property.name,
            outcome=outcome,
            message=message,
            counterexample=counterexample,
            examples=self._tried,
            seconds=round(time.perf_counter() - started, 3),
            weight=self._property.weight,
        )

    def _outcome(self) -> tuple[Outcome, str, Counterexample | None]:
        if self._property.needs_gpu:
            return "not_checked", "GPU not checked: run `pytest -m gpu` on a machine that has CUDA", None
        fault = self._run()
        if self._failure is not None:
            if self._is_a_fault(self._failure):
                return "fault", f"the property fails on the reference too: {describe(self._failure.error)}", None
            return "rejected", describe(self._failure.error), self._explained(self._failure)
        if fault is not None:
            return "fault", f"the property can't be run: {describe(fault)}", None
        if self._skipped:
            return "not_checked", self._skipped, None
        if self._stubs and not self._done:
            return "not_attempted", "raises NotImplementedError", None
        if not self._tried:
            return "fault", "the property tried no input at all", None
        return "accepted", "", None

    def _is_a_fault(self, failure: Failure) -> bool:
        """Whether the property went wrong in itself, and goes wrong on the reference too."""
        return is_an_own_error(failure.error) and (
            agrees(failure.calls, self._reference) or fails(self._property, self._reference, self._seed)
        )

    def _explained(self, failure: Failure) -> Counterexample | None:
        """The counterexample; None where the answer's values are such that it can't be made: the verdict stands."""
        trusted = self._reference
        try:
            with watchdog(self._limits.judging):
                return explain(trusted.kata, failure.calls, trusted.solution, trusted.probes, failure.printed)
        except GraderFault:
            raise
        except Exception:
            return Counterexample("", "", "", "", visible(failure.printed))

    def _run(self) -> Exception | None:
        """Run all phases; an exception that no example raised is returned."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not self._property.is_generated:
                return self._attempt([])
            fault = None
            if generation.has_examples(self._property.function):
                fault = self._attempt([Phase.explicit])
            if self._how.brief and self._failure is not None:
                return fault
            pinned, self._failure = self._failure, None
            if fault is None and not (self._stubs and not self._done):
                # A pinned example is rarely the smallest one: let Hypothesis look for its own.
                self._first_failure, self._shrunk, self._overruns = 0.0, 0, 0
                fault = self._attempt([Phase.generate, Phase.target] + [Phase.shrink] * (not self._how.brief))
            self._failure = _smaller(pinned, self._failure)
            return fault

    def _attempt(self, phases: list[Phase]) -> Exception | None:
        """Run the property once, without Hypothesis where there are no phases; what no example raised is returned."""
        function = self._property.function
        keywords = fixtures(self._property, self._session.binding, self._reference)
        try:
            if phases:
                generation.run(
                    function,
                    keywords,
                    self._example,
                    seed=self._seed,
                    phases=phases,
                    examples=self._how.examples,
                )
            else:
                self._example(function, keywords)
        except unittest.SkipTest:  # generation.Stop too
            pass
        except skip_exception() as skipped:
            self._skipped = f"not checked: {skipped}"
        except (GraderFault, KeyboardInterrupt):
            raise
        except BaseException as error:
            if self._failure is None:
                return error if isinstance(error, Exception) else RuntimeError(repr(error))
        return None

    def _example(self, test: Callable[..., Any], arguments: dict[str, Any]) -> None:
        """One input: what goes wrong is kept here first, whatever Hypothesis makes of it afterwards."""
        interrupt.check()
        self._give_up_in_time()
        binding = self._session.binding
        binding.calls.clear()
        self._session.forget_output()
        if self._failure is None:
            self._tried += 1
        try:
            with watchdog(self._limits.judging):
                test(**arguments)
        except (*generation.NOT_A_FAILURE, GraderFault, KeyboardInterrupt):
            raise
        except NotImplementedError as error:
            if self._done or not _all_not_implemented(binding.calls):
                self._keep(error)
                raise
            self._stubs += 1
            self._unfinished = list(binding.calls)
            if self._stubs >= STUB_EXAMPLES:
                raise generation.Stop("not attempted") from error
        except BaseException as error:
            if isinstance(error, skip_exception()):
                raise
            if generation.is_own_error(error) and not binding.calls:
                raise
            self._keep(error)
            raise
        else:
            self._done += 1
            if self._stubs:
                # This input is answered; an earlier one still reached the stub's last line, and that one is shown.
                binding.calls[:] = self._unfinished
                unfinished = AssertionError("not finished: this input still reaches raise NotImplementedError")
                self._keep(unfinished)
                raise unfinished
        finally:
            binding.undo()

    def _keep(self, error: BaseException) -> None:
        calls = list(self._session.binding.calls)
        if isinstance(error, Inconsistent) and isinstance(error.earlier, Call):
            calls = [error.earlier]
        self._failure = Failure(error, calls, self._session.printed())
        self._first_failure = self._first_failure or time.perf_counter()
        if isinstance(error, CallTimeout):
            self._session.deadline = self._limits.shrinking_call
            self._overruns += 1

    def _give_up_in_time(self) -> None:
        """Be content with the counterexample at hand once looking for a smaller one has taken long."""
        if self._failure is None:
            return
        self._shrunk += 1
        spent = time.perf_counter() - self._first_failure
        limits = self._limits
        opened = self._property.openings or self._reference.kata.header.openings
        most = limits.shrinking_with_processes if opened else limits.shrinking
        if self._shrunk > most or self._overruns > limits.overruns or spent > limits.shrinking_time:
            raise generation.Stop("small enough")


def _smaller(one: Failure | None, other: Failure | None) -> Failure | None:
    if one is None or other is None:
        return other if one is None else one
    return one if one.size < other.size else other


def _all_not_implemented(calls: list[Call]) -> bool:
    return bool(calls) and all(isinstance(call.error, NotImplementedError) for call in calls)
