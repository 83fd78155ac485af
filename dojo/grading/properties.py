"""The properties of a kata, collected from its test file without pytest's machinery.

What a property may use is small on purpose: the fixtures ``kata``, ``solution`` and ``device``, Hypothesis, and the
marks ``parametrize``, ``gpu``, ``weight`` and ``opened``. Everything else is refused, since it would work in one
binding only.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dojo.errors import KataFormatError
from dojo.kata import Kata

FIXTURES = ("kata", "solution", "device")
MARKS = ("parametrize", "gpu", "weight", "opened")


@dataclass(frozen=True)
class Property:
    """One property, with the values of its parameters.

    Attributes:
        name: the function's name, with parameters in brackets as pytest writes them.
        function: the test function, decorated by ``given`` or plain.
        fixtures: the fixtures that it asks for.
        parameters: the values of its ``parametrize`` marks.
        needs_gpu: whether it runs on CUDA only.
        weight: its share in the score.
        openings: what the answer may do besides in this property alone, see :data:`dojo.header.OPENINGS`.
        library: what is imported for it then, where that is more than the kata's.
    """

    name: str
    function: Callable[..., Any]
    fixtures: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    needs_gpu: bool = False
    weight: float = 1.0
    openings: tuple[str, ...] = ()
    library: str = ""

    @property
    def bare_name(self) -> str:
        """The name of the test function."""
        return self.name.partition("[")[0]

    @property
    def is_generated(self) -> bool:
        """Whether Hypothesis draws its inputs."""
        return hasattr(self.function, "hypothesis")


def collect(kata: Kata) -> list[Property]:
    """The properties of a kata in the order of its test file.

    Raises:
        KataFormatError: there is no such file, or it asks for a fixture or mark that the grader does not know.
    """
    if not kata.properties.is_file():
        raise KataFormatError(f"{kata.name} has no properties", f"Write them in {kata.properties}.")
    root = str(kata.root)
    if root not in sys.path:
        sys.path.insert(0, root)
    module = importlib.import_module(f"tests.{kata.topic}.test_{kata.short_name}")
    if not str(module.__file__).startswith(root):
        raise KataFormatError(
            f"{module.__file__} hides {kata.properties}", "Start the dojo afresh for another repository."
        )
    found = [
        property_
        for name, function in vars(module).items()
        if name.startswith("test_") and callable(function)
        for property_ in _expanded(name, function, kata)
    ]
    if not found:
        raise KataFormatError(f"{kata.properties} holds no test function", "Write 3 to 6 properties.")
    return found


def _expanded(name: str, function: Callable[..., Any], kata: Kata) -> Iterator[Property]:
    marks = list(getattr(function, "pytestmark", []))
    for mark in marks:
        if mark.name not in MARKS:
            raise KataFormatError(
                f"{name} in {kata.properties} has the mark {mark.name!r}", f"Known are {', '.join(MARKS)}."
            )
    wanted = set(inspect.signature(function).parameters)
    choices: list[list[tuple[str, dict[str, Any]]]] = []
    for mark in marks:
        if mark.name == "parametrize":
            choices.insert(0, _choices(mark))
            wanted -= set(_argument_names(mark))
    unknown = wanted - set(FIXTURES)
    if unknown:
        raise KataFormatError(
            f"{name} in {kata.properties} asks for {', '.join(sorted(unknown))}",
            f"A property may ask for {', '.join(FIXTURES)}; draw everything else with Hypothesis.",
        )
    weight = next((float(mark.args[0]) for mark in marks if mark.name == "weight"), 1.0)
    gpu = any(mark.name == "gpu" for mark in marks)
    opened = next((mark for mark in marks if mark.name == "opened"), None)
    for choice in itertools.product(*choices):
        values = {key: value for _, parameters in choice for key, value in parameters.items()}
        ids = [identifier for identifier, _ in choice]
        for device in ("cpu", "cuda") if "device" in wanted else ("",):
            named = [device, *ids] if device else ids
            yield Property(
                name=f"{name}[{'-'.join(named)}]" if named else name,
                function=function,
                fixtures=tuple(sorted(wanted)),
                parameters=values,
                needs_gpu=gpu or device == "cuda",
                weight=weight,
                openings=tuple(opened.args) if opened else (),
                library=opened.kwargs.get("library", "") if opened else "",
            )


def _argument_names(mark: Any) -> list[str]:
    names = mark.args[0]
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)


def _choices(mark: Any) -> list[tuple[str, dict[str, Any]]]:
    names = _argument_names(mark)
    ids = mark.kwargs.get("ids")
    choices = []
    for index, given in enumerate(mark.args[1]):
        values = given if len(names) > 1 else (given,)
        if type(given).__name__ == "ParameterSet":
            values = given.values
        if callable(ids):
            identifier = "-".join(str(ids(value)) for value in values)
        elif ids:
            identifier = str(ids[index])
        else:
            identifier = "-".join(_identifier(value, names[position], index) for position, value in enumerate(values))
        choices.append((identifier, dict(zip(names, values, strict=True))))
    return choices


def _identifier(value: Any, name: str, index: int) -> str:
    if isinstance(value, str | int | float | bool | complex | type(None)):
        return str(value)
    return str(getattr(value, "__name__", f"{name}{index}"))
