"""Properties of autograd/grad_modes."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import trusted_parts
from tests.autograd.probes import grad_modes as probes
from tests.refusals import refuses
from tests.strategies.sizes import sizes

UNIT = 2.0**-53
SMALLEST, LARGEST = 1e-100, 1e100


@dataclass
class Dual:
    """A number with its derivatives with respect to the leaves that it is connected with.

    Attributes:
        data: the number. Sums and products are rounded in one way only, so every right answer has the same.
        slopes: the derivative with respect to each leaf to which a record leads; none where nothing was recorded.
        weights: for the same leaves, the sum over all paths of the absolute products of local derivatives.
    """

    data: float
    is_leaf: bool
    slopes: dict[str, float] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)


class Expected:
    """Forward mode: what a program must end with. The mode is an argument, so nothing has to be restored."""

    def __init__(self) -> None:
        self.duals: dict[str, Dual] = {}
        self.grads: dict[str, tuple[float, float] | None] = {}
        """The ``grad`` of each variable, with how far from it a right answer may be."""
        self.events: list[Any] = []

    def run(self, steps: probes.Program, enabled: bool = True) -> bool:
        """Take steps; whether they came to their end, without an error."""
        return all(self.take(step, enabled) for step in steps)

    def take(self, step: tuple[Any, ...], enabled: bool) -> bool:
        """Take a step; whether it raised no error."""
        name, *operands = step
        if name in ("with", "call"):
            return self.run(operands[1], False)
        if name == "try":
            if not self.run(operands[0], enabled):
                self.events.append(self.error)
        elif name == "raise":
            self.error = operands[0]
            return False
        elif name == "mode":
            self.events.append(enabled)
        elif name == "zero":
            self.grads[operands[0]] = None
        elif name == "backward":
            return self.backward(self.duals[operands[0]])
        else:
            new = probes.NAMES[len(self.duals)]
            self.grads[new] = None
            self.duals[new] = self.result(new, name, *operands, enabled=enabled)
        return True

    def backward(self, root: Dual) -> bool:
        if not root.slopes:
            self.error = "RuntimeError"
            return False
        for leaf, slope in root.slopes.items():
            grad, error = self.grads[leaf] or (0.0, 0.0)
            # Local derivatives are exact here. A path through n operations multiplies at most n times, and a gradient
            # takes at most 2 n additions; 8 for the sums of several passes.
            self.grads[leaf] = grad + slope, error + (3 * len(self.duals) + 8) * UNIT * root.weights[leaf]
        self.events.append(dict(self.grads))
        return True

    def result(self, new: str, name: str, *operands: Any, enabled: bool) -> Dual:
        if name == "leaf":
            mine = {new: 1.0} if operands[1:] == (True,) else {}
            return Dual(float(operands[0]), True, dict(mine), dict(mine))
        x, *others = [self.duals[each] if type(each) is str else Dual(float(each), True) for each in operands]
        if name == "detach":
            return Dual(x.data, True)
        (y,) = others
        is_sum = name in ("+", "+=")
        to_x, to_y = (1.0, 1.0) if is_sum else (y.data, x.data)
        leaves = [*x.slopes, *(leaf for leaf in y.slopes if leaf not in x.slopes)] if enabled else []
        return Dual(
            x.data + y.data if is_sum else x.data * y.data,
            not leaves,
            {leaf: to_x * x.slopes.get(leaf, 0.0) + to_y * y.slopes.get(leaf, 0.0) for leaf in leaves},
            {leaf: abs(to_x) * x.weights.get(leaf, 0.0) + abs(to_y) * y.weights.get(leaf, 0.0) for leaf in leaves},
        )


NUMBERS = (1.0, 2.0, 3.0, 0.0, -1.0, 0.5, -2.5, 0.1, 2, 0, -1, 1e30, 1e-30, 2**53 + 1, -0.0)
_references = st.sampled_from([(0,), (-1,), (1,), (-2,), (2,), (-3,)])
_numbers = st.sampled_from(NUMBERS[:7]) | st.sampled_from(NUMBERS)
_operators = st.sampled_from(["+", "*", "+", "*", "+=", "*="])
_blocks = st.tuples(st.sampled_from(["with", "call"]), st.sampled_from(["new", "shared"]))
_tokens = st.one_of(
    st.tuples(_operators, _references, _references),
    st.tuples(_operators, _references, _numbers),
    st.tuples(_operators.map(lambda name: name[0]), _numbers, _references),
    st.tuples(st.sampled_from(["backward", "detach", "backward", "zero"]), _references),
    st.sampled_from([("mode",), ("end",), ("end",), ("try",), ("raise", "KeyError"), ("raise", "KeyboardInterrupt")])
    | _blocks,
    st.tuples(st.just("leaf"), _numbers, st.booleans()) | _blocks,
)
_leaves = st.lists(st.tuples(st.just("leaf"), _numbers, st.sampled_from([True, True, False])), min_size=1, max_size=3)


@st.composite
def programs(draw: st.DrawFn) -> probes.Program:
    """Programs whose blocks are nested anyhow; after an error nothing is left over that could not be reached."""
    program: probes.Program = []
    open_blocks: list[tuple[str, probes.Program]] = [("", program)]
    expected = Expected()
    for token in [*draw(_leaves), *draw(st.lists(_tokens, max_size=12))]:
        name, *operands = token
        steps = open_blocks[-1][1]
        if name in ("with", "call", "try"):
            inner: probes.Program = []
            steps.append((name, *operands, inner))
            open_blocks.append((name, inner))
        elif name == "end":
            del open_blocks[max(1, len(open_blocks) - 1) :]
        elif name == "raise":
            if any(kind == "try" for kind, _ in open_blocks):
                steps.append(token)
                while open_blocks.pop()[0] != "try":
                    pass
        else:
            names = list(expected.duals)
            step = (name, *(names[each[0] % len(names)] if type(each) is tuple else each for each in operands))
            enabled = all(kind not in ("with", "call") for kind, _ in open_blocks)
            if name == "backward" and not expected.duals[step[1]].slopes:
                steps.append(("try", [step]))
            elif name in ("backward", "zero", "mode") or fits(step, expected, enabled):
                steps.append(step)
                expected.take(step, enabled)
    return program


def fits(step: tuple[Any, ...], expected: Expected, enabled: bool) -> bool:
    """Whether a result is neither too large nor too small, nor are its derivatives."""
    if len(expected.duals) == len(probes.NAMES):
        return False
    made = expected.result("new", *step, enabled=enabled)
    return all(size == 0 or SMALLEST <= size <= LARGEST for size in (abs(made.data), *made.weights.values()))


W, C = ("leaf", 2.0, True), ("leaf", 3.0, False)
B, MODE, RAISE = ("backward", "b"), ("mode",), ("raise", "KeyError")


def inside(*steps, kind="with", which="new"):
    """These steps in a block, or in a decorated function."""
    return (kind, which, [*steps])


def attempt(*steps):
    """These steps, and on after an error."""
    return ("try", [*steps])


PROGRAMS = [
    [W],
    [C],
    [("leaf", 3)],
    [("leaf", 2, True), ("*", "a", 3), B],
    [W, C, ("*", "a", "b"), ("+", "c", 1), ("*", "b", 5), ("backward", "d")],
    [W, ("detach", "a"), ("*", "a", "b"), ("+", "c", "a"), ("backward", "d")],
    [W, ("*", "a", 0.5), inside(("*", "a", 0.5)), B],
    # Each operand and each side, with the mode on and off.
    *(
        [
            *leaves,
            step,
            inside(step),
            inside(step, kind="call"),
            *[("backward", made)] * any(leaf[2] for leaf in leaves),
        ]
        for op in "+*"
        for leaves, step, made in [
            ([W, C], (op, "a", "b"), "c"),
            ([W, C], (op, "b", "a"), "c"),
            ([W, ("leaf", -1.5, True)], (op, "a", "b"), "c"),
            ([W], (op, "a", "a"), "b"),
            ([C], (op, "a", "a"), "b"),
            ([W], (op, "a", 2.5), "b"),
            ([W], (op, 2.5, "a"), "b"),
            ([W], (op, 3, "a"), "b"),
            ([W], (op, "a", 0), "b"),
            ([C], (op, "a", 2.5), "b"),
            ([C], (op, 2.5, "a"), "b"),
            ([W], (f"{op}=", "a", 2.5), "b"),
            ([W, C], (f"{op}=", "b", "a"), "c"),
            ([W], (f"{op}=", "a", "a"), "b"),
        ]
    ),
    # Paths of several lengths, several passes, and gradients that are 0.
    [W, ("*", "a", "a"), ("*", "b", "a"), ("+", "c", "b"), ("backward", "d"), ("backward", "d"), B],
    [W, ("*", "a", "a"), ("*", "b", "b"), B, ("backward", "c"), ("zero", "a"), ("backward", "c"), ("zero", "a")],
    [W, ("backward", "a"), ("backward", "a"), ("zero", "a"), ("backward", "a")],
    [W, ("*", "a", 0.0), B],
    [W, ("*", "a", 3), ("*", "b", 0.0), ("backward", "c")],
    [W, ("*", "a", 3), ("*", "b", -1.0), ("+", "b", "c"), ("backward", "d")],
    [W, W, ("*", "a", 3), ("backward", "c"), ("*", "b", "c"), ("backward", "d")],
    [W, C, ("*", "b", "b"), ("*", "a", "c"), ("backward", "d")],
    # detach: of leaves and of results, recorded or not.
    [W, ("detach", "a"), attempt(B), ("backward", "a")],
    [C, ("detach", "a"), attempt(B)],
    [W, ("*", "a", "a"), ("detach", "b"), ("*", "c", "a"), ("backward", "d"), attempt(("backward", "c")), B],
    [W, ("*", "a", 3), ("detach", "b"), ("*", "c", 2), attempt(("backward", "d")), attempt(("backward", "c"))],
    [W, inside(("detach", "a"), ("*", "b", "a")), attempt(("backward", "c"))],
    [W, ("backward", "a"), ("detach", "a")],
    # What changes nothing makes a new variable, too.
    [C, ("detach", "a"), ("+", "a", 0), ("*", "a", 1), ("+", 0.0, "a"), ("*", 1.0, "a"), ("+=", "a", 0)],
    # What is made under no_grad, and what happens to it later.
    [inside(W, C, ("*", "a", "b")), ("*", "a", "b"), ("backward", "d"), attempt(("backward", "c"))],
    [inside(W, kind="call"), ("+", "a", 1), B],
    [W, inside(("*", "a", 3)), ("*", "b", "a"), ("backward", "c"), attempt(B)],
    [W, ("*", "a", "a"), inside(B, ("backward", "a")), B],
    [W, ("*", "a", "a"), inside(B, kind="call", which="shared"), B],
    [W, ("*", "a", 3), inside(("*", "b", "b"), ("zero", "a"), B), attempt(("backward", "c"))],
    # Blocks after and in one another, of one object and of several.
    *(
        program
        for kind in ("with", "call")
        for which in ("new", "shared")
        for program in [
            [inside(MODE, kind=kind, which=which), MODE],
            [attempt(inside(RAISE, kind=kind, which=which)), MODE],
            [inside(inside(kind=kind, which=which), MODE, kind=kind, which=which)],
            [W, MODE, inside(MODE, kind=kind, which=which), MODE, ("*", "a", 2), B],
            [inside(inside(MODE, kind=kind, which=which), MODE, kind=kind, which=which), MODE, W, ("+", "a", 1), B],
            [
                inside(inside(inside(kind=kind, which=which), which=which), MODE, W, ("*", "a", 2)),
                MODE,
                ("*", "a", 3),
                ("backward", "c"),
            ],
            [inside(kind=kind, which=which), MODE, inside(MODE, kind=kind, which=which), MODE],
            [inside(inside(which=which), inside(which="shared"), MODE, kind=kind, which="shared"), MODE],
            [attempt(inside(RAISE, kind=kind, which=which)), MODE, W, ("*", "a", 2), B],
            [inside(attempt(inside(RAISE, kind=kind, which=which)), MODE), MODE],
            [attempt(inside(inside(MODE, RAISE, kind=kind, which=which), which=which)), MODE],
            [C, attempt(inside(("backward", "a"), kind=kind, which=which)), MODE],
            [inside(attempt(RAISE), MODE, kind=kind, which=which), MODE],
            [attempt(inside(("raise", "KeyboardInterrupt"), kind=kind, which=which)), MODE],
        ]
    ),
    # Errors, and what they leave behind.
    [C, attempt(("backward", "a"))],
    [C, C, ("*", "a", "b"), attempt(("backward", "c"))],
    [W, C, ("*", "b", "b"), attempt(("backward", "c")), ("*", "a", "c"), ("backward", "d")],
]
"""A program for every rule; each of them has caught somebody."""


def every(listed):
    """Each of these programs is an example of the property, the first one first."""
    return lambda test: functools.reduce(lambda made, each: example(program=each)(made), reversed(listed), test)


@settings(max_examples=100)
@given(program=programs())
@every(PROGRAMS)
def test_only_what_the_mode_and_the_leaves_ask_for_is_recorded(kata, solution, program):
    for name in ("with", "call", "try", "detach", "backward"):
        if f"'{name}'" in repr(program):
            event(name)
    expected = Expected()
    with trusted_parts():
        assert expected.run(program), "an error that nobody catches"
        check(solution.run(probes.run_program, program), expected)
    check(kata.run(probes.run_program, program), expected)


@settings(max_examples=60)
@given(program=programs())
@every(PROGRAMS)
def test_programs_end_as_in_torch(kata, program):
    torch = pytest.importorskip("torch")

    def variable(data: float, requires_grad: bool = False) -> Any:
        return torch.tensor(float(data), dtype=torch.float64, requires_grad=requires_grad)

    class Torch:
        """Tensors without axes in the words of the kata."""

        Variable = staticmethod(lambda *arguments: TorchVariable(variable(*arguments)))
        no_grad = torch.no_grad
        grad_enabled = staticmethod(torch.is_grad_enabled)

    class TorchVariable:
        def __init__(self, tensor: Any) -> None:
            self.tensor = tensor

        def __add__(self, other: Any) -> Any:
            return TorchVariable(self.tensor + (other.tensor if isinstance(other, TorchVariable) else other))

        def __mul__(self, other: Any) -> Any:
            return TorchVariable(self.tensor * (other.tensor if isinstance(other, TorchVariable) else other))

        __radd__, __rmul__ = __add__, __mul__

        def detach(self) -> Any:
            return TorchVariable(self.tensor.detach())

        def backward(self) -> None:
            self.tensor.backward(retain_graph=True)

        data = property(lambda self: self.tensor.item())
        requires_grad = property(lambda self: self.tensor.requires_grad)
        is_leaf = property(lambda self: self.tensor.is_leaf)

        @property
        def grad(self) -> float | None:
            grad = self.tensor.grad if self.tensor.is_leaf else None
            return None if grad is None else grad.item()

        @grad.setter
        def grad(self, _none: None) -> None:
            if self.tensor.is_leaf:
                self.tensor.grad = None

    expected = Expected()
    expected.run(program)
    # torch loses the mode when one object is used inside itself: there each block has an object of its own.
    theirs = probes.run_program(Torch, renewed(program))
    with trusted_parts():
        check(theirs, expected)
    got = kata.run(probes.run_program, program)
    for name, values in got["ends"].items():
        mine, wanted = values[:3], theirs["ends"][name][:3]
        assert mine == wanted, f"(data, requires_grad, is_leaf) of {name} are {mine}, and {wanted} in torch"
    check(got, expected)


def renewed(program):
    """The same program where no object is shared."""
    return [
        tuple("new" if each == "shared" else renewed(each) if type(each) is list else each for each in step)
        for step in program
    ]


def check(got, expected):
    """Compare events, then every variable at the end, then the mode."""
    assert not got["notes"], "; ".join(got["notes"])
    assert len(got["events"]) == len(expected.events), f"events {got['events']}, expected {plain(expected.events)}"
    for number, (event_, wanted) in enumerate(zip(got["events"], expected.events, strict=True), 1):
        if isinstance(wanted, dict):
            assert isinstance(event_, dict), f"event {number} is {event_}, expected gradients"
            for name, grad in wanted.items():
                assert_grad(event_.get(name), grad, f"{name}.grad after step {number} that prints")
        else:
            words = {True: "grad_enabled() is True", False: "grad_enabled() is False"}
            said, meant = (words.get(each, each) if type(each) is bool else each for each in (event_, wanted))
            assert said == meant, f"event {number}: {said}, expected {meant}"
    assert list(got["ends"]) == list(expected.duals), f"variables {list(got['ends'])}, expected {list(expected.duals)}"
    for name, (data, requires_grad, is_leaf, grad) in got["ends"].items():
        dual = expected.duals[name]
        assert type(data) is float, f"{name}.data is {data!r}, expected a float"
        assert data == dual.data, f"{name}.data is {data!r}, expected {dual.data!r}"
        wanted = bool(dual.slopes)
        assert requires_grad is wanted, f"{name}.requires_grad is {requires_grad!r}, expected {wanted}"
        assert is_leaf is dual.is_leaf, f"{name}.is_leaf is {is_leaf!r}, expected {dual.is_leaf}"
        assert_grad(grad, expected.grads[name], f"{name}.grad at the end")
    assert got["mode"] is True, f"grad_enabled() is {got['mode']!r} at the end, expected True"


def assert_grad(got, expected, what):
    """Compare a gradient, or its absence."""
    if expected is None:
        assert got is None, f"{what} is {got!r}, expected None"
        return
    number, error = expected
    assert type(got) is float, f"{what} is {got!r}, expected {number}"
    assert abs(got - number) <= error + SMALLEST, f"{what} is {got!r}, expected {number}"


def plain(events):
    """Expected events without the errors that are allowed."""
    return [
        {name: grad and grad[0] for name, grad in each.items()} if isinstance(each, dict) else each for each in events
    ]


_thread_steps = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["enter", "leave", "look", "fail"]), st.integers(0, 1)), max_size=8
)


@settings(max_examples=60)
@given(steps=_thread_steps)
@example(steps=[(0, "enter", 0), (1, "look", 0)])
@example(steps=[(1, "enter", 0)])
@example(steps=[(1, "look", 0), (0, "enter", 0), (1, "look", 0)])
@example(steps=[(0, "enter", 0), (1, "enter", 1), (0, "leave", 0), (1, "leave", 1)])
@example(steps=[(0, "enter", 0), (1, "enter", 0), (0, "leave", 0), (1, "leave", 0)])
@example(steps=[(1, "enter", 0), (0, "enter", 0), (0, "fail", 0), (1, "enter", 0), (1, "leave", 0), (1, "fail", 0)])
@example(steps=[(0, "enter", 0), (0, "enter", 1), (1, "enter", 0), (0, "leave", 1), (1, "leave", 0), (0, "leave", 0)])
@example(steps=[(0, "enter", 1), (0, "enter", 0), (1, "enter", 0), (0, "leave", 0), (1, "leave", 0), (0, "look", 0)])
@example(steps=[(1, "enter", 0), (1, "enter", 0), (0, "enter", 0), (1, "leave", 0), (0, "look", 0), (1, "leave", 0)])
@example(steps=[(0, "enter", 0), (0, "enter", 0), (0, "leave", 0), (0, "leave", 0), (0, "look", 0)])
def test_each_thread_has_a_mode_of_its_own(kata, steps):
    steps, opened = balanced(steps)
    got = kata.run(probes.run_threads, steps)
    assert len(got) == len(opened), f"{got} after {len(steps)} steps: an error must go on"
    for number, (row, blocks) in enumerate(zip(got, opened, strict=True)):
        for thread, modes in blocks.items():
            wanted = (not modes, not modes)
            assert row[thread] == wanted, (
                f"after {steps[: number + 1]} thread {thread} has (grad_enabled(), recorded) = {row[thread]}, "
                f"expected {wanted}"
            )


def balanced(steps):
    """Steps in which each thread leaves the block that it entered last, and all of them in the end.

    Returns:
        The steps, and after each of them by thread how many blocks are open.
    """
    entered: dict[int, list[int]] = {0: []}
    made, opened = [], []
    closing = [(thread, "leave", 0) for thread in (2, 1, 0) for each in steps if each[0] == thread]
    for thread, action, which in [*steps, *closing]:
        leaves = action in ("leave", "fail")
        if leaves and not entered.get(thread):
            continue
        own = entered.setdefault(thread, [])
        own += [which] * (action == "enter")
        made.append((thread, action, own.pop() if leaves else which))
        opened.append({each: len(blocks) for each, blocks in entered.items()})
    return made, opened


@settings(max_examples=30)
@given(
    depth=st.integers(0, 3),
    fails=st.booleans(),
    inside=st.booleans(),
    arguments=st.lists(st.integers(0, 3), max_size=2),
    keywords=st.dictionaries(st.sampled_from(["x", "function", "mode", "self"]), st.integers(0, 3), max_size=2),
)
@example(depth=0, fails=False, inside=False, arguments=[], keywords={})
@example(depth=0, fails=True, inside=False, arguments=[1], keywords={})
@example(depth=2, fails=False, inside=False, arguments=[1, 2], keywords={"x": 3})
@example(depth=2, fails=True, inside=False, arguments=[1, 2], keywords={"function": 3})
@example(depth=2, fails=False, inside=True, arguments=[], keywords={"x": 3, "function": 4})
@example(depth=0, fails=False, inside=False, arguments=[], keywords={"self": 3})
@example(depth=1, fails=True, inside=True, arguments=[], keywords={})
def test_a_decorated_function_is_the_same_without_a_record(kata, depth, fails, inside, arguments, keywords):
    got = kata.run(probes.run_decorated, depth, fails, inside)
    levels = (depth + 1) * (1 if fails else 2)
    modes = [True, True, *[False] * levels, *[False] * inside, True]
    where = f"{depth + 1} levels deep{', with an error' * fails}{', inside a block' * inside}"
    assert got["modes"] == modes, f"{where} grad_enabled() was {got['modes']}, expected {modes}"
    result = "KeyError" if fails else depth * (depth + 1) // 2
    assert got["result"] == result, f"{where} the function gave {got['result']}, expected {result}"
    got = kata.run(probes.look_at_decorated, arguments, keywords)
    once = [(tuple(arguments), keywords, False), (True, tuple(arguments), keywords, False)]
    assert got["results"] == once * 2, f"the decorated function and method gave {got['results']}, expected {once * 2}"
    assert got["recorded"] == [True, True], f"recorded between the calls and afterwards: {got['recorded']}"
    named = ["evaluate", "Evaluate.", "evaluate", "Evaluate it."]
    assert got["named"] == named, f"names and docstrings are {got['named']}, expected {named}"


@settings(max_examples=9)
@given(
    loop=st.sampled_from(["no_grad", "cut", "detach", "frozen", "backward"]),
    steps=sizes(smallest=100, small=110, largest=200),
)
@example(loop="no_grad", steps=100)
@example(loop="cut", steps=100)
@example(loop="detach", steps=100)
@example(loop="frozen", steps=100)
@example(loop="backward", steps=8)
@example(loop="backward", steps=125)
def test_memory_and_steps_grow_with_what_is_recorded(kata, loop, steps):
    if loop == "backward":
        assert_cost_of_backward(kata, min(steps, 125))
        return
    few, many = kata.run(probes.bytes_held, loop, steps), kata.run(probes.bytes_held, loop, 5 * steps)
    # A variable that is kept takes some 100 bytes at least.
    assert many - few < 30 * 4 * steps, (
        f"after a loop of {steps} steps ({loop}) {few} bytes are in use, and {many} after {5 * steps}"
    )


def assert_cost_of_backward(kata, size):
    """Passes over graphs of twice and four times that many operations, 500 at most; all numbers are exact."""
    few, many = kata.run(probes.cost_of_backward, size), kata.run(probes.cost_of_backward, 2 * size)
    for got, length in ((few, 2 * size), (many, 4 * size)):
        ends = got["data"], got["grad"]
        assert ends == (1.0, 1.0), f"(data, gradient) after {length} operations: {ends}, expected (1.0, 1.0)"
    # Twice the operations take twice the steps and a constant; a walk along all paths takes 2 ** size times as many.
    assert many["steps"] <= 3 * few["steps"], (
        f"backward takes {few['steps']} lines of Python on {2 * size} operations, {many['steps']} on {4 * size}"
    )


def test_backward_without_a_record_is_refused(kata):
    assert kata.run(probes.run_program, [W, ("backward", "a")])["ends"] == {"a": (2.0, True, True, 1.0)}
    for program in (
        [C],
        [("leaf", 2.0)],
        [C, C, ("*", "a", "b")],
        [C, ("+", "a", 1)],
        [W, ("detach", "a")],
        [W, ("*", "a", "a"), ("detach", "b")],
        [W, inside(("*", "a", "a"))],
        [W, inside(("*", 2, "a"), kind="call")],
        [W, inside(("*", "a", "a")), ("+", "b", 1)],
        [inside(C)],
    ):
        last = probes.NAMES[sum(len(step[2]) if step[0] in ("with", "call") else 1 for step in program) - 1]
        for step in (("backward", last), inside(("backward", last))):
            refuses(kata.run, probes.run_program, [*program, step], error=RuntimeError)
