"""Properties of exports/api_export."""

from __future__ import annotations

import re

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from tests.agreement import agreed, trusted_parts
from tests.exports.probes import api_export as probes

NAMES = ("a", "b", "a.b")
BAD_NAMES = ("", ".", "a.", ".a", "a..b", "1a", "a.1", "a b", " a", "a ", "a\n", "a-b", "a/b", "a²", "a.b.", "a.²")
PREFIX = "compat.v1."
LOOKED_UP = (*NAMES, *(PREFIX + name for name in NAMES), "c")

FUNCTION, CLASS, EMPTY_CLASS = ("function",), ("plain_class",), ("empty_class",)
TWO = [FUNCTION, FUNCTION]
V1 = {"version": 1}
CLASSES, FUNCTIONS = ("plain_class", "empty_class", "subclass"), ("function", "wrapper")
KINDS = (*CLASSES, *FUNCTIONS, "instance")
WANTED = {
    "subclass": CLASSES,
    "instance": CLASSES,
    "wrapper": FUNCTIONS,
    "export": (*CLASSES, *FUNCTIONS),
    "apply": (*CLASSES, *FUNCTIONS),
    "names": KINDS,
    "canonical_name": KINDS,
}
"""What kinds of symbols a step may name."""


def export(symbol, *names, **options):
    """One step of a program."""
    return ("export", symbol, list(names), options)


class Model:
    """A dictionary of what must hold, with a method for each kind of step that says what may come of it."""

    def __init__(self):
        self.exported = {}  # (registry, api_name), symbol -> version -> names
        self.decorators = []

    def names_of(self, symbol, options, version):
        return self.exported.get((place(options), symbol), {}).get(version, ())

    def export(self, symbol, names, options):
        v1 = names if options.get("v1") is None else options["v1"]
        new = {2: tuple(names), 1: tuple(v1)}
        errors = set()
        if not names and not v1:
            errors.add("ValueError")
        if not all(map(is_dotted, [*names, *v1])):
            errors.add("ValueError")
        for (where, owner), own in self.exported.items():
            if where == place(options) and owner == symbol:
                errors.add("SymbolAlreadyExposedError")
            elif where == place(options) and any(set(own[version]) & set(new[version]) for version in (1, 2)):
                errors.add("ValueError")
        if not errors:
            self.exported[place(options), symbol] = new
        return errors or {"exported"}

    def decorator(self, names, options):
        self.decorators.append((names, options))
        return {"made"}

    def append(self, _decorator, _name):
        return {"appended"}

    def apply(self, decorator, symbol):
        return self.export(symbol, *self.decorators[decorator])

    def symbol(self, name, options):
        version, bare = (1, name.removeprefix(PREFIX)) if name.startswith(PREFIX) else (2, name)
        return {n for _, n in self.exported if bare in self.names_of(n, options, version)} or {"LookupError"}

    def names(self, symbol, options):
        return {self.names_of(symbol, options, options.get("version", 2))}

    def canonical_name(self, symbol, options):
        names, old = self.names_of(symbol, options, 2), self.names_of(symbol, options, 1)
        for name in names:
            if name not in options.get("deprecated", ()):
                return {name}
        if names:
            return {names[0]}
        return {PREFIX + old[0]} if old else {None}


def place(options):
    """The registry and product that options name."""
    return options.get("registry", 0), options.get("api_name", "demo")


def what_must_come(program):
    """For each step what may come of it: one result, or one of two errors."""
    model = Model()
    return [getattr(model, step)(*rest) if hasattr(model, step) else {"made"} for step, *rest in program]


def is_dotted(name):
    """Whether a name consists of identifiers with dots between them, for names in ASCII."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*", name) is not None


def assert_right(results, outcomes, program):
    """Fail at the first step of which something else came than may come."""
    assert len(results) == len(program), f"{len(results)} results for {len(program)} steps"
    for number, (result, possible) in enumerate(zip(results, outcomes, strict=True)):
        right = type(result) in {type(each) for each in possible} and result in possible
        wanted = " or ".join(map(repr, possible))
        assert right, f"step {number}, {program[number]}, gives {result!r}, expected {wanted}; the program is {program}"


def judge(kata, solution, program):
    """Run a program with both, and compare with the dictionary."""
    outcomes = what_must_come(program)
    with trusted_parts():
        assert_right(solution.run(probes.run_program, program), outcomes, program)
    assert_right(kata.run(probes.run_program, program), outcomes, program)


names = st.lists(st.sampled_from(NAMES), unique=True, max_size=3)
products = st.sampled_from(["other", "demo"])
registries = st.sampled_from([0, 0, 1])
some_names = st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=2)
v1_names = st.one_of(some_names, some_names, st.just([]), names, st.none())
options = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"v1": v1_names}),
    st.fixed_dictionaries({}, optional={"v1": v1_names, "api_name": products, "registry": registries}),
)
bad_names = st.builds(
    lambda some, bad, at: [*some[:at], bad, *some[at:]], names, st.sampled_from(BAD_NAMES), st.integers(0, 3)
)
places = {"api_name": st.sampled_from(["other", "demo", "new"]), "registry": registries}


def of_a_lookup(**also):
    """Options of a lookup, most often those of the default place."""
    return st.one_of(st.fixed_dictionaries(also), st.fixed_dictionaries({}, optional={**also, **places}))


deprecated = st.one_of(names, names.map(dict.fromkeys), names.map(tuple))
# A symbol or decorator: its number from the first or, if negative, from the last. It is made to fit.
some = st.integers(-3, 3)
lookups = st.one_of(
    st.tuples(st.just("symbol"), st.sampled_from(LOOKED_UP), of_a_lookup()),
    st.tuples(st.just("names"), some, of_a_lookup(version=st.sampled_from([1, 2]))),
    st.tuples(st.just("canonical_name"), some, of_a_lookup(deprecated=deprecated)),
)
exports = st.tuples(st.just("export"), some, st.one_of(some_names, some_names, names), options)
makings = st.one_of(
    st.sampled_from([FUNCTION, CLASS, EMPTY_CLASS]),
    st.tuples(st.sampled_from(["subclass", "wrapper", "instance"]), some),
)
bad_exports = st.one_of(
    st.tuples(st.just("export"), some, bad_names, options),
    st.tuples(st.just("export"), some, names, st.builds(lambda bad: {"v1": bad}, bad_names)),
)
decorators = st.one_of(
    st.tuples(st.just("decorator"), names.filter(len), options),
    st.tuples(st.just("append"), some, st.sampled_from([*NAMES, "1a"])),
    st.tuples(st.just("apply"), some, some),
)
PLAIN_LOOKUPS = (
    *(("symbol", name, {}) for name in LOOKED_UP),
    *(("names", symbol, version) for symbol in (0, 1) for version in ({}, V1)),
    *(("canonical_name", symbol, {}) for symbol in (0, 1)),
)
FAMILIES = (
    [FUNCTION],
    [CLASS],
    [FUNCTION, FUNCTION],
    [EMPTY_CLASS, FUNCTION],
    [FUNCTION, ("wrapper", 0)],
    [CLASS, ("subclass", 0)],
)
MOSTLY_EXPORTS = (exports, exports, exports, exports, lookups, makings, bad_exports, decorators, decorators)


@st.composite
def programs(draw):
    """Programs of a few steps, the last of them lookups; a step that has nothing to refer to is left out."""
    groups = draw(st.lists(st.sampled_from(MOSTLY_EXPORTS), min_size=1, max_size=6))
    plain = [lookup for lookup in PLAIN_LOOKUPS if draw(st.booleans())]
    steps = [*draw(st.sampled_from(FAMILIES)), *map(draw, groups), *plain, *draw(st.lists(lookups, max_size=4))]
    kinds, v1_lists, program = [], [], []
    for step, *rest in steps:
        if step in WANTED:
            at = 1 if step == "apply" else 0
            rest[at] = fitting(rest[at], [n for n, kind in enumerate(kinds) if kind in WANTED[step]])
        if step in ("append", "apply"):
            rest[0] = fitting(rest[0], [d for d, v1 in enumerate(v1_lists) if v1 is not None or step == "apply"])
        if None not in rest:
            program.append((step, *rest))
            if step in KINDS:
                kinds.append(step)
            if step == "decorator":
                v1_lists.append(rest[1].get("v1"))
    return program


def fitting(number, candidates):
    """The candidate of that number, counted round and round."""
    return candidates[number % len(candidates)] if candidates else None


@settings(max_examples=250)
@given(program=programs())
# What is exported is found, in the order of the names, under the names of its version.
@example([FUNCTION, export(0, "nn.a", "a", v1=["b"]), ("symbol", "nn.a", {}), ("symbol", "a", {})])
@example([FUNCTION, export(0, "nn.a", "a", v1=["b"]), ("symbol", "compat.v1.b", {}), ("symbol", "b", {})])
@example([FUNCTION, export(0, "nn.a", "a", v1=["b"]), ("symbol", "compat.v1.a", {}), ("symbol", "compat.v1", {})])
@example(
    [
        FUNCTION,
        export(0, "nn.a", "a", v1=["b", "a.b"]),
        ("names", 0, {}),
        ("names", 0, V1),
        ("names", 0, {"version": 2}),
    ]
)
@example([FUNCTION, export(0, *(f"n{n}" for n in range(40))), ("names", 0, {}), ("symbol", "n39", {})])
@example([EMPTY_CLASS, export(0, "a"), ("symbol", "a", {}), ("symbol", "compat.v1.a", {}), ("names", 0, {})])
@example([FUNCTION, ("names", 0, {}), ("canonical_name", 0, {}), ("symbol", "a", {}), ("symbol", "", {})])
@example([*TWO, export(0, "a.b"), export(1, "a"), ("symbol", "a", {}), ("symbol", "a.b", {})])
@example([*TWO, export(0, "a"), export(1, "a.b"), ("symbol", "a", {}), ("symbol", "a.b", {})])
# The names in version 1.
@example([FUNCTION, export(0, "a"), ("names", 0, V1), ("symbol", "compat.v1.a", {})])
@example([FUNCTION, export(0, "a", v1=None), ("names", 0, V1), ("symbol", "compat.v1.a", {})])
@example([FUNCTION, export(0, "a", v1=[]), ("names", 0, V1), ("symbol", "compat.v1.a", {}), ("names", 0, {})])
@example([FUNCTION, export(0, v1=["a"]), ("names", 0, {}), ("names", 0, V1), ("symbol", "a", {})])
@example([*TWO, export(0, "a", v1=["b"]), export(1, "b", v1=["a"]), ("symbol", "a", {}), ("symbol", "compat.v1.a", {})])
@example([FUNCTION, ("decorator", ["a"], {"v1": ["b"]}), ("append", 0, "a"), ("apply", 0, 0), ("names", 0, V1)])
@example([FUNCTION, ("decorator", ["a"], {"v1": []}), ("append", 0, "1a"), ("apply", 0, 0), ("names", 0, V1)])
# The canonical name.
@example([FUNCTION, export(0, "a", "b"), ("canonical_name", 0, {}), ("canonical_name", 0, {"deprecated": []})])
@example([FUNCTION, export(0, "a", "b"), ("canonical_name", 0, {"deprecated": ["a"]})])
@example([FUNCTION, export(0, "b", "a"), ("canonical_name", 0, {}), ("canonical_name", 0, {"deprecated": ["c"]})])
@example([FUNCTION, export(0, "a", "b"), ("canonical_name", 0, {"deprecated": {"a": None, "b": None}})])
@example([FUNCTION, export(0, "a", v1=["b"]), ("canonical_name", 0, {"deprecated": ("a",)})])
@example([FUNCTION, export(0, v1=["b", "a"]), ("canonical_name", 0, {}), ("canonical_name", 0, {"deprecated": ["b"]})])
@example([FUNCTION, export(0, v1=["b"]), ("canonical_name", 0, {"deprecated": ["compat.v1.b"]})])
# Whose names they are.
@example([CLASS, export(0, "a"), ("subclass", 0), ("names", 1, {}), ("names", 1, V1), ("canonical_name", 1, {})])
@example(
    [CLASS, export(0, "a"), ("subclass", 0), export(1, "b"), ("names", 1, {}), ("names", 0, {}), ("symbol", "b", {})]
)
@example(
    [CLASS, ("subclass", 0), export(1, "b"), export(0, "a"), ("names", 0, {}), ("names", 1, {}), ("symbol", "a", {})]
)
@example([CLASS, export(0, "a"), ("instance", 0), ("names", 1, {}), ("canonical_name", 1, {})])
@example([FUNCTION, export(0, "a"), ("wrapper", 0), ("names", 1, {}), ("canonical_name", 1, {})])
@example(
    [FUNCTION, export(0, "a"), ("wrapper", 0), export(1, "b"), ("names", 1, {}), ("names", 0, {}), ("symbol", "b", {})]
)
@example([FUNCTION, export(0, "a"), ("wrapper", 0), export(1, "a"), ("symbol", "a", {})])
# Two exports of one symbol, and one name for two symbols.
@example([FUNCTION, export(0, "a"), export(0, "b"), ("names", 0, {}), ("symbol", "b", {})])
@example([FUNCTION, export(0, "a"), export(0, "a"), ("names", 0, {})])
@example([FUNCTION, export(0, "a", v1=[]), export(0, v1=["b"]), ("names", 0, V1)])
@example([FUNCTION, export(0, v1=["b"]), export(0, "a", v1=[]), ("names", 0, {})])
@example([*TWO, export(0, "a"), export(1, "a"), ("symbol", "a", {}), ("names", 1, {}), ("names", 0, {})])
@example([*TWO, export(0, "a"), export(1, "b", v1=["a"]), ("symbol", "compat.v1.a", {}), ("symbol", "b", {})])
@example(
    [*TWO, ("decorator", ["a"], {}), ("decorator", ["a"], {}), ("apply", 0, 0), ("apply", 1, 1), ("symbol", "a", {})]
)
@example([*TWO, ("decorator", ["a"], {}), ("apply", 0, 0), ("apply", 0, 1), ("apply", 0, 0)])
@example([FUNCTION, ("decorator", ["a"], {}), ("symbol", "a", {}), ("names", 0, {})])
# An error changes nothing.
@example([*TWO, export(0, "b", v1=[]), export(1, "a", "b"), ("symbol", "a", {}), ("names", 1, {}), export(1, "a")])
@example([*TWO, export(0, "b"), export(1, "a", v1=["b"]), ("symbol", "a", {}), ("names", 1, {}), export(1, "a")])
@example([FUNCTION, export(0), export(0, v1=[]), export(0, v1=None), ("names", 0, {}), export(0, "a")])
@example([FUNCTION, export(0, "a", "1a"), ("symbol", "a", {}), ("names", 0, {}), export(0, "a")])
@example([FUNCTION, export(0, "a"), export(0, "b", "nn.a"), ("symbol", "b", {}), ("symbol", "compat.v1.nn.a", {})])
# Products and registries know nothing of each other.
@example(
    [FUNCTION, export(0, "a"), export(0, "b", api_name="other"), ("names", 0, {}), ("names", 0, {"api_name": "other"})]
)
@example(
    [
        *TWO,
        export(0, "a"),
        export(1, "a", api_name="other"),
        ("symbol", "a", {"api_name": "other"}),
        ("symbol", "a", {}),
    ]
)
@example([FUNCTION, export(0, "a", api_name="other"), ("names", 0, {}), ("symbol", "a", {}), ("canonical_name", 0, {})])
@example(
    [FUNCTION, export(0, "a", "b", api_name="other"), ("canonical_name", 0, {"api_name": "other", "deprecated": ["a"]})]
)
@example(
    [FUNCTION, export(0, "a", api_name="demo"), ("names", 0, {}), ("names", 0, {"api_name": "demo"}), export(0, "b")]
)
@example([FUNCTION, export(0, "a"), ("names", 0, {"api_name": "new"}), ("symbol", "a", {"api_name": "new"})])
@example([FUNCTION, export(0, "a"), ("canonical_name", 0, {"api_name": "new"}), ("names", 0, {"registry": 1})])
@example([FUNCTION, export(0, "a"), export(0, "a", registry=1), ("names", 0, {"registry": 1}), ("names", 0, {})])
@example([*TWO, export(0, "a"), export(1, "a", registry=1), ("symbol", "a", {"registry": 1}), ("symbol", "a", {})])
def test_programs_do_what_a_dictionary_says(kata, solution, program):
    for error in ("ValueError", "SymbolAlreadyExposedError"):
        if any(error in outcome for outcome in what_must_come(program)):
            event(f"an export raises {error}")
    event(f"{len({step for step, *_ in program})} kinds of steps")
    judge(kata, solution, program)


@settings(max_examples=150)
@given(program=programs())
@example([FUNCTION, export(0, "a", "1a"), ("symbol", "a", {}), export(0, "a"), ("names", 0, {})])
@example([*TWO, export(0, "b"), export(1, "a", "b"), ("symbol", "a", {}), export(1, "a"), ("names", 1, {})])
@example([*TWO, export(0, "b"), export(1, "a", v1=["b"]), ("symbol", "a", {}), export(1, "a"), ("names", 1, V1)])
@example([FUNCTION, export(0, "a"), export(0, "b"), ("symbol", "b", {}), ("names", 0, {})])
@example([FUNCTION, export(0, v1=[]), export(0, "a"), ("names", 0, {}), ("names", 0, V1)])
def test_without_the_exports_that_failed_everything_else_is_the_same(kata, program):
    results = kata.run(probes.run_program, program)
    failed = [
        step[0] in ("export", "apply") and result in ("ValueError", "SymbolAlreadyExposedError")
        for step, result in zip(program, results, strict=True)
    ]
    event(f"{min(2, sum(failed))} exports or more fail")
    shorter = [step for step, out in zip(program, failed, strict=True) if not out]
    expected = [result for result, out in zip(results, failed, strict=True) if not out]
    got = kata.run(probes.run_program, shorter)
    assert got == expected, f"{program} gives {expected} beside its errors; without the failed exports, it gives {got}"


def test_a_bad_name_at_any_place_is_refused(kata, solution):
    for bad in BAD_NAMES:
        placed = [
            ([bad], None),
            (["a", bad], []),
            ([bad, "a"], []),
            (["a"], ["b", bad]),
            (["a"], [bad, "b"]),
            ([], [bad]),
        ]
        for names, v1 in placed:
            lookups = [("names", 0, {}), ("names", 0, V1), ("symbol", "a", {}), ("symbol", "compat.v1.b", {})]
            program = [FUNCTION, ("export", 0, names, {"v1": v1}), *lookups, export(0, "a")]
            outcomes = [{"made"}, {"ValueError"}, {()}, {()}, {"LookupError"}, {"LookupError"}, {"exported"}]
            with trusted_parts():
                assert_right(solution.run(probes.run_program, program), outcomes, program)
            assert_right(kata.run(probes.run_program, program), outcomes, program)
    for good in ("_", "_a1.b2", "A.B.c", "naïve.x", "x" * 300, ".".join("abcdefghij" * 4)):
        program = [FUNCTION, export(0, good), ("symbol", good, {}), ("symbol", PREFIX + good, {}), ("names", 0, V1)]
        outcomes = [{"made"}, {"exported"}, {0}, {0}, {(good,)}]
        with trusted_parts():
            assert_right(solution.run(probes.run_program, program), outcomes, program)
        assert_right(kata.run(probes.run_program, program), outcomes, program)


def test_what_is_decorated_stays_as_it_is(kata, solution):
    expected = [
        ["f", "decorate.<locals>.f", "Add.", "(x, *, y=2)", False, 3],
        ["C", "decorate.<locals>.C", "A class.", "()", False, 3],
    ]
    agreed(solution.run(probes.decorate)["after"], expected)
    got = kata.run(probes.decorate)["after"]
    for one, other in zip(got, expected, strict=True):
        assert one == other, f"name, docstring, signature, wrapper and result are {one}, before they were {other}"
