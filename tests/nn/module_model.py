"""A small model of modules: what programs must end with. Everything is a list of slots, searched from the front.

It shares nothing with the reference: no attribute is ever set, kinds are words, and all that a module answers is read
off its list.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.nn.probes.module import NAMES, Step

TAKEN = ("KeyError", "ValueError")
"""How a name may be refused that something else has."""

BAD_LOAD = ("ValueError", "KeyError", "RuntimeError")


@dataclass(eq=False)
class Weights:
    """A parameter."""

    data: np.ndarray


@dataclass
class Slot:
    """A name, what kind of thing stands there, and the thing; None stands in a slot of any kind."""

    name: str
    kind: str
    value: Any
    persistent: bool = True


@dataclass(eq=False)
class Unit:
    """A module."""

    slots: list[Slot] = field(default_factory=list)
    training: bool = True

    def find(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)

    def put(self, name: str, kind: str, value: Any, *, persistent: bool | None = None) -> None:
        """Replace what is of the same kind where it stands; everything else comes last."""
        slot = self.find(name)
        if slot is not None and slot.kind == kind:
            slot.value = value
        else:
            self.slots = [each for each in self.slots if each is not slot]
            slot = Slot(name, kind, value)
            self.slots.append(slot)
        if persistent is not None:
            slot.persistent = persistent

    def of(self, kind: str) -> list[Slot]:
        return [slot for slot in self.slots if slot.kind == kind and slot.value is not None]

    def paths(self, prefix: str = "") -> Iterator[tuple[str, str, Any]]:
        """Full name, kind and value of everything that may be saved, in the order of a state."""
        for slot in self.of("parameter"):
            yield prefix + slot.name, "parameter", slot.value
        for slot in self.of("buffer"):
            if slot.persistent:
                yield prefix + slot.name, "buffer", slot.value
        for slot in self.of("child"):
            yield from slot.value.paths(f"{prefix}{slot.name}.")

    def state(self) -> dict[str, np.ndarray]:
        return {name: value.data if kind == "parameter" else value for name, kind, value in self.paths()}

    def named_parameters(self) -> list[tuple[str, Weights]]:
        found: list[tuple[str, Weights]] = []
        for name, kind, value in self.paths():
            if kind == "parameter" and all(value is not each for _, each in found):
                found.append((name, value))
        return found

    def children(self) -> list[Unit]:
        found: list[Unit] = []
        for slot in self.of("child"):
            if all(slot.value is not each for each in found):
                found.append(slot.value)
        return found

    def everything(self) -> list[Unit]:
        return [self, *(each for child in self.children() for each in child.everything())]


class Model:
    """The modules m, n and k, and what became of each step."""

    def __init__(self) -> None:
        self.modules = {name: Unit() for name in "mnk"}
        self.known: dict[str, list[Any]] = {"parameter": [], "module": list(self.modules.values())}
        self.steps: list[Any] = []
        """For each step: the errors that it may end in, "done", or the names that a load returns."""

    def admits(self, step: Step) -> bool:
        """Whether a step has a meaning here: names that exist where they are read, and no module inside itself."""
        kind, name, *rest = step
        module = self.modules[name]
        if kind == "tie":
            slot = self.modules[rest[1]].find(rest[2])
            return slot is not None and slot.kind == "parameter" and slot.value is not None
        if kind in ("child", "list"):
            return all(each is not module for each in self.modules[rest[1]].everything())
        if kind == "none":
            slot = module.find(rest[0])
            return slot is None or slot.kind != "child"
        return kind != "write" or rest[0] in module.state()

    def take(self, step: Step) -> None:
        """Take one step."""
        kind, name, *rest = step
        self.steps.append(getattr(self, f"take_{kind}")(self.modules[name], *rest) or "done")
        if kind == "copy":
            self.modules[name] = copy.deepcopy(self.modules[rest[0]])

    def take_parameter(self, module: Unit, name: str, values: Any) -> None:
        self.known["parameter"].append(Weights(np.array(values)))
        module.put(name, "parameter", self.known["parameter"][-1])

    def take_tie(self, module: Unit, name: str, source: str, other: str) -> None:
        slot = self.modules[source].find(other)
        assert slot is not None
        module.put(name, "parameter", slot.value)

    def take_child(self, module: Unit, name: str, child: str) -> Any:
        slot = module.find(name)
        if slot is not None and slot.kind == "parameter":
            return ("TypeError",)
        return module.put(name, "child", self.modules[child])

    def take_buffer(self, module: Unit, name: str, values: Any, persistent: bool) -> Any:
        slot = module.find(name)
        if slot is not None and slot.kind != "buffer":
            return TAKEN
        return module.put(name, "buffer", np.array(values), persistent=persistent)

    def take_array(self, module: Unit, name: str, values: Any) -> Any:
        return self._plain(module, name, np.array(values), ("plain", "buffer"))

    def take_number(self, module: Unit, name: str) -> Any:
        return self._plain(module, name, 7, ("plain",))

    def take_list(self, module: Unit, name: str, other: str) -> Any:
        return self._plain(module, name, [self.modules[other]], ("plain",))

    def take_none(self, module: Unit, name: str) -> Any:
        return self._plain(module, name, None, ("plain", "buffer", "parameter"))

    def _plain(self, module: Unit, name: str, value: Any, kinds: tuple[str, ...]) -> Any:
        slot = module.find(name)
        kind = "plain" if slot is None else slot.kind
        if kind not in kinds:
            return ("TypeError",)
        return module.put(name, kind, value)

    def take_delete(self, module: Unit, name: str) -> Any:
        slot = module.find(name)
        if slot is None:
            return ("AttributeError",)
        module.slots.remove(slot)
        return None

    def take_train(self, module: Unit, *mode: bool) -> None:
        for each in module.everything():
            each.training = mode[0] if mode else True

    def take_eval(self, module: Unit) -> None:
        self.take_train(module, False)

    def take_write(self, module: Unit, key: str, number: float) -> None:
        module.state()[key][...] = number

    def take_load(self, module: Unit, state: dict[str, Any], strict: bool) -> Any:
        own = module.state()
        missing, unexpected = sorted(set(own) - set(state)), sorted(set(state) - set(own))
        if any(np.shape(state[name]) != own[name].shape for name in own if name in state):
            return BAD_LOAD
        if strict and (missing or unexpected):
            return BAD_LOAD
        for name, array in own.items():
            if name in state:
                array[...] = np.array(state[name])
        return missing, unexpected

    def take_copy(self, module: Unit, source: str) -> None:
        """Done by :meth:`take`, where the name is known."""

    def report(self, program: list[Step]) -> dict[str, Any]:
        """The same as the probe's report, but for the steps: there each error is one of several."""

        def number(kind: str, value: Any) -> str:
            for index, each in enumerate(self.known[kind]):
                if each is value:
                    return f"{kind} {index}"
            self.known[kind].append(value)
            return f"{kind} {len(self.known[kind]) - 1}"

        def attribute(module: Unit, name: str) -> Any:
            slot = module.find(name)
            if slot is None:
                return "missing"
            if isinstance(slot.value, Weights | Unit):
                return number("parameter" if isinstance(slot.value, Weights) else "module", slot.value)
            if isinstance(slot.value, list):
                return "a list"
            return slot.value.tolist() if isinstance(slot.value, np.ndarray) else slot.value

        def flags(module: Unit) -> list[Any]:
            return [module.training, *map(flags, module.children())]

        report: dict[str, Any] = {"steps": self.steps}
        for name, module in self.modules.items():
            if any(name in step[1:] for step in program):
                named = module.named_parameters()
                report[name] = {
                    "parameters": [number("parameter", each) for _, each in named],
                    "named_parameters": [(key, number("parameter", each), each.data.tolist()) for key, each in named],
                    "children": [number("module", each) for each in module.children()],
                    "state_dict": [(key, array.tolist()) for key, array in module.state().items()],
                    "training": flags(module),
                    "attributes": {each: attribute(module, each) for each in NAMES},
                }
        return report


def run(program: list[Step]) -> dict[str, Any]:
    """What a program ends with."""
    model = Model()
    for step in program:
        model.take(step)
    return model.report(program)
