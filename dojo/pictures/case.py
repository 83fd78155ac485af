"""What is drawn: one call with its arguments, what is expected of it, and what an answer made of it."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

from dojo.errors import AnswerFailure, DojoError
from dojo.grading.counterexample import Effect, arguments_of, parameter_names, telling
from dojo.grading.literal import shown
from dojo.grading.reference import Reference
from dojo.grading.trial import Failure

MOST_ITEMS = 20_000
"""Numbers and texts in all that are looked at for a picture."""
MOST_ELEMENTS = 2**22
"""Numbers in one array."""
DEEPEST = 12
LONGEST_TEXT = 10_000
LARGEST = 2.0**1000
SCALARS = (type(None), bool, int, float, complex, str)


class NotDrawable(DojoError):
    """There is no picture, and the message says why; never anything about the answer's verdict."""


@dataclass(frozen=True)
class Case:
    """A call as plain data.

    Attributes:
        name: of the function or probe that was called.
        arguments: by name, as they were before the call.
        expected: what the reference makes of it; arguments that it changes, by name, are in ``expected.changed``.
        got: the same of the answer; None for a worked example.
        why: the property that does not hold, as a sentence; empty for a worked example.
    """

    name: str
    arguments: dict[str, Any]
    expected: Effect
    got: Effect | None = None
    why: str = ""

    def __getitem__(self, name: str) -> Any:
        """An argument."""
        return self.arguments[name]

    @property
    def results(self) -> list[tuple[str, Any]]:
        """``expected`` and ``got`` with their results; the latter only where it can be drawn."""
        found = [("expected", self.expected.result)]
        if self.got is not None and self.got.error is None:
            found.append(("got", self.got.result))
        return found

    def words(self, which: str) -> str:
        """What was expected or got, in a few words."""
        effect = self.got if which == "got" else self.expected
        if effect is None:
            return ""
        if effect.error is not None:
            name = getattr(effect.error, "answer_type", type(effect.error).__name__)
            return str(effect.error) if isinstance(effect.error, AnswerFailure) else f"{name}: {effect.error}"
        return shown(effect.result)


def failing_case(reference: Reference, failure: Failure, why: str) -> Case:
    """The call that shows the bug.

    Raises:
        NotDrawable: the property made no call, or what crossed is not plain, or too much of it.
    """
    if not failure.calls:
        raise NotDrawable("the property made no call")
    call, expected, got = telling(failure.calls, reference.solution, reference.probes)
    names = parameter_names(call, reference.solution, reference.probes)
    arguments = {names[key]: value for key, value in arguments_of(call).items()}
    for what, value in (("the input", arguments), ("what the answer gave", [got.result, got.changed])):
        problem = why_not_drawable(value)
        if problem:
            raise NotDrawable(f"{what} {problem}")
    return Case(call.name, arguments, expected, got, why)


def example_case(reference: Reference, name: str, arguments: dict[str, Any]) -> Case:
    """A worked example: the call and what the reference makes of it."""
    given = copy.deepcopy(arguments)
    if hasattr(reference.solution.module, name):
        result = getattr(reference.solution, name)(**given)
    else:
        result = reference.solution.run(getattr(reference.probes, name), *given.values())
    return Case(name, arguments, Effect(result, None, {}))


def why_not_drawable(value: Any) -> str:
    """Why a value is not looked at: it is not plain, or far too much; empty where it can be.

    Numbers that are not finite may stand in arrays, where a drawer marks them; elsewhere :func:`number` finds them.
    """
    left = MOST_ITEMS
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        left -= 1
        if left < 0 or depth > DEEPEST:
            return "is too much for a picture"
        kind = type(item)
        if kind in (list, tuple, dict):
            if len(item) > left:
                return "is too much for a picture"
            inner = [*item.keys(), *item.values()] if kind is dict else item
            waiting += [(each, depth + 1) for each in inner]
        elif hasattr(item, "dtype") and hasattr(item, "shape"):
            if math.prod(item.shape) > MOST_ELEMENTS:
                return "holds an array that is too large for a picture"
        elif kind is str or kind is bytes:
            if len(item) > LONGEST_TEXT:
                return "holds a text that is too long for a picture"
        elif kind not in SCALARS:
            return f"holds a {kind.__name__}, which can't be drawn"
    return ""


def number(value: Any) -> float | None:
    """A finite number of a size that can be drawn; None for anything else.

    Example:
        >>> number(3), number(float("nan")), number("3"), number(10**400)
        (3.0, None, None, None)
    """
    if type(value) not in (int, float) or not -LARGEST < value < LARGEST:
        return None
    return float(value)
