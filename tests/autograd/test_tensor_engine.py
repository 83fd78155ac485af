"""Properties of autograd/tensor_engine."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed, trusted_parts
from tests.autograd.probes import tensor_engine as probes
from tests.autograd.tensor_model import Model, OutsideError, Refusal
from tests.refusals import refuses
from tests.strategies.layouts import array_layouts, laid_out
from tests.strategies.sizes import sizes

SHAPES = [(2,), (2, 3), (3,), (), (1, 3), (2, 1), (2, 2), (1,), (3, 2), (2, 2, 3), (2, 1, 3), (1, 2, 1), (0, 3), (5,)]
NUMBERS = [1.0, 2.0, 3.0, 0.0, -1.0, 0.5, -2.0, 0.1, 1e-9, -0.0]

NOTHING = 1e-100
"""What is smaller may be 0: the square of a complex step."""

_references = st.sampled_from([(0,), (-1,), (1,), (-2,), (2,)])
_small = st.integers(-3, 2)
_axes = st.none() | _small | st.lists(_small, min_size=1, max_size=3).map(tuple)
_parts = st.one_of(
    st.lists(_small, min_size=1, max_size=4).map(np.array),
    st.tuples(
        st.just("slice"),
        st.none() | _small,
        st.none() | _small,
        st.sampled_from([None, 1, 2, -1]),
    ),
    st.lists(st.lists(_small, min_size=2, max_size=2), min_size=1, max_size=2).map(np.array),
)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """Floats or integers of a small shape, in any layout."""
    shape = draw(st.sampled_from(SHAPES))
    size = math.prod(shape)
    numbers = draw(st.lists(st.sampled_from(NUMBERS), min_size=min(size, 6), max_size=min(size, 6)))
    array = np.resize(np.array(numbers, dtype=np.float64), shape)
    if draw(st.integers(0, 4)) == 4:
        return array.astype(np.int64)
    return laid_out(array, draw(array_layouts()))


_binary = st.sampled_from(["+", "*", "-", "/", "@", "+", "*", "-"])
_constants = st.sampled_from([2.0, 3, -1.5, 0.0]) | arrays()
_steps = st.one_of(
    st.tuples(_binary, _references, _references),
    st.tuples(_binary, _references, _constants),
    st.tuples(_binary, _constants, _references),
    st.tuples(st.sampled_from(["sum", "mean"]), _references, _axes, st.booleans()),
    st.tuples(st.sampled_from(["exp", "relu", "log", "relu"]), _references),
    st.tuples(st.just("max"), _references, _small),
    st.tuples(st.just("index"), _references, _parts) | st.tuples(st.just("index"), _references, _parts, _parts),
    st.tuples(st.sampled_from(["reshape", "transpose"]), _references, st.integers(0, 3), st.booleans()),
    st.tuples(st.sampled_from(["backward", "backward", "none", "fill"]), _references, st.integers(0, 2)),
)
_leaves = st.lists(st.tuples(st.just("leaf"), arrays(), st.sampled_from([True, True, False])), min_size=1, max_size=3)


@st.composite
def programs(draw: st.DrawFn) -> list[probes.Step]:
    """Programs of steps that fit, on leaves of several shapes; after a pass from the last tensor."""
    leaves = draw(_leaves)
    model = Model(leaves)
    program: list[probes.Step] = []
    for raw in [*leaves, *draw(st.lists(_steps, max_size=8)), ("backward", (-1,), 2)]:
        step = fitted(raw, model) if raw[0] != "leaf" else raw
        if step is None:
            continue
        try:
            model.take(step)
        except (OutsideError, Refusal, ValueError, IndexError):
            continue
        program.append(step)
    return program


def fitted(raw: probes.Step, model: Model) -> probes.Step | None:
    """The step with names for references, and with shapes that fit the tensor for numbers."""
    names = list(model.tensors)
    name, *operands = raw
    references = 2 if name in probes.OPERATORS else 1
    named = [
        names[each[0] % len(names)] if index < references and type(each) is tuple else each
        for index, each in enumerate(operands)
    ]
    x = model.tensors.get(named[0]) if type(named[0]) is str else None
    if name in ("reshape", "transpose"):
        choices = rearrangements(x.shape) if name == "reshape" else orders(len(x.shape))
        chosen = choices[named[1] % len(choices)]
        as_tuple = named[2] or (name == "reshape" and not chosen)  # reshape() says nothing
        return (name, named[0], chosen) if as_tuple else (name, named[0], *chosen)
    if name == "backward":
        return (name, named[0], gradient_for(x.shape, named[1]))
    if name in ("none", "fill"):
        grad = model.grads.get(named[0])
        return (name, named[0]) if grad is not None else None
    if name in ("sum", "mean"):
        axis = named[1]
        if isinstance(axis, tuple) and len({each % max(1, len(x.shape)) for each in axis}) < len(axis):
            return None
    return (name, *named)


def rearrangements(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Shapes of as many elements."""
    size = math.prod(shape)
    return [(size,), (-1,) if size else (0,), shape[::-1], (1, *shape), (-1, 1) if size else (0, 1)]


def orders(axes: int) -> list[tuple[int, ...]]:
    """Orders of so many axes."""
    forward = tuple(range(axes))
    return [(), forward[1:] + forward[:1], forward[-1:] + forward[:-1], tuple(each - axes for each in forward[::-1])]


def gradient_for(shape: tuple[int, ...], kind: int) -> np.ndarray | None:
    """None where that is possible, ones, or numbers that are all different."""
    size = math.prod(shape)
    if kind == 0 and size == 1:
        return None
    return np.ones(shape) if kind < 2 else np.arange(1.0, size + 1).reshape(shape) / 2


def counted(*shape, start=1.0):
    """An array of different numbers, of both signs."""
    size = math.prod(shape)
    return np.array((np.arange(size) + start) * np.where(np.arange(size) % 3 == 1, -1, 1) / 2).reshape(shape)


def leaf(*shape, start=1.0, grad=True):
    """A leaf of such an array."""
    return ("leaf", counted(*shape, start=start), grad)


def ending(program):
    """The program, and a pass from its last tensor with a gradient of different numbers."""
    values = probes.Machine(Plain)
    for step in program:
        values.take(*step)
    name, last = list(values.tensors.items())[-1]
    return [*program, ("backward", name, counted(*last.shape, start=3.0))]


class Plain(np.ndarray):
    """An array with the methods of a tensor, to know the shapes of results."""

    @staticmethod
    def Tensor(data, _requires_grad=False):
        return np.array(data, dtype=np.float64).view(Plain)

    def sum(self, axis=None, keepdims=False):
        return np.asarray(np.sum(np.asarray(self), axis=axis, keepdims=keepdims)).view(Plain)

    def max(self, axis):
        return np.asarray(np.max(np.asarray(self), axis=axis)).view(Plain)

    def exp(self):
        return self

    def mean(self, *arguments):
        return self.sum(*arguments)

    log = relu = exp


def of_one(shape, *steps, start=1.0):
    """A program on one leaf."""
    return ending([leaf(*shape, start=start), *steps])


def positions(*numbers):
    """An array of integers, as an index."""
    return np.array(numbers)


def cut(start=None, stop=None, step=None):
    """A slice, as an index."""
    return ("slice", start, stop, step)


BROADCASTS = [
    ((2,), (2,)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((2, 3), ()),
    ((2, 3), (1, 1)),
    ((3,), (1,)),
    ((1,), ()),
    ((), ()),
    ((2, 1, 3), (2, 1)),
    ((2, 2, 3), (2, 1, 1)),
    ((1, 3), (3,)),
    ((0, 3), (1, 3)),
    ((0, 3), (3,)),
    ((2, 1), (0,)),
]
PRODUCTS = [
    ((2, 3), (3, 2)),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((1, 3), (3, 1)),
    ((1, 1), (1, 1)),
    ((1,), (1,)),
    ((2, 2, 3), (3, 2)),
    ((2, 3), (2, 3, 2)),
    ((2, 2, 3), (2, 3, 1)),
    ((2, 2, 3), (1, 3, 2)),
    ((1, 2, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)),
    ((2, 2, 3), (3,)),
    ((1,), (2, 1, 2)),
    ((2, 1, 2, 3), (3, 3, 1)),
    ((2, 1, 2, 3), (1, 2, 3, 2)),
    ((1, 1, 2, 3), (3, 2)),
    ((2, 0), (0, 3)),
]
SMALL = [("leaf", np.array([[1.0], [2.0]]), True), ("leaf", np.array([10.0, 20.0, 30.0]), True)]
TIED = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [0.0, -0.0, -1.0]])

ARITHMETIC = [
    program
    for op in "+-*/"
    for program in [
        *(ending([leaf(*a), leaf(*b, start=4.0), (op, *names)]) for a, b in BROADCASTS for names in ("ab", "ba")),
        *(
            ending([leaf(*a), (op, *operands)])
            for a, b in [*BROADCASTS[:5], *(pair[::-1] for pair in BROADCASTS[1:5])]
            for array in [counted(*b, start=4.0)]
            for operands in (("a", array), (array, "a"))
        ),
        *(ending([leaf(2), (op, *operands)]) for operands in (("a", 2.5), (2.5, "a"), ("a", 3), (3, "a"), ("a", "a"))),
        ending([leaf(2), (op, "a", np.array([2, 4]))]),
        ending([leaf(2), (op, np.array([2, 4]), "a")]),
        ending([leaf(2), (op, ("number", "float64", 2.0), "a"), (op, "b", ("number", "float64", 4.0))]),
        # Kinds of numbers that wrap around, have no sign, or are no int and no float.
        *(
            ending([leaf(2), (op, *operands)])
            for other in [
                np.array([200, 100], dtype=np.uint8),
                np.array([-128, 100], dtype=np.int8),
                np.array([True, True]),
                np.array([0.1, 3.0], dtype=np.float32),
                ("number", "int64", 3),
                ("number", "uint8", 200),
                ("number", "float32", 0.1),
            ]
            for operands in (("a", other), (other, "a"))
        ),
        ending([leaf(2, 3), (op, laid_out(counted(2, 3, start=4.0), "transposed"), "a")]),
        ending([leaf(2, 3), (op, "a", laid_out(counted(2, 3, start=4.0), "read-only"))]),
        ending([leaf(2, grad=False), leaf(2, start=4.0), (op, "a", "b"), (op, "b", "a"), (op, "c", "d")]),
    ]
]
MATRICES = [
    *(ending([leaf(*a), leaf(*b, start=4.0), ("@", "a", "b")]) for a, b in PRODUCTS),
    *(ending([leaf(*a), ("@", "a", counted(*b, start=4.0))]) for a, b in PRODUCTS),
    *(ending([leaf(*b), ("@", counted(*a, start=4.0), "a")]) for a, b in PRODUCTS),
    *(ending([leaf(*shape), ("@", "a", "a")]) for shape in [(2, 2), (3,), (2, 2, 2)]),
    ending([leaf(3, 2), ("@", "a", np.array([1, 2])), ("@", np.array([[1, 2, 3]]), "b")]),
    ending([leaf(2, 3), ("transpose", "a"), ("@", "a", "b"), ("@", "c", "c")]),
]
REDUCTIONS = [
    *(of_one(shape, (name, "a")) for name in ("sum", "mean") for shape in [(2, 3), (2,), (), (1, 1), (2, 3, 2)]),
    *(of_one((2, 3), (name, "a", None, keep)) for name in ("sum", "mean") for keep in (False, True)),
    *(
        of_one(shape, (name, "a", axis, *keep))
        for name in ("sum", "mean")
        for shape, axes in [
            ((2, 3), [0, 1, -1, -2, (0,), (0, 1), (-1,), (-1, 0)]),
            ((2, 3, 4), [1, -2, (0, 2), (-1, 0), (1, 0), (-2, -1), (2, 1, 0)]),
        ]
        for axis in axes
        for keep in ((), (False,), (True,))
    ),
    of_one((2, 0), ("sum", "a", 1)),
    of_one((2, 0), ("sum", "a")),
    of_one((300,), ("mean", "a"), ("*", "b", "a"), ("sum", "c")),
]
SHAPED = [
    *(
        of_one((2, 3), ("reshape", "a", *shape))
        for shape in [(6,), ((6,),), (3, 2), ((3, 2),), (-1,), ((-1, 2),), (1, 6), (2, 1, 3), (3, -1), ((2, 3),)]
    ),
    of_one((1, 1), ("reshape", "a", ())),
    of_one((), ("reshape", "a", 1, 1)),
    of_one((), ("reshape", "a", -1)),
    of_one((2, 3), ("transpose", "a"), ("reshape", "b", 2, 3)),
    *(of_one(shape, ("transpose", "a")) for shape in [(2, 3), (2, 3, 4), (3,), ()]),
    *(of_one((2, 3), ("transpose", "a", *axes)) for axes in [(1, 0), ((1, 0),), (0, 1), (-1, 0), ((-1, -2),)]),
    *(
        of_one((2, 3, 4), ("transpose", "a", *axes))
        for axes in [(1, 2, 0), (2, 0, 1), ((2, 0, 1),), (0, 2, 1), (-1, 0, 1), ((-2, -1, -3),), (1, 0, -1)]
    ),
    of_one((1,), ("transpose", "a", 0)),
]
FUNCTIONS = [
    ending([("leaf", np.array(numbers), True), (name, "a")])
    for name, numbers in [
        ("exp", [1.0, -0.5, 0.0, 30.0, -40.0]),
        ("log", [1.0, 0.3, 1e-9, 1e30, 5.0]),
        ("relu", [1.0, -0.5, 0.0, -0.0, 1e-9, -1e-9, 1e30]),
        ("exp", [[1.0], [2.0]]),
        ("log", 2.0),
        ("relu", 0.0),
        ("relu", [[-1.0, 0.0], [2.0, 0.0]]),
    ]
]
LARGEST = [
    *(ending([("leaf", np.array(numbers), True), ("max", "a", 0)]) for numbers in ([1.0, 3.0], [3.0, 3.0], [2.0] * 3)),
    *(ending([("leaf", TIED, True), ("max", "a", axis)]) for axis in (0, 1, -1, -2)),
    ending([("leaf", np.array([0.0, -0.0]), True), ("max", "a", -1)]),
    ending([("leaf", np.array([-3.0, -1.0, -1.0, -2.0]), True), ("max", "a", 0)]),
    ending([("leaf", np.array([1.0, 1.0 + 1e-9, 1.0 - 1e-9]), True), ("max", "a", 0)]),
    *(of_one((2, 3, 2), ("max", "a", axis)) for axis in (0, 1, 2, -1, -2, -3)),
    of_one((1, 3), ("max", "a", 0)),
    of_one((2, 3), ("max", "a", 1), ("max", "b", 0)),
    ending([("leaf", np.resize([1.0, 7.0, 7.0], (2, 150)), True), ("max", "a", 1)]),
]
INDICES = [
    *(
        of_one((3, 4), ("index", "a", *parts))
        for parts in [
            [cut(1)],
            [cut(None, -1)],
            [cut(None, None, 2)],
            [cut(None, None, -1)],
            [cut(-2, None)],
            [cut(2, 1)],
            [cut(), cut(1, 3)],
            [cut(1, 2), cut(None, None, -2)],
            [positions(0, 2)],
            [positions(1, 1)],
            [positions(0, -3, 0, 2)],
            [positions(2, 0, 1)],
            [np.array([[0, 1], [1, 1]])],
            [np.array(1)],
            [positions(0, 0), positions(1, 1)],
            [positions(0, 0, 2), positions(1, 1, -1)],
            [np.array([[0], [2]]), positions(1, 1, 0)],
            [cut(), positions(1, 1, 3)],
            [cut(1), positions(-1, 3)],
            [positions(1, 1), cut(1, None, 2)],
            [positions(1, 1), cut()],
            [np.array([], dtype=np.int64)],
            [np.array([2, 2], dtype=np.int8)],
            [np.array([0, 2, 2], dtype=np.uint8)],
        ]
    ),
    # Places that a small kind of integer can't count.
    of_one((20, 20), ("index", "a", np.array([13, 19, 13], dtype=np.uint8), np.array([13, 19, 13], dtype=np.uint8))),
    of_one((300,), ("index", "a", np.array([-1, -128, -1, 127], dtype=np.int8))),
    of_one((2, 3, 2), ("index", "a", positions(0, 0, 1), cut(), positions(1, 1, 0))),
    of_one((2, 3, 2), ("index", "a", cut(), positions(2, 2), positions(0, 0))),
    of_one((2, 3, 2), ("index", "a", cut(1), cut(None, 2), positions(1, 1))),
    of_one((5,), ("index", "a", laid_out(positions(4, 4, 0, 1), "sliced"))),
    of_one((7,), ("index", "a", np.arange(300) ** 2 % 7)),
    of_one((3,), ("index", "a", positions(1, 1)), ("index", "b", positions(0, 0, 1))),
]
GRAPHS = [
    [leaf(), ("backward", "a", None)],
    [("leaf", 3, True), ("*", "a", "a"), ("backward", "b", None)],
    [("leaf", np.array([3, 4]), True), ("/", "a", 2), ("sum", "b"), ("backward", "c", None)],
    [*SMALL, ("*", "a", "b"), ("sum", "c"), ("backward", "d", None)],
    [
        *(SMALL[0], ("*", np.array([10.0, 20.0, 30.0]), "a")),
        *(("index", "b", cut(), positions(0, 0, 2)), ("sum", "c"), ("backward", "d", None)),
    ],
    # One element counts as a scalar.
    *([leaf(*shape), ("*", "a", 3.0), ("backward", "b", None)] for shape in [(1,), (1, 1), (1, 1, 1)]),
    # Shared tensors, paths of several lengths.
    of_one((2,), ("*", "a", "a"), ("+", "b", "a"), ("*", "c", "b"), ("-", "d", "a")),
    of_one((2, 1), ("transpose", "a"), ("*", "a", "b"), ("sum", "c", 0), ("+", "d", "a")),
    of_one((3,), ("sum", "a"), ("-", "a", "b"), ("exp", "c"), ("sum", "d"), ("/", "c", "e")),
    of_one((2, 3), ("max", "a", 1), ("relu", "b"), ("*", "c", "b"), ("*", "c", "d")),
    # Several passes, from several tensors; gradients set to None or overwritten in between.
    [leaf(2), ("*", "a", "a"), ("sum", "b"), *[("backward", "c", None)] * 3],
    [leaf(2), ("*", "a", "a"), ("backward", "b", counted(2)), ("sum", "b"), ("backward", "c", None)],
    [leaf(2), ("+", "a", 1.0), ("backward", "b", np.ones(2)), ("fill", "a"), ("backward", "b", counted(2))],
    [leaf(2), ("*", "a", "a"), ("backward", "b", counted(2)), ("none", "a"), ("backward", "b", np.ones(2))],
    [leaf(2), leaf(2), ("+", "a", "b"), ("backward", "c", counted(2)), ("fill", "a"), ("backward", "c", counted(2))],
    [leaf(2), leaf(2), ("+", "a", "b"), *[("backward", "c", counted(2))] * 2, ("backward", "a", np.ones(2))],
    [leaf(2), ("sum", "a"), ("backward", "b", None), ("fill", "a"), ("backward", "b", None)],
    [leaf(2), ("reshape", "a", 2, 1), ("backward", "b", np.ones((2, 1))), ("fill", "a"), ("backward", "a", np.ones(2))],
    [leaf(2, 2), ("transpose", "a"), ("backward", "b", counted(2, 2)), ("fill", "a"), ("backward", "b", counted(2, 2))],
    [leaf(2), ("backward", "a", counted(2)), ("backward", "a", counted(2)), ("fill", "a")],
    # Leaves that require none, and leaves that are not reached.
    [
        leaf(2),
        leaf(2, grad=False),
        ("leaf", counted(2)),
        ("*", "a", "b"),
        ("+", "d", "c"),
        ("backward", "e", counted(2)),
    ],
    [leaf(2), leaf(2), ("*", "a", "a"), ("backward", "c", counted(2))],
    [leaf(2), leaf(2), ("*", "a", "a"), ("*", "b", "c"), ("backward", "c", counted(2))],
    [leaf(2), ("*", "a", np.zeros(2)), ("backward", "b", counted(2))],
    # Gradients of other kinds, and leaves that lie in memory in other ways.
    [leaf(2), ("backward", "a", np.array([1, 2]))],
    [leaf(2), ("*", "a", "a"), ("backward", "b", np.array([1, 2]))],
    [leaf(2, 3), ("*", "a", "a"), ("backward", "b", laid_out(counted(2, 3), "transposed"))],
    [leaf(2, 3), ("exp", "a"), ("backward", "b", laid_out(counted(2, 3), "read-only")), ("fill", "a")],
    [leaf(2, 3), ("backward", "a", laid_out(counted(2, 3), "read-only")), ("fill", "a")],
    *(
        ending([("leaf", np.array([0.1, 3.0]).astype(kind), True), ("*", "a", 0.1), ("exp", "b")])
        for kind in ("float32", "float16", "bool")
    ),
    [leaf(2), ("backward", "a", np.array([0.1, 3.0], dtype=np.float32))],
    *(
        ending([("leaf", laid_out(counted(2, 3), layout), True), ("*", "a", "a"), ("sum", "b", 0)])
        for layout in ("transposed", "sliced", "read-only")
    ),
    ending([("leaf", np.array([1e20, -1e20, 1e-20]), True), ("*", "a", 1e-8), ("*", "b", "a"), ("sum", "c")]),
    ending([leaf(300), ("*", "a", counted(300, start=2.0)), ("reshape", "b", 3, 100), ("max", "c", 1), ("sum", "d")]),
]
REFUSED = {
    "no gradient for several elements": (
        ValueError,
        [
            [leaf(*shape), *steps, ("backward", "b" if steps else "a", None)]
            for shape in [(2,), (1, 2), (2, 2), (0,), (2, 1)]
            for steps in ([], [("*", "a", 2.0)])
        ],
    ),
    "a gradient of another shape": (
        ValueError,
        [
            [leaf(*shape), *steps, ("backward", "b" if steps else "a", np.ones(other))]
            for shape, others in [
                ((2,), [(1,), (), (3,), (2, 1), (1, 2), (0,)]),
                ((), [(1,), (2,), (1, 1)]),
                ((1,), [(), (1, 1), (2,)]),
                ((2, 3), [(3,), (3, 2), (6,), (1, 3), (2, 1), (1, 2, 3)]),
                ((0,), [(1,), (), (0, 1)]),
            ]
            for other in others
            for steps in ([], [("*", "a", 2.0)])
        ],
    ),
    "nothing that requires one": (
        RuntimeError,
        [
            [leaf(grad=False), ("backward", "a", None)],
            [("leaf", 2.0), ("backward", "a", None)],
            [leaf(2, grad=False), ("*", "a", "a"), ("sum", "b"), ("backward", "c", None)],
            [leaf(2, grad=False), ("backward", "a", np.ones(2))],
            [leaf(2), leaf(2, grad=False), ("*", "b", 2.0), ("backward", "c", np.ones(2))],
        ],
    ),
}
ATTEMPTS = [
    [*program[:-1], ("try", program[-1]), *after]
    for _, group in REFUSED.values()
    for program in group
    for after in ([], [("backward", "a", counted(*np.shape(program[0][1])))])
    if not after or program[0][2:] == (True,)
]


def every(listed):
    """Each of these programs is an example of the property, the first one first."""
    return lambda test: functools.reduce(lambda made, each: example(program=each)(made), reversed(listed), test)


@settings(max_examples=60)
@given(program=programs())
@every(GRAPHS + ARITHMETIC + MATRICES)
def test_arithmetic_has_the_gradients_of_complex_steps(kata, solution, program):
    compare(kata, solution, program)


@settings(max_examples=60)
@given(program=programs())
@every(REDUCTIONS + SHAPED + FUNCTIONS + LARGEST + INDICES + ATTEMPTS)
def test_methods_have_the_gradients_of_complex_steps(kata, solution, program):
    compare(kata, solution, program)


def compare(kata, solution, program):
    """Compare reference and answer with the model."""
    event(f"{min(3, sum(step[0] == 'backward' for step in program))} passes or more")
    model = run_model(program)
    with trusted_parts():
        check(solution.run(probes.run_program, program), model)
    check(kata.run(probes.run_program, program), model)


@settings(max_examples=40)
@given(program=programs())
@every(GRAPHS[:12] + ARITHMETIC[::9] + MATRICES[::3] + REDUCTIONS[::6] + LARGEST + INDICES[::3])
def test_programs_end_as_in_torch(kata, program):
    pytest.importorskip("torch")
    parts = [part for step in program if step[0] == "index" for part in step[2:]]
    if any(isinstance(part, tuple) and (part[3] or 1) < 0 for part in parts):
        return  # torch has no slices with a negative step
    from tests.autograd import torch_engine

    model = run_model(program)
    with trusted_parts():
        check(probes.run_program(torch_engine, program), model)
    check(kata.run(probes.run_program, program), model)


def run_model(program):
    """What must become of a program."""
    model = Model(program)
    for step in program:
        model.take(step)
    return model


def check(got, model):
    """Compare data, then gradients after each pass, then those at the end."""
    assert list(got["data"]) == list(model.tensors), f"tensors {list(got['data'])}, expected {list(model.tensors)}"
    for name, jet in model.tensors.items():
        assert_array(got["data"][name], jet.value, model.units * jet.bulk, f"{name}.data")
    assert len(got["events"]) == len(model.events), f"events {got['events']}, expected {len(model.events)}"
    for number, (happened, expected) in enumerate(zip(got["events"], model.events, strict=True), 1):
        if isinstance(expected, dict):
            assert isinstance(happened, dict), f"{happened} where pass {number} must go well"
            assert_grads(happened, expected, f"after pass {number}" if number > 1 else "")
        else:
            assert happened == expected, f"backward gives {happened}, expected {expected}"
    assert_grads(got["grads"], model.grads, "at the end")


def assert_grads(got, expected, when):
    """Compare the gradients of all leaves, or their absence."""
    for name, grad in expected.items():
        what = f"{name}.grad {when}".strip()
        if grad is None:
            assert got[name] is None, f"{what} is {got[name]!r}, expected None"
        else:
            assert_array(got[name], *grad, what)


def assert_array(got, expected, error, what):
    """Compare kind and shape, then numbers."""
    assert isinstance(got, np.ndarray), f"{what} is {got!r}, expected {expected}"
    assert got.dtype == np.float64, f"{what} has dtype {got.dtype}, expected float64"
    assert got.shape == expected.shape, f"{what} has shape {got.shape}, expected {expected.shape}"
    assert (np.abs(got - expected) <= error + NOTHING).all(), f"{what} is {got.tolist()}, expected {expected.tolist()}"


@st.composite
def broadcasts(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """A shape, and one to which it can be broadcast."""
    shape = [draw(st.sampled_from([1, 2, 3, 1, 0])) for _ in range(draw(st.integers(0, 3)))]
    large = [draw(sizes(smallest=0, small=3, largest=70)) if size == 1 else size for size in shape]
    added = draw(st.lists(st.integers(0, 3), max_size=4 - len(shape)))
    return tuple(shape), (*added, *large)


@settings(max_examples=60)
@given(shapes=broadcasts(), layout=array_layouts())
@example(shapes=((2, 1), (2, 3)), layout="plain")
@example(shapes=((3,), (2, 3)), layout="plain")
@example(shapes=((2, 3), (2, 3)), layout="plain")
@example(shapes=((), ()), layout="plain")
@example(shapes=((), (2, 3)), layout="plain")
@example(shapes=((1,), (2, 3)), layout="plain")
@example(shapes=((1, 1), (2, 3)), layout="plain")
@example(shapes=((1, 3), (2, 3)), layout="transposed")
@example(shapes=((1, 3), (3, 3)), layout="sliced")
@example(shapes=((2, 1, 3), (4, 2, 2, 3)), layout="read-only")
@example(shapes=((1, 1, 2), (3, 1, 2)), layout="plain")
@example(shapes=((1,), (1,)), layout="plain")
@example(shapes=((1, 3), (3,) * 3), layout="plain")
@example(shapes=((1,), (0,)), layout="plain")
@example(shapes=((3,), (0, 3)), layout="plain")
@example(shapes=((0, 1), (0, 3)), layout="plain")
@example(shapes=((2, 1), (2, 300)), layout="plain")
def test_unbroadcast_sums_over_all_places_where_an_element_went(kata, solution, shapes, layout):
    shape, large = shapes
    grad = laid_out(counted(*large), layout)
    # Halves: every sum is exact in every order.
    numbers = np.broadcast_to(np.arange(math.prod(shape)).reshape(shape), large)
    expected = np.zeros(math.prod(shape))
    for number, part in zip(numbers.reshape(-1).tolist(), grad.reshape(-1).tolist(), strict=True):
        expected[number] += part
    expected = expected.reshape(shape)
    agreed(solution.unbroadcast(grad, shape), expected)
    got = np.asarray(kata.unbroadcast(grad, shape))  # a number will do for an array without axes
    assert_array(got, expected, 0.0, f"unbroadcast of shape {large} to {shape}")


@pytest.mark.parametrize("size", [8, 125])
def test_a_pass_takes_a_few_steps_for_each_operation(kata, size):
    few, many = kata.run(probes.cost_of_backward, size), kata.run(probes.cost_of_backward, 2 * size)
    one = np.ones(1)
    for got, length in ((few, 2 * size), (many, 4 * size)):
        for what in ("data", "grad"):
            assert_array(got[what], one, 0 * one, f"the {what} after {length} operations")
    # Twice the operations take twice the steps and a constant; a walk along all paths takes 2 ** size times as many.
    assert many["steps"] <= 3 * few["steps"], (
        f"backward takes {few['steps']} lines of Python on {2 * size} operations, {many['steps']} on {4 * size}"
    )


@pytest.mark.parametrize("group", list(REFUSED))
def test_what_cannot_be_right_is_refused(kata, group):
    assert kata.run(probes.run_program, [leaf(1), ("backward", "a", None)])["events"]
    error, refused = REFUSED[group]
    for program in refused:
        refuses(kata.run, probes.run_program, program, error=error)
