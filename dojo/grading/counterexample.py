"""From the calls of a failing example to something that a person can read, paste and run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from dojo.binding import Call, InProcess
from dojo.errors import AnswerFailure
from dojo.grading.excerpt import excerpt
from dojo.grading.judgement import visible
from dojo.grading.literal import difference, imports_for, literal, shown
from dojo.grading.verdict import Counterexample
from dojo.kata import Kata
from dojo.sandbox.wire import pack, unpack

EQUAL_WITHIN = 1e-9
"""Results closer than this, relative, differ by rounding alone and do not show the bug."""

LONGEST_INLINE = 60
"""An argument whose source is longer gets a line of its own."""


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
    call, expected, got = telling(calls, solution, probes)
    names = parameter_names(call, solution, probes)
    return Counterexample(
        input=visible(_input(call, names)),
        expected=visible(_shown(_with_unchanged(expected, got, call), names)),
        got=visible(_shown(_with_unchanged(got, expected, call), names)),
        code=visible(_code(kata, call, solution, probes, expected, got, names)),
        printed=visible(printed),
        traceback=visible(str(getattr(got.error, "answer_traceback", ""))),
    )


def telling(calls: list[Call], solution: InProcess, probes: ModuleType | None) -> tuple[Call, Effect, Effect]:
    """The call of a failing example that shows the bug, what the reference makes of it, and what the answer made."""
    effects = [(call, effect_of_answer(call), effect_of_reference(call, solution, probes)) for call in calls]
    worst = max(effects, key=lambda effect: effect[2].differs_from(effect[1]))
    if worst[2].differs_from(worst[1]) <= EQUAL_WITHIN:
        # Every single call agrees with the reference: the property relates several calls, or a meter; show the last.
        worst = effects[-1]
    call, got, expected = worst
    return call, expected, got


def arguments_of(call: Call) -> dict[int | str, Any]:
    """What a call was given, by position or name."""
    positional = [unpack(data) for data in call.arguments]
    for index, earlier in call.same.items():
        positional[index] = positional[earlier]
    return {**dict(enumerate(positional)), **{key: unpack(data) for key, data in call.keywords.items()}}


def effect_of_answer(call: Call) -> Effect:
    """What the answer made of a call; nothing where no reply came."""
    if call.reply is None or isinstance(call.error, AnswerFailure):
        return Effect(None, call.error, {})
    changed = {key: unpack(data) for key, data in call.reply.changed.items()}
    return Effect(None if call.error else unpack(call.reply.result), call.error, changed)


def effect_of_reference(call: Call, solution: InProcess, probes: ModuleType | None) -> Effect:
    """What the reference makes of the same arguments."""
    arguments = arguments_of(call)
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
    changed = {key: value for key, value in arguments.items() if pack(value, layouts=True) != call.argument(key)}
    return Effect(result, raised, changed)


def parameter_names(call: Call, solution: InProcess, probes: ModuleType | None) -> dict[int | str, str]:
    """What the function or probe calls its arguments."""
    names: dict[int | str, str] = {key: key for key in call.keywords}
    is_probe = call.where == "probe"
    function = getattr(probes if is_probe else solution, call.name, None)
    parameters = list(inspect.signature(function).parameters)[is_probe:] if callable(function) else []
    for index in range(len(call.arguments)):
        names[index] = parameters[index] if index < len(parameters) else f"argument_{index}"
    return names


def _input(call: Call, names: Mapping[int | str, str]) -> str:
    lines = [f"{names[key]} = {shown(value)}" for key, value in arguments_of(call).items()]
    for index, earlier in call.same.items():
        lines[index] = f"{names[index]} = {names[earlier]}, the same object"
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
    arguments = arguments_of(call)
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
        return _probe_code(kata, call, solution, probes, expected, names)
    arguments = arguments_of(call)
    watched = [key for key in arguments if key in expected.changed or key in got.changed]
    lines, passed = _passed(call, names, watched)
    expression = f"{call.name}({', '.join(passed)})"
    prints_result = expected.result is not None or got.result is not None or not watched
    lines.append(f"print({expression})" if prints_result else expression)
    lines += [f"print({names[key]})" for key in watched]
    return _with_imports(kata, [call.name], "\n".join(lines)) + _comment(_with_unchanged(expected, got, call))


def _passed(call: Call, names: Mapping[int | str, str], watched: Sequence[int | str]) -> tuple[list[str], list[str]]:
    """Lines that give names to the arguments that are long or looked at afterwards, and what is then passed."""
    lines, passed = [], []
    for key, value in arguments_of(call).items():
        source = literal(value)
        if key in call.same:
            source = names[call.same[key]]
        elif key in watched or key in call.same.values() or len(source) > LONGEST_INLINE:
            lines.append(f"{names[key]} = {source}")
            source = names[key]
        passed.append(source if isinstance(key, int) else f"{key}={source}")
    return lines, passed


def _comment(effect: Effect, word: str = "expected") -> str:
    """What the last printed line must say."""
    if effect.error is not None:
        return f"  # {word} {type(effect.error).__name__}"
    *_, last = [*([effect.result] if effect.result is not None or not effect.changed else []), *effect.changed.values()]
    text = shown(last)
    return f"  # {word} {text}" if len(text) <= LONGEST_INLINE else f"\n# {word} {text}"


def _probe_code(
    kata: Kata,
    call: Call,
    solution: InProcess,
    probes: ModuleType | None,
    expected: Effect,
    names: Mapping[int | str, str],
) -> str:
    """The probe's own source and a call of it on the learner's file; or what a writer beside the probe makes of it."""
    comment = _comment(replace(expected, changed={}), "the reference gives")
    writer = getattr(probes, f"{call.name}_as_code", None)
    if writer is not None:
        code = str(writer(*arguments_of(call).values())).strip("\n")
        words = set(re.findall(r"\w+", code))
        public = [name for name in vars(solution.module) if not name.startswith("_") and name in words]
        module = solution.module.__name__
        own = [name for name in public if getattr(getattr(solution, name), "__module__", None) == module]
        return _with_imports(kata, own, code) + ("" if expected.error is None else comment)
    assert probes is not None
    lines, passed = _passed(call, names, [])
    body = excerpt(inspect.getsource(probes), call.name)
    expression = f"print({', '.join([f'{call.name}(kata', *passed])}))"
    code = "\n".join([body, "", "", *lines, expression]) + comment
    present = [line for line in imports_for(code) if not re.search(f"^{re.escape(line)}$", body, re.MULTILINE)]
    return "\n".join([f"import {kata.module} as kata", *present, code])


def _with_imports(kata: Kata, names: list[str], code: str) -> str:
    head = [*imports_for(code), f"from {kata.module} import {', '.join(names)}"]
    return "\n".join([*head, "", code])
