"""What is trusted in a verdict: properties, reference and probes of a kata, loaded in this process."""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from dojo.binding import InProcess, load_module
from dojo.grading import generation
from dojo.grading.properties import collect
from dojo.kata import Kata


class Reference:
    """What is loaded here for a kata: properties, reference, probes, and how answers must be callable."""

    def __init__(self, kata: Kata) -> None:
        self.kata = kata
        with generation.profile():
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


def _how_to_call(name: str, function: Any) -> dict[str, Any]:
    """The ways in which a public name may be called, for :func:`dojo.sandbox.inside.misfit`."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return {"signature": name, "calls": []}
    positional = [
        parameter
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    keyword_only = [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    required = sum(parameter.default is parameter.empty for parameter in positional)
    needed = [parameter.name for parameter in keyword_only if parameter.default is parameter.empty]
    return {
        "signature": f"{name}({', '.join(_parameter(parameter) for parameter in parameters)})",
        "calls": [[required, needed], [len(positional), [parameter.name for parameter in keyword_only]]],
    }


def _parameter(parameter: inspect.Parameter) -> str:
    return str(parameter.replace(annotation=parameter.empty))
