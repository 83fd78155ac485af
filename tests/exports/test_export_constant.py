"""Properties of exports/export_constant."""

from __future__ import annotations

from collections import Counter

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same
from tests.agreement import agreed
from tests.exports.probes import export_constant as probes

MODULES = ("m", "m.a", "n")
CONSTANTS = ("A", "B")
NAMES = ("a", "b", "a.b")
V1 = {"version": 1}


def export(constant, *names, module="m", registry=0, **options):
    """One step of a program."""
    return ("export", registry, module, constant, list(names), options)


def ask(version=None, module="m", registry=0):
    """One step of a program."""
    return ("constants", registry, module, {} if version is None else {"version": version})


def what_must_come(program):
    """What a program gives: each question goes through the list of all exports before it."""
    exports, at_once, added = [], [], Counter()
    for step, *rest in program:
        if step == "export":
            registry, module, constant, names, options = rest
            old = options.get("v1")
            exports.append((registry, module, constant, {2: tuple(names), 1: tuple(names if old is None else old)}))
        elif step == "constants":
            registry, module, options = rest
            version = options.get("version", 2)
            of_the_module = [
                (names[version], constant) for *place, constant, names in exports if place == [registry, module]
            ]
            at_once.append([entry for entry in of_the_module if entry[0]])
        elif step == "add":
            added[rest[0]] += 1
    at_the_end = [[*entries, *[probes.ADDED] * added[number]] for number, entries in enumerate(at_once)]
    return {"exports": [None] * len(exports), "at_once": at_once, "at_the_end": at_the_end}


def judge(kata, solution, program):
    """Run a program with both, and compare with the list."""
    expected = agreed(solution.run(probes.run_program, program), what_must_come(program))
    got = kata.run(probes.run_program, program)
    titles = {
        "exports": "export {} returned",
        "at_once": "question {} got",
        "at_the_end": "the list of question {} is at the end",
    }
    for part, title in titles.items():
        for number, (one, other) in enumerate(zip(got[part], expected[part], strict=True)):
            assert same(one, other), f"{title.format(number)} {one}, expected {other}; the program is {program}"


registries = st.sampled_from([0, 0, 0, 1])
names = st.lists(st.sampled_from(NAMES), max_size=3)
some_names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)
names_and_options = st.one_of(
    st.tuples(some_names, st.fixed_dictionaries({}, optional={"v1": st.one_of(names, st.none(), names.map(tuple))})),
    st.tuples(st.just([]), st.fixed_dictionaries({"v1": some_names})),
)
exports = st.builds(
    lambda registry, module, constant, rest: ("export", registry, module, constant, *rest),
    registries,
    st.sampled_from(MODULES),
    st.sampled_from(CONSTANTS),
    names_and_options,
)
questions = st.builds(ask, st.sampled_from([None, 1, 2]), st.sampled_from([*MODULES, "unknown"]), registries)
numbers = st.integers(-3, 3)
changes = st.one_of(st.tuples(st.just("append"), numbers, st.sampled_from(NAMES)), st.tuples(st.just("add"), numbers))


@st.composite
def programs(draw):
    """Programs that end with questions; a change that has nothing to refer to is left out."""
    steps = draw(st.lists(st.one_of(exports, exports, questions, changes), max_size=8))
    program, v1_lists, asked = [], [], 0
    for step, *rest in [*steps, *draw(st.lists(questions, min_size=1, max_size=4))]:
        if step in ("append", "add"):
            lists = [n for n, v1 in enumerate(v1_lists) if type(v1) is list] if step == "append" else list(range(asked))
            if not lists:
                continue
            rest[0] = lists[rest[0] % len(lists)]
        if step == "export":
            v1_lists.append(rest[-1].get("v1"))
        asked += step == "constants"
        program.append((step, *rest))
    return program


@settings(max_examples=150)
@given(program=programs())
@example(
    [
        export("PI", "math.pi", "pi", v1=["math.PI"]),
        export("E", "math.e"),
        export("OLD", v1=["math.old"]),
        ask(),
        ask(1),
    ]
)
@example([export("RED", "colors.red", v1=[]), ask(), ask(1)])
@example([export("E", "math.e", "e"), export("E", "math.euler", v1=None), ask()])
@example([ask(), ask(1), ask(2)])
@example([export("A", "a"), ask(), ask(1), ask(2)])
@example([export("A", "a", v1=["b"]), ask(), ask(1)])
@example([export("A", "a", v1=("b", "a")), ask(), ask(1)])
@example([export("A", v1=["a"]), ask(), ask(1)])
@example([export("B", "b"), export("A", "a"), ask(), ask(1)])
@example([export("A", "b", "a"), ask(), ask(1)])
@example([export("A", "b", v1=["b", "a"]), ask(1)])
@example([export("A", "a"), export("A", "a"), ask(), ask(1)])
@example([export("A", "a"), export("A", "b"), ask(), ask(1)])
@example([export("A", "a"), export("B", "a"), ask(), ask(1)])
@example([export("A", "a", "a", v1=["b", "b"]), ask(), ask(1)])
@example([export("A", "a"), ask(), export("B", "b"), ask(), ask(1)])
@example([export(f"C{n}", f"c{n}", v1=[f"d{n}"]) for n in range(70)] + [ask(), ask(1)])
@example([export("A", "a", module="m"), ask(module="m.a"), ask(module=""), ask(module="M")])
@example([export("A", "a", module="m.a"), ask(module="m"), ask(module="a"), ask(module="m.a")])
def test_programs_do_what_the_list_of_all_exports_says(kata, solution, program):
    event(f"{min(3, sum(step == 'export' for step, *_ in program))} exports or more")
    judge(kata, solution, program)


@settings(max_examples=60)
@given(program=programs())
@example([export("A", "a"), ask(), ("add", 0), ask(), ask(1)])
@example([export("A", "a"), ask(1), ("add", 0), ask(1)])
@example([ask(), ("add", 0), ask(), export("A", "a"), ask()])
@example([ask(module="unknown"), ("add", 0), ask(), ask(module="unknown")])
@example([export("A", "a"), ask(), export("B", "b")])
@example([ask(), export("A", "a"), ask()])
@example([ask(1), export("A", v1=["a"]), ask(1)])
@example([export("A", "a"), ask(), ask(), ("add", 0)])
@example([export("A", "a"), ask(), ask(2), ask(1), ("add", 1)])
@example([export("A", "a", v1=["b"]), ("append", 0, "a"), ask(1), ask()])
@example([export("A", "a", v1=["b"]), ask(1), ("append", 0, "a")])
@example([export("A", "a", v1=[]), ("append", 0, "a"), ask(1)])
@example([export("A", v1=["b"]), ("append", 0, "a"), ask(1), ask()])
def test_lists_of_others_are_not_those_of_the_registry(kata, solution, program):
    event(f"changes: {sorted({step for step, *_ in program} & {'append', 'clear'})}")
    judge(kata, solution, program)


@settings(max_examples=60)
@given(program=programs(), registry=st.integers(0, 1), module=st.sampled_from(MODULES))
@example(program=[export("A", "a"), export("B", "b", module="n"), ask(), ask(1)], registry=0, module="m")
@example(program=[export("A", "a", module="m.a"), export("B", "b"), ask(), ask(1)], registry=0, module="m")
@example(program=[export("A", "a", registry=1), ask(), ask(1)], registry=0, module="m")
@example(
    program=[export("A", "a", registry=1), export("A", "a"), ask(registry=1), ask(1, registry=1)],
    registry=1,
    module="m",
)
@example(
    program=[export("A", "a"), export("A", "a", module="n"), ask(module="n"), ask(1, module="n")],
    registry=0,
    module="n",
)
def test_modules_and_registries_know_nothing_of_each_other(kata, program, registry, module):
    steps = [step for step in program if step[0] in ("export", "constants")]
    alone = [step for step in steps if step[1:3] == (registry, module)]
    places = [step[1:3] for step in steps if step[0] == "constants"]
    among_others = kata.run(probes.run_program, steps)["at_once"]
    expected = [entries for entries, place in zip(among_others, places, strict=True) if place == (registry, module)]
    got = kata.run(probes.run_program, alone)["at_once"]
    assert same(got, expected), (
        f"registry {registry} lists for module {module!r} {expected} in {steps}, and {got} without the other exports"
    )
