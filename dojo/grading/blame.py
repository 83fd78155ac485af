"""Whose fault it is when a property goes wrong by an error of its own: the answer's values, or the property."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase

from dojo.binding import Binding, Call, InProcess
from dojo.errors import AnswerFailure
from dojo.grading import generation
from dojo.grading.consistency import alike
from dojo.grading.counterexample import effect_of_answer, effect_of_reference
from dojo.grading.judgement import fail_exception
from dojo.grading.properties import Property
from dojo.grading.reference import Reference

REPLAYED = [Phase.explicit, Phase.generate]


def fixtures(property_: Property, kata: Binding, reference: Reference) -> dict[str, Any]:
    """What a property is called with: its parameters and the fixtures that it asks for."""
    known = {"kata": kata, "solution": reference.solution, "device": "cpu"}
    return {**property_.parameters, **{name: known[name] for name in property_.fixtures}}


def is_an_own_error(error: BaseException) -> bool:
    """Whether an exception came from the property itself, and not as its judgement of the answer."""
    judged = isinstance(error, AssertionError | AnswerFailure | fail_exception() | NotImplementedError)
    return not judged and not hasattr(error, "answer_traceback")


def agrees(calls: list[Call], reference: Reference) -> bool:
    """Whether the reference, called in the same way, says and changes the same: then no answer led to an error."""
    return bool(calls) and all(_agrees(call, reference) for call in calls)


def _agrees(call: Call, reference: Reference) -> bool:
    if call.reply is None or isinstance(call.error, AnswerFailure):
        return False
    got, expected = effect_of_answer(call), effect_of_reference(call, reference.solution, reference.probes)
    return type(got.error) is type(expected.error) and alike(
        [got.result, got.changed], [expected.result, expected.changed]
    )


def fails(property_: Property, reference: Reference, seed: int) -> bool:
    """Whether a property goes wrong on the reference, with the inputs that the seed draws."""
    keywords = fixtures(property_, InProcess(reference.solution.module), reference)
    try:
        if property_.is_generated:
            generation.run(property_.function, keywords, seed=seed, phases=REPLAYED)
        else:
            property_.function(**keywords)
    except Exception:
        return True
    return False
