"""The grader: it runs the properties here, the answer elsewhere, and says what came of it.

Expected values, seed, clock and comparison stay in this process; see :mod:`dojo.sandbox` for the other one.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import random
import re
import secrets
import sys
import time
import traceback
import unittest
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings

from dojo import __version__, interrupt
from dojo.binding import Call, InProcess, Sandboxed, exception_of, load_module
from dojo.errors import AnswerDied, AnswerFailure, CallTimeout, DojoError, GraderFault, Inconsistent
from dojo.grading.consistency import repeats
from dojo.grading.counterexample import explain
from dojo.grading.judgement import describe, fail_exception, skip_exception, visible
from dojo.grading.literal import shown
from dojo.grading.properties import Property, collect
from dojo.grading.submission import Refusal
from dojo.grading.verdict import LOADS, Counterexample, Outcome, PropertyVerdict, Verdict, outcome_of
from dojo.grading.watchdog import watchdog
from dojo.kata import Kata, require_library
from dojo.sandbox.box import Box, Boxes
from dojo.sandbox.client import Worker
from dojo.sandbox.errors import NotPlainError
from dojo.sandbox.limits import Limits
from dojo.sandbox.reply import Reply
from dojo.sandbox.wire import unpack

settings.register_profile(
    "dojo-grader", deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck)
)
LOOKS_BACK = (2, 5, 12)
"""After how many calls of a worker an earlier one is repeated, and then after each twelve."""
EARLIER_CALLS, LARGEST_EARLIER_CALL = 8, 1 << 16
"""How many calls may be repeated, and how many bytes the arguments of such a call have at most."""
COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
"""A line that names the encoding of a program, as Python reads it."""
BEGUN_BY = 5
"""How many examples in a row must meet NotImplementedError until a property counts as not attempted."""


@dataclass(frozen=True)
class _Thoroughness:
    """How many inputs a property tries, and whether any rejection will do."""

    examples: int | None
    brief: bool
    first: str = ""


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
        self._trusted: dict[str, _Trusted] = {}

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

        Raises:
            MissingLibraryError: the kata's library is not installed.
        """
        require_library(kata)
        seed = secrets.randbits(32) if seed is None else seed
        thoroughness = _Thoroughness(examples, brief, first)
        verdict = self._grade(kata, content, submission, seed, thoroughness, on_property)
        if verdict.outcome == "fault":
            self._boxes.close()
            verdict = self._grade(kata, content, submission, seed, thoroughness, on_property)
        return verdict

    def refused(self, kata: Kata, submission: str, seed: int, refusal: Refusal) -> Verdict:
        """The verdict on an answer that could not even be read."""
        verdict = PropertyVerdict(LOADS, refusal.outcome, refusal.message)
        version = f"dojo {__version__} in {kata.root}"
        return Verdict(kata.name, visible(submission), "", refusal.outcome, (verdict,), seed, version, 0.0)

    def _grade(
        self,
        kata: Kata,
        content: bytes,
        submission: str,
        seed: int,
        thoroughness: _Thoroughness,
        on_property: Callable[[PropertyVerdict], None] | None,
    ) -> Verdict:
        started = time.perf_counter()
        box = self._boxes[kata.library]
        box.start()
        trusted = self._trusted.get(kata.name) or self._trusted.setdefault(kata.name, _Trusted(kata))
        answer = _Answer(box, trusted, content, visible(submission) or "<answer>", self.limits, own_needs=self._own)
        verdicts: list[PropertyVerdict] = []

        def add(verdict: PropertyVerdict) -> None:
            verdicts.append(verdict)
            if on_property is not None:
                on_property(verdict)

        try:
            refused = answer.load()
            if refused is not None:
                add(refused)
            else:
                properties = trusted.properties
                if brief := thoroughness.brief:
                    properties = sorted(properties, key=lambda each: _rank(each, thoroughness.first))
                for number, each in enumerate(properties):
                    interrupt.check()
                    if number:
                        # A fresh process: nothing that the answer remembered helps it, or harms it, in the next one.
                        answer.close()
                    trial = _Trial(each, answer, trusted, seed, thoroughness, self.limits)
                    verdict = trial.verdict()
                    if trial.died:
                        # Perhaps its process was killed from outside. An answer that ends itself does so again.
                        answer.close()
                        verdict = _Trial(each, answer, trusted, seed, thoroughness, self.limits).verdict()
                    add(verdict)
                    if brief and verdicts[-1].outcome == "rejected":
                        break
        except GraderFault as fault:
            add(PropertyVerdict("grader", "fault", str(fault)))
        except DojoError:
            raise
        except Exception as error:
            # Whatever goes wrong here is not the answer's, and not the next answer's either.
            add(PropertyVerdict("grader", "fault", f"{describe(error)} (in {_place(error)})"))
        finally:
            answer.close()
        return Verdict(
            kata=kata.name,
            submission=visible(submission),
            sha256=hashlib.sha256(content).hexdigest(),
            outcome=outcome_of(tuple(verdicts)),
            properties=tuple(verdicts),
            seed=seed,
            grader=f"dojo {__version__} {trusted.digest} in {kata.root}",
            seconds=round(time.perf_counter() - started, 3),
        )

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


def _rank(each: Property, first: str) -> int:
    """In brief, the property that is likely to reject comes first, then those with fixed inputs: they are soon done."""
    return 0 if each.bare_name == first else 1 + each.is_generated


class _Trusted:
    """What is loaded here for a kata: properties, reference, probes, and how answers must be callable."""

    def __init__(self, kata: Kata) -> None:
        self.kata = kata
        with _profile():
            self.properties = collect(kata)
        self.solution = InProcess(load_module(kata.solution, f"solutions.{kata.topic}.{kata.short_name}"))
        self.needs = {needed.module: needed.solution.read_bytes() for needed in all_needed(kata)}
        self.probes: ModuleType | None = None
        self.probes_text = b""
        if kata.probes.is_file():
            self.probes = importlib.import_module(f"tests.{kata.topic}.probes.{kata.short_name}")
            self.probes_text = kata.probes.read_bytes()
        texts = (kata.properties.read_bytes(), self.probes_text, kata.solution.read_bytes())
        self.digest = _digest(*texts, *self.needs.values())
        self.wanted = {name: _how_to_call(name, value) for name, value in self._public()}

    def _public(self) -> Iterator[tuple[str, Any]]:
        module = self.solution.module
        for name, value in vars(module).items():
            if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == module.__name__:
                yield name, value


def all_needed(kata: Kata) -> list[Kata]:
    """The katas that one needs, and those that they need."""
    found: dict[str, Kata] = {}
    waiting = [kata]
    while waiting:
        for name in waiting.pop().header.needs:
            topic, _, short = name.partition("/")
            needed = Kata(kata.root, topic, short)
            if name not in found and needed.solution.is_file():
                found[name] = needed
                waiting.append(needed)
    return list(found.values())


def own_needs(kata: Kata) -> dict[str, bytes]:
    """What the learner has written for the katas that this one needs."""
    return {needed.module: needed.stub.read_bytes() for needed in all_needed(kata) if needed.stub.is_file()}


def _digest(*texts: bytes) -> str:
    """What tells one version of properties, probes and reference from another."""
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


@contextmanager
def _profile() -> Iterator[None]:
    """Hypothesis's defaults for tests that are imported meanwhile."""
    before = settings.get_current_profile_name()
    settings.load_profile("dojo-grader")
    try:
        yield
    finally:
        settings.load_profile(before)


def _how_to_call(name: str, function: Any) -> dict[str, Any]:
    """The ways in which a public name may be called, for :func:`dojo.sandbox.worker.misfit`."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return {"signature": name, "calls": []}
    positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    keyword_only = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
    required = sum(each.default is each.empty for each in positional)
    needed = [each.name for each in keyword_only if each.default is each.empty]
    return {
        "signature": f"{name}({', '.join(_parameter(each) for each in parameters)})",
        "calls": [[required, needed], [len(positional), [each.name for each in keyword_only]]],
    }


def _parameter(each: inspect.Parameter) -> str:
    return str(each.replace(annotation=each.empty))


class _Answer:
    """One answer: its text, and the worker that holds it at the moment."""

    def __init__(
        self, box: Box, trusted: _Trusted, content: bytes, name: str, limits: Limits, *, own_needs: bool
    ) -> None:
        self._own_needs = own_needs
        self._box = box
        self._trusted = trusted
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
            return PropertyVerdict(LOADS, "rejected", problem)
        try:
            try:
                reply = self._start()
            except AnswerDied:  # killed from outside, perhaps
                self.close()
                reply = self._start()
        except AnswerFailure as failure:
            return PropertyVerdict(LOADS, "rejected", f"importing the answer: {visible(str(failure))}", self._seen(""))
        if reply.raised is not None:
            raised = reply.raised
            text = f"{raised.name}: {raised.text}" if raised.text else raised.name
            return PropertyVerdict(LOADS, "rejected", visible(text), self._seen(raised.traceback))
        try:
            loaded = unpack(reply.result)
            misfits = {str(name): str(why) for name, why in loaded["misfits"].items()}
            self.binding = Sandboxed(self.request, dict(loaded["constants"]))
        except (NotPlainError, TypeError, LookupError, AttributeError):
            return PropertyVerdict(LOADS, "rejected", "importing the answer: a reply that can't be read")
        if misfits:
            text = visible("; ".join(f"{name} {why}" for name, why in misfits.items()))
            return PropertyVerdict(LOADS, "rejected", text, seconds=round(time.perf_counter() - started, 3))
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
        trusted = self._trusted
        needs = own_needs(trusted.kata) if self._own_needs else trusted.needs
        head = ["load", trusted.kata.module, self._name, self._content]
        request = [*head, trusted.probes_text, trusted.wanted, needs]
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
        probe = getattr(self._trusted.probes, call.name, None) if call.where == "probe" else None
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


class _Failure:
    """A failing example: what was raised, the calls that led to it, and what the answer printed."""

    def __init__(self, error: BaseException, calls: list[Call], printed: str) -> None:
        self.error = error
        self.calls = calls
        self.printed = printed


class _Trial:
    """One property against one answer."""

    def __init__(
        self, each: Property, answer: _Answer, trusted: _Trusted, seed: int, how: _Thoroughness, limits: Limits
    ) -> None:
        self._property = each
        self._answer = answer
        self._trusted = trusted
        self._seed = random.Random(f"{seed}:{each.name}").getrandbits(64)  # noqa: S311  # not a secret
        self._examples = how.examples
        self._brief = how.brief
        self._limits = limits
        self._tried = 0
        self._stubs = 0
        self._unfinished: list[Call] = []
        self._done = 0
        self._failure: _Failure | None = None
        self._overruns = 0
        self._shrunk = 0
        self._first_failure = 0.0
        self._skipped = ""

    @property
    def died(self) -> bool:
        """Whether it failed because the answer's process ended."""
        return self._failure is not None and isinstance(self._failure.error, AnswerDied)

    def verdict(self) -> PropertyVerdict:
        """Run the property."""
        started = time.perf_counter()
        self._answer.deadline = self._limits.later_call if self._answer.overruns else self._limits.call
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
            if self._is_ours(self._failure.error) and self._reference_fails():
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

    def _explained(self, failure: _Failure) -> Counterexample | None:
        """The counterexample; None where the answer's values are such that it can't be made: the verdict stands."""
        trusted = self._trusted
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
            explicit = bool(getattr(self._property.function, "hypothesis_explicit_examples", ()))
            fault = self._attempt([Phase.explicit]) if explicit else None
            if self._brief and self._failure is not None:
                return fault
            pinned, self._failure = self._failure, None
            if fault is None and not (self._stubs and not self._done):
                # A pinned example is rarely the smallest one: let Hypothesis look for its own.
                self._first_failure, self._shrunk, self._overruns = 0.0, 0, 0
                fault = self._attempt([Phase.generate, Phase.target] + [Phase.shrink] * (not self._brief))
            self._failure = _smaller(pinned, self._failure)
            return fault

    def _attempt(self, phases: list[Phase]) -> Exception | None:
        each = self._property
        keywords: dict[str, Any] = dict(each.parameters)
        fixtures = {"kata": self._answer.binding, "solution": self._trusted.solution, "device": "cpu"}
        keywords |= {name: fixtures[name] for name in each.fixtures}
        try:
            if not phases:
                self._example(each.function, keywords)
            else:
                self._generate(keywords, phases)
        except unittest.SkipTest:
            pass
        except skip_exception() as skipped:
            self._skipped = f"not checked: {skipped}"
        except GraderFault:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            if self._failure is None:
                return error if isinstance(error, Exception) else RuntimeError(repr(error))
        return None

    def _generate(self, keywords: dict[str, Any], phases: list[Phase]) -> None:
        test: Any = self._property.function
        own = test._hypothesis_internal_use_settings
        original = test.hypothesis.inner_test

        def inner(**drawn: Any) -> None:
            self._example(original, drawn)

        test._hypothesis_internal_use_settings = settings(
            own,
            phases=phases,
            database=None,
            deadline=None,
            derandomize=False,
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            max_examples=self._examples or own.max_examples,
        )
        test.hypothesis.inner_test = inner
        hypothesis.seed(self._seed)(test)
        try:
            test(**keywords)
        finally:
            test.hypothesis.inner_test = original
            test._hypothesis_internal_use_settings = own

    def _example(self, test: Callable[..., Any], arguments: dict[str, Any]) -> None:
        """One input: what goes wrong is kept here first, whatever Hypothesis makes of it afterwards."""
        interrupt.check()
        self._give_up_in_time()
        binding = self._answer.binding
        binding.calls.clear()
        self._answer.forget_output()
        if self._failure is None:
            self._tried += 1
        try:
            with watchdog(self._limits.judging):
                test(**arguments)
        except (
            unittest.SkipTest,
            hypothesis.errors.UnsatisfiedAssumption,
            hypothesis.errors.StopTest,
            KeyboardInterrupt,
        ):
            raise
        except GraderFault:
            raise
        except NotImplementedError as error:
            if self._done or not _all_not_implemented(binding.calls):
                self._keep(error)
                raise
            self._stubs += 1
            self._unfinished = list(binding.calls)
            if self._stubs >= BEGUN_BY:
                raise unittest.SkipTest("not attempted") from error
        except BaseException as error:
            if isinstance(error, skip_exception()):
                raise
            if isinstance(error, hypothesis.errors.HypothesisException) and not binding.calls:
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

    def _keep(self, error: BaseException) -> None:
        calls = list(self._answer.binding.calls)
        if isinstance(error, Inconsistent) and isinstance(error.earlier, Call):
            calls = [error.earlier]
        self._failure = _Failure(error, calls, self._answer.printed())
        self._first_failure = self._first_failure or time.perf_counter()
        if isinstance(error, CallTimeout):
            self._answer.deadline = self._limits.shrinking_call
            self._overruns += 1

    def _give_up_in_time(self) -> None:
        """Be content with the counterexample at hand once looking for a smaller one has taken long."""
        if self._failure is None:
            return
        self._shrunk += 1
        spent = time.perf_counter() - self._first_failure
        limits = self._limits
        if self._shrunk > limits.shrinking or self._overruns > limits.overruns or spent > limits.shrinking_time:
            raise unittest.SkipTest("small enough")

    def _is_ours(self, error: BaseException) -> bool:
        """Whether an exception came from the property itself, and not as its judgement of the answer."""
        judged = isinstance(error, AssertionError | AnswerFailure | fail_exception() | NotImplementedError)
        return not judged and not hasattr(error, "answer_traceback")

    def _reference_fails(self) -> bool:
        """Whether the property goes wrong without the answer, too: then it is no verdict on the answer."""
        each = self._property
        keywords: dict[str, Any] = dict(each.parameters)
        fixtures = {"kata": self._trusted.solution, "solution": self._trusted.solution, "device": "cpu"}
        keywords |= {name: fixtures[name] for name in each.fixtures}
        try:
            each.function(**keywords)
        except Exception:
            return True
        return False


def _smaller(one: _Failure | None, other: _Failure | None) -> _Failure | None:
    if one is None or other is None:
        return other if one is None else one
    return one if _size(one) < _size(other) else other


def _size(failure: _Failure) -> int:
    return sum(len(data) for call in failure.calls for data in (*call.arguments, *call.keywords.values()))


def _all_not_implemented(calls: list[Call]) -> bool:
    return bool(calls) and all(isinstance(call.error, NotImplementedError) for call in calls)
