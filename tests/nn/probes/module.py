"""Probes of nn/module: they make modules beside an answer, run programs on them, and report what they find."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

NAMES = ("a", "b", "c")
"""The attributes of the programs."""

Step = tuple[Any, ...]


class Machine:
    """The modules m, n and k, and a method for each kind of step that a program takes on them."""

    def __init__(self, kata: Any) -> None:
        self.kata = kata
        self.modules = {name: kata.Module() for name in "mnk"}
        self.known: dict[str, list[Any]] = {"parameter": [], "module": list(self.modules.values())}

    def take_parameter(self, m: str, name: str, values: Any) -> None:
        self.known["parameter"].append(self.kata.Parameter(np.array(values)))
        setattr(self.modules[m], name, self.known["parameter"][-1])

    def take_tie(self, m: str, name: str, n: str, other: str) -> None:
        setattr(self.modules[m], name, getattr(self.modules[n], other))

    def take_child(self, m: str, name: str, n: str) -> None:
        setattr(self.modules[m], name, self.modules[n])

    def take_buffer(self, m: str, name: str, values: Any, persistent: bool) -> None:
        self.modules[m].register_buffer(name, np.array(values), persistent)

    def take_array(self, m: str, name: str, values: Any) -> None:
        setattr(self.modules[m], name, np.array(values))

    def take_number(self, m: str, name: str) -> None:
        setattr(self.modules[m], name, 7)

    def take_list(self, m: str, name: str, n: str) -> None:
        setattr(self.modules[m], name, [self.modules[n], *self.modules[n].parameters()])

    def take_none(self, m: str, name: str) -> None:
        setattr(self.modules[m], name, None)

    def take_delete(self, m: str, name: str) -> None:
        delattr(self.modules[m], name)

    def take_train(self, m: str, *mode: bool) -> str:
        return "done" if self.modules[m].train(*mode) is self.modules[m] else "train returns another module"

    def take_eval(self, m: str) -> str:
        return "done" if self.modules[m].eval() is self.modules[m] else "eval returns another module"

    def take_write(self, m: str, key: str, number: float) -> None:
        self.modules[m].state_dict()[key][...] = number

    def take_load(self, m: str, values: dict[str, Any], strict: bool) -> tuple[list[str], list[str]]:
        state = {key: np.array(each) for key, each in values.items()}
        missing, unexpected = self.modules[m].load_state_dict(state, strict)
        for array in state.values():
            array[...] = 100.0  # what was copied does not change with it
        return sorted(missing), sorted(unexpected)

    def take_copy(self, n: str, m: str) -> None:
        self.modules[n] = copy.deepcopy(self.modules[m])

    def attempt(self, step: Step) -> Any:
        """Take a step; the type of its error where there is one."""
        kinds = (AttributeError, TypeError, KeyError, ValueError, RuntimeError)
        try:
            return getattr(self, f"take_{step[0]}")(*step[1:]) or "done"
        except NotImplementedError:
            raise
        except kinds as error:
            return next(kind.__name__ for kind in kinds if isinstance(error, kind))

    def numbered(self, kind: str, value: Any) -> str:
        """A parameter or module by its number; what is met for the first time gets the next one."""
        if all(value is not each for each in self.known[kind]):
            self.known[kind].append(value)
        return f"{kind} {next(index for index, each in enumerate(self.known[kind]) if each is value)}"

    def attribute(self, module: Any, name: str) -> Any:
        """What reading an attribute gives."""
        value = getattr(module, name, "missing")
        if isinstance(value, self.kata.Parameter | self.kata.Module):
            return self.numbered("parameter" if isinstance(value, self.kata.Parameter) else "module", value)
        if isinstance(value, list):
            return "a list"
        return value.tolist() if hasattr(value, "tolist") else value

    def flags(self, module: Any) -> list[Any]:
        """Whether a module is being trained, and the same of its children."""
        return [module.training, *map(self.flags, module.children())]

    def report(self, module: Any) -> dict[str, Any]:
        """What a module holds."""
        named = [(key, self.numbered("parameter", each), each.data.tolist()) for key, each in module.named_parameters()]
        return {
            "parameters": [self.numbered("parameter", each) for each in module.parameters()],
            "named_parameters": named,
            "children": [self.numbered("module", each) for each in module.children()],
            "state_dict": [(key, array.tolist()) for key, array in module.state_dict().items()],
            "training": self.flags(module),
            "attributes": {name: self.attribute(module, name) for name in NAMES},
        }


def run_program(kata: Any, program: list[Step]) -> dict[str, Any]:
    """Run a program on the modules m, n and k.

    A step is one of ("parameter", m, name, values), ("tie", m, name, n, other name), ("child", m, name, n),
    ("buffer", m, name, values, persistent), ("array", m, name, values), ("number", m, name), ("none", m, name),
    ("list", m, name, n): a list with n and its parameters, ("delete", m, name), ("train", m, mode), ("eval", m),
    ("write", m, key, number), ("load", m, state, strict) and ("copy", n, m): n becomes a deep copy of m.

    Returns:
        ``steps``: what became of each step, "done", the type of its error, or the names that a load returned; and for
        each module of the program what it holds. Parameters and modules have numbers, in the order in which they were
        made and, for copies, in which they are met.
    """
    machine = Machine(kata)
    report: dict[str, Any] = {"steps": [machine.attempt(step) for step in program]}
    for name, module in machine.modules.items():
        if any(name in step[1:] for step in program):
            report[name] = machine.report(module)
    return report


Plan = tuple[Any, ...]
"""("linear", inputs, outputs, bias), ("sequential", *plans), or ("again",): the layer that was made last."""


def run_network(kata: Any, plan: Plan, seed: int, x: np.ndarray, replacing: dict[str, Plan]) -> dict[str, Any]:
    """Build a network with one generator, replace some children of the outermost one, and call it.

    Returns:
        ``first``: the state before anything was replaced; ``state``: afterwards; ``out``: what came out.
    """
    rng = np.random.default_rng(seed)
    made: list[Any] = []

    def build(plan: Plan) -> Any:
        kind, *rest = plan
        if kind == "again":
            return made[-1]
        if kind == "sequential":
            return kata.Sequential(*map(build, rest))
        made.append(kata.Linear(*rest, rng=rng))
        return made[-1]

    network = build(plan)
    first = {name: array.copy() for name, array in network.state_dict().items()}
    for name, each in replacing.items():
        setattr(network, name, build(each))
    return {"first": first, "state": network.state_dict(), "out": network(x)}


def run_dropout(kata: Any, x: np.ndarray, p: float | None, seed: int, modes: list[str]) -> dict[str, Any]:
    """Call a Dropout inside two Sequentials, after setting the mode of the outer one each time.

    Returns:
        ``results``: what came out each time; ``shared``: whether a result shares memory with x.
    """
    rng = np.random.default_rng(seed)
    layer = kata.Dropout(rng=rng) if p is None else kata.Dropout(p, rng)
    network = kata.Sequential(kata.Sequential(layer))
    results = []
    for mode in modes:
        if mode != "as it is":
            getattr(network, mode)()
        results.append(network(x))
    return {"results": results, "shared": any(np.shares_memory(x, np.asarray(each)) for each in results)}


def make(kata: Any, name: str, arguments: list[Any]) -> bool:
    """Make a layer; "rng" among the arguments stands for a generator."""
    made = [np.random.default_rng(0) if each == "rng" else each for each in arguments]
    return isinstance(getattr(kata, name)(*made), kata.Module)


def register_too_early(kata: Any, kind: str) -> bool:
    """Register something, or set a plain attribute, before the constructor of Module has run."""

    class Early(kata.Module):
        def __init__(self) -> None:
            if kind == "buffer":
                self.register_buffer("a", np.ones(1))
            elif kind == "child":
                self.a = kata.Sequential()
            elif kind == "parameter":
                self.a = kata.Parameter(np.ones(1))
            else:
                self.a = 7
            super().__init__()

    return bool(getattr(Early(), "a", None) == 7)


def call(kata: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """Call a module whose forward hands back what it was given."""

    class Echo(kata.Module):
        def forward(self, *arguments: Any, **keywords: Any) -> Any:
            return arguments, keywords, self.training

    return Echo()(*arguments, **keywords)


def unpinned(kata: Any, inputs: int, outputs: int) -> dict[str, Any]:
    """Layers without a generator: what does not depend on chance."""
    one, other, dropped = kata.Linear(inputs, outputs), kata.Linear(inputs, outputs), kata.Dropout()
    arrays = [each.data for layer in (one, other) for each in (layer.weight, layer.bias)]
    x = np.ones(200)
    kept = dropped(x)
    return {
        "shapes": [each.shape for each in arrays],
        "largest": bool(max(np.abs(each).max() for each in arrays) <= inputs**-0.5),
        "different": not np.array_equal(arrays[0], arrays[2]),
        "dropped": bool(0 < np.count_nonzero(kept == 0) < 200) and bool(np.all((kept == 0) | (kept == 2.0))),
    }
