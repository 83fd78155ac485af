"""From the calls of a failing example to something that a person can read, paste and run."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from dojo.binding import Call, InProcess
from dojo.errors import AnswerFailure
from dojo.grading.literal import difference, imports_for, literal, shown
from dojo.grading.verdict import Counterexample
from dojo.kata import Kata
from dojo.sandbox.wire import pack, unpack

TOLERATED = 1e-9
"""Results closer than this, relative, differ by rounding alone and do not show the bug."""

SHORT = 60
"""An argument whose source is longer gets a line of its own."""

Arguments = Mapping[int | str, Any]


@dataclass
class Effect:
    """What a call did: its result or error, and the arguments that it changed."""

    result: Any
    error: Exception | None
    changed: dict[int | str, Any]

    def differs_from(self, other: Effect) -> float:
        """How far two effects are apart, see :func:`difference`."""
        if type(self.error) is not type(other.error):
            return float("inf")
        return max(difference(self.result, other.result), difference(self.changed, other.changed))


def explain(
    kata: Kata, calls: list[Call], solution: InProcess, probes: ModuleType | None, printed: str
) -> Counterexample | None:
    """The call that shows the bug, next to what the reference makes of the same arguments.

    Args:
        kata: whose answer failed.
        calls: the calls of the failing example, in order.
        solution: the reference, which makes the same calls.
        probes: the topic's probes.
        printed: what the answer printed.

    Returns:
        The counterexample, None where the property made no call at all.
    """
    if not calls:
        return None
    effects = [(call, _effect_of_answer(call), _effect_of_reference(call, solution, probes)) for call in calls]
    worst = max(effects, key=lambda each: each[2].differs_from(each[1]))
    if worst[2].differs_from(worst[1]) <= TOLERATED:
        # Every single call agrees with the reference: the property relates several calls, or a meter; show the last.
        worst = effects[-1]
    call, got, expected = worst
    names = _parameter_names(call, solution)
    return Counterexample(
        input=_input(call, names),
        expected=_shown(_with_unchanged(expected, got, call), names),
        got=_shown(_with_unchanged(got, expected, call), names),
        code=_code(kata, call, solution, probes, expected, got, names),
        printed=printed,
        traceback=str(getattr(got.error, "answer_traceback", "")),
    )


def _arguments(call: Call) -> dict[int | str, Any]:
    return {
        **{index: unpack(data) for index, data in enumerate(call.arguments)},
        **{key: unpack(data) for key, data in call.keywords.items()},
    }


def _effect_of_answer(call: Call) -> Effect:
    if call.reply is None or isinstance(call.error, AnswerFailure):
        return Effect(None, call.error, {})
    changed = {key: unpack(data) for key, data in call.reply.changed.items()}
    return Effect(None if call.error else unpack(call.reply.result), call.error, changed)


def _effect_of_reference(call: Call, solution: InProcess, probes: ModuleType | None) -> Effect:
    arguments = _arguments(call)
    positional = [value for key, value in arguments.items() if isinstance(key, int)]
    keywords = {key: value for key, value in arguments.items() if isinstance(key, str)}
    result, raised = None, None
    try:
        if call.where == "probe":
            result = solution.run(getattr(probes, call.name), *positional)
        else:
            result = getattr(solution, call.name)(*positional, **keywords)
    except Exception as error:
        raised = error
    changed = {key: value for key, value in arguments.items() if pack(value) != call.argument(key)}
    return Effect(result, raised, changed)


def _parameter_names(call: Call, solution: InProcess) -> dict[int | str, str]:
    names: dict[int | str, str] = {key: key for key in call.keywords}
    function = getattr(solution, call.name, None) if call.where == "answer" else None
    parameters = list(inspect.signature(function).parameters) if callable(function) else []
    for index in range(len(call.arguments)):
        names[index] = parameters[index] if index < len(parameters) else f"argument_{index}"
    return names


def _input(call: Call, names: Mapping[int | str, str]) -> str:
    lines = [f"{names[key]} = {shown(value)}" for key, value in _arguments(call).items()]
    if call.where == "probe":
        lines = [line.partition(" = ")[2] for line in lines]
    return "\n".join(lines)


def _shown(effect: Effect, names: Mapping[int | str, str]) -> str:
    if isinstance(effect.error, AnswerFailure):
        return str(effect.error)
    lines = [f"{names[key]} = {shown(value)}" for key, value in effect.changed.items()]
    if effect.error is not None:
        name = getattr(effect.error, "answer_type", type(effect.error).__name__)
        lines.insert(0, f"{name}: {effect.error}" if str(effect.error) else str(name))
    elif effect.result is not None:
        lines.append(f"returned {shown(effect.result)}" if lines else shown(effect.result))
    elif not lines:
        lines.append("None is returned, no argument is changed")
    return "\n".join(lines)


def _with_unchanged(effect: Effect, other: Effect, call: Call) -> Effect:
    """The effect, with the arguments that only the other one changed as they still are."""
    if isinstance(effect.error, AnswerFailure):
        return effect
    arguments = _arguments(call)
    return replace(effect, changed={**{key: arguments[key] for key in other.changed}, **effect.changed})


def _code(
    kata: Kata,
    call: Call,
    solution: InProcess,
    probes: ModuleType | None,
    expected: Effect,
    got: Effect,
    names: Mapping[int | str, str],
) -> str:
    if call.where == "probe":
        return _probe_code(kata, call, solution, probes)
    arguments = _arguments(call)
    watched = [key for key in arguments if key in expected.changed or key in got.changed]
    lines, passed = [], []
    for key, value in arguments.items():
        source = literal(value)
        if key in watched or len(source) > SHORT:
            lines.append(f"{names[key]} = {source}")
            source = names[key]
        passed.append(source if isinstance(key, int) else f"{key}={source}")
    expression = f"{call.name}({', '.join(passed)})"
    prints_result = expected.result is not None or got.result is not None or not watched
    lines.append(f"print({expression})" if prints_result else expression)
    lines += [f"print({names[key]})" for key in watched]
    return _with_imports(kata, [call.name], "\n".join(lines)) + _comment(_with_unchanged(expected, got, call))


def _comment(effect: Effect) -> str:
    """What the last printed line must say."""
    if effect.error is not None:
        return f"  # expected {type(effect.error).__name__}"
    *_, last = [*([effect.result] if effect.result is not None or not effect.changed else []), *effect.changed.values()]
    text = literal(last)
    return f"  # expected {text}" if len(text) <= SHORT else ""


def _probe_code(kata: Kata, call: Call, solution: InProcess, probes: ModuleType | None) -> str:
    arguments = [unpack(data) for data in call.arguments]
    writer = getattr(probes, f"{call.name}_as_code", None)
    if writer is None:
        return f"# {call.name} of tests/{kata.topic}/probes.py with {', '.join(map(shown, arguments))}"
    code = str(writer(*arguments)).strip("\n")
    public = [name for name in vars(solution.module) if not name.startswith("_") and f"{name}" in code]
    own = [name for name in public if getattr(getattr(solution, name), "__module__", None) == solution.module.__name__]
    return _with_imports(kata, own, code)


def _with_imports(kata: Kata, names: list[str], code: str) -> str:
    head = [*imports_for(code), f"from {kata.module} import {', '.join(names)}"]
    return "\n".join([*head, "", code])
