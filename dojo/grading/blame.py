"""Whose fault it is when a property goes wrong by an error of its own: the answer's values, or the property."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase

from dojo.binding import Binding, Call, InProcess
from dojo.errors import AnswerFailure
from dojo.grading import generation
from dojo.grading.consistency import alike
from dojo.grading.judgement import fail_exception
from dojo.grading.properties import Property
from dojo.grading.reference import Reference
from dojo.sandbox.wire import unpack

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
    if call.reply is None:
        return False
    arguments: list[Any] = [unpack(data) for data in call.arguments]
    for position, earlier in call.same.items():
        arguments[position] = arguments[earlier]
    keywords = {key: unpack(data) for key, data in call.keywords.items()}
    try:
        if call.where == "probe":
            result = reference.solution.run(getattr(reference.probes, call.name), *arguments)
        else:
            result = getattr(reference.solution, call.name)(*arguments, **keywords)
    except Exception as error:
        return call.error is not None and type(error) is type(call.error)
    changed = all(
        alike(unpack(data), arguments[key] if isinstance(key, int) else keywords[key])
        for key, data in call.reply.changed.items()
    )
    return changed and call.error is None and alike(unpack(call.reply.result), result)


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
