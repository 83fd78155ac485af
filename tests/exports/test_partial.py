"""Properties of exports/partial."""

from __future__ import annotations

import functools
import pickle

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from dojo.grading.literal import same
from tests.agreement import agreed
from tests.exports.probes import partial as probes
from tests.refusals import refuses
from tests.strategies.sizes import lists

KEYWORDS = ("a", "b", "c", "self", "func", "args", "keywords", "key", "cls", "two words")
values = st.one_of(st.integers(0, 9), st.sampled_from(["", "x", "%s", "{}", "it's\n", None, True, 0.5]))
argument_lists = lists(values, small=3, largest=40)
keyword_dicts = st.dictionaries(st.sampled_from(KEYWORDS), values, max_size=3)
changes = st.tuples(st.just("change"), st.integers(-3, 3), st.sampled_from(KEYWORDS), values)
calls = st.tuples(st.just("call"), st.integers(-3, 3), argument_lists, keyword_dicts)
bases = st.one_of(st.sampled_from(list(probes.CALLABLES)), st.integers(-3, 3), st.integers(-3, 3))
makings = st.tuples(st.just("partial"), bases, argument_lists, keyword_dicts)


@st.composite
def programs(draw):
    """Programs that make, nest, call and change partials; see the probes."""
    program = [("partial", "record", draw(argument_lists), draw(keyword_dicts))]
    made = 1
    for step, which, *rest in draw(st.lists(st.one_of(calls, makings, changes), max_size=8)):
        program.append((step, which if isinstance(which, str) else which % made, *rest))
        made += step == "partial"
    return program


@settings(max_examples=80)
@given(program=programs())
@example(program=[("partial", "record", [1], {"a": 2}), ("call", 0, [3], {}), ("call", 0, [3], {"a": 4, "b": 5})])
@example(program=[("partial", "record", [1], {"a": 2}), ("partial", 0, [6], {"b": 7}), ("call", 1, [8], {"c": 9})])
@example(program=[("partial", "record", [], {"a": 1, "b": 2}), ("call", 0, [], {"a": 3}), ("call", 0, [], {})])
@example(program=[("partial", "record", [], {"a": 1}), ("partial", 0, [], {"a": 2}), ("call", 1, [], {})])
@example(program=[("partial", "record", [], {"a": 1}), ("partial", 0, [], {}), ("change", 1, "a", 2)])
@example(program=[("partial", "record", [], {"a": 1}), ("partial", 0, [], {}), ("change", 0, "a", 2)])
@example(program=[("partial", "record", [], {}), ("partial", 0, [], {}), ("change", 1, "a", 2)])
@example(program=[("partial", "record", [], {"a": 1}), ("change", 0, "a", 2), ("call", 0, [], {})])
@example(program=[("partial", "record", [], {"a": 1}), ("change", 0, "a", 2), ("partial", 0, [], {})])
@example(program=[("partial", "record", [], {"a": None}), ("call", 0, [1], {}), ("call", 0, [True], {"b": None})])
@example(program=[("partial", "record", [], {}), ("call", 0, [1], {}), ("change", 0, "a", 2), ("call", 0, [1], {})])
@example(program=[("partial", "record", [], {"b": 1, "a": 2}), ("partial", 0, [], {"c": 3, "b": 4})])
@example(program=[("partial", "record", [], {}), ("call", 0, [1], {"self": 2, "func": 3})])
@example(program=[("partial", "record", [], {"self": 1, "func": 2, "args": 3}), ("call", 0, [], {"keywords": 4})])
@example(program=[("partial", "record", [1], {}), *[("partial", n, [n], {"a": n}) for n in range(20)]])
@example(program=[("partial", "record", list(range(40)), {}), ("call", 0, list(range(40)), {})])
@example(program=[("partial", "fails", [1], {"a": 2}), ("call", 0, [3], {}), ("call", 0, [], {"b": 2})])
@example(program=[("partial", "refuses", [1], {"a": 2}), ("call", 0, [3], {"b": 4})])
@example(program=[("partial", "again", [1], {"a": 2}), ("call", 0, [3], {"a": 4, "b": 5})])
@example(program=[("partial", "object", [1], {"a": 2}), ("call", 0, [3], {}), ("partial", 0, [4], {})])
@example(program=[("partial", "method", [1], {"a": 2}), ("call", 0, [3], {}), ("partial", 0, [4], {})])
@example(program=[("partial", "class", [1], {"a": 2}), ("call", 0, [3], {}), ("partial", 0, [4], {})])
def test_programs_do_what_they_do_with_functools(kata, solution, program):
    kinds = {"nested" if type(which) is int and step == "partial" else step for step, which, *_ in program}
    event(f"steps: {', '.join(sorted(kinds))}")
    expected = agreed(solution.run(probes.run_program, program), probes.run_program(functools, program))
    got = kata.run(probes.run_program, program)
    for what in ("calls", "partials"):
        for number, (one, other) in enumerate(zip(got[what], expected[what], strict=True)):
            assert same(one, other), f"{what[:-1]} {number} of {program} is {one}, expected {other}"


@settings(max_examples=30)
@given(args=argument_lists, keywords=keyword_dicts, more=argument_lists)
@example(args=[], keywords={}, more=[])
@example(args=[1], keywords={"a": 2}, more=[3])
def test_an_attribute_of_a_class_is_not_bound(kata, args, keywords, more):
    got = kata.run(probes.run_in_a_class, args, keywords, more)
    call = ["called with", [*args, *more], keywords]
    expected = {"Holder.attribute": call, "instance.attribute": call, "instance.attribute is p": True}
    for what, value in expected.items():
        assert same(got[what], value), f"p = partial(f, *{args}, **{keywords}): {what} gives {got[what]}, not {value}"


def test_arguments_stay_the_objects_that_they_are(kata):
    kept = kata.run(probes.run_with_objects)
    other = [what for what, same_objects in kept.items() if not same_objects]
    made = "p = partial(f, x, key=y); q = partial(p, z); r = partial(f, **names)"
    assert not other, f"{made}: not just the given objects are in {', '.join(other)}"


@settings(max_examples=20)
@given(args=argument_lists, keywords=keyword_dicts)
@example(args=[], keywords={})
@example(args=[1, "x"], keywords={"self": 2, "func": None, "key": "old"})
def test_pickled_with_any_protocol_it_comes_back(kata, args, keywords):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        got = kata.run(probes.pickle_and_load, args, keywords, protocol)
        expected = {
            "is a partial": True,
            "func is the same": True,
            "args after the first": tuple(args),
            "keywords": keywords,
            "called with args": (*args, "more"),
            "called with keywords": {**keywords, "key": "new"},
        }
        for what, value in expected.items():
            assert same(got[what], value), f"with protocol {protocol}: {what} is {got[what]}, expected {value}"


@settings(max_examples=40)
@given(function=st.sampled_from(list(probes.BUILTINS)), args=argument_lists, keywords=keyword_dicts)
@example(function="max", args=[1, "x"], keywords={"key": None})
@example(function="int", args=[], keywords={})
@example(function="max", args=[1], keywords={})
@example(function="max", args=["%s", "{}", "it's"], keywords={"b": "%d", "a": "{0}"})
@example(function="int", args=[], keywords={"b": "x", "a": "y"})
def test_the_repr_shows_function_arguments_and_keywords(kata, solution, function, args, keywords):
    given_values = [repr(each) for each in args] + [f"{key}={value!r}" for key, value in keywords.items()]
    end = f"partial({', '.join([repr(probes.BUILTINS[function]), *given_values])})"
    for trusted in (
        probes.repr_of(functools, function, args, keywords),
        solution.run(probes.repr_of, function, args, keywords),
    ):
        agreed(trusted[-len(end) :], end, "how a repr ends")
    got = kata.run(probes.repr_of, function, args, keywords)
    assert got.endswith(end), f"the repr is {got!r}, it must end with {end!r}"


def test_what_is_not_callable_and_the_partial_of_the_library_are_refused(kata):
    for func in (None, 0, 1, True, 0.5, "max", "", [], [1], (), {}, b"f"):
        for args, keywords in (([], {}), ([1], {}), ([], {"a": 1}), ([2], {"func": 3, "self": 4})):
            refuses(kata.run, probes.make, func, args, keywords, error=(TypeError, ValueError))
    for names in ([], ["func"], ["self"], ["func", "self"], ["a"]):
        refuses(kata.run, probes.make_without_position, names, error=(TypeError, ValueError))
    # The method counts, too: who hands the work to the library has not written it.
    found = kata.run(probes.library_partials)
    assert not found, f"functools.partial held the function {found[0]}; write partial yourself"
