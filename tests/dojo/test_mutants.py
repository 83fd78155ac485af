"""Mutants: what each operator changes, what it leaves alone, and what is said of survivors."""

from __future__ import annotations

import pytest

from dojo.audit.cache import Cache
from dojo.audit.completeness import files_of
from dojo.audit.matrix import Answer, KataMatrix, Kill, Matrix, markdown
from dojo.audit.mutants import mutants
from dojo.errors import DojoError
from tests.dojo.copied import copy
from tests.dojo.test_audit import judged, only

__all__ = ["copy"]
pytestmark = pytest.mark.once


def changed(source):
    """The lines that the mutants of a function's body have in place of its own."""
    text = "def f(a, b, *more):\n" + "".join(f"    {line}\n" for line in source.splitlines())
    added = [line[1:].strip() for mutant in mutants(text) for line in mutant.diff.splitlines() if line[0] == "+"]
    return set(added)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("return a <= b", {"return a < b", "return a > b"}),
        ("return a not in b", {"return a in b"}),
        ("return (a) - (b)", {"return (a) + (b)"}),
        ("a @= b\nreturn a", {"a *= b", "pass"}),
        ("return a[0]", {"return a[1]", "return a[(-1)]"}),
        ("return 1.5 * a", {"return 3.0 * a", "return 0.75 * a", "return 1.5 + a"}),
        ("return a[b:more]", {"return a[b + 1:more]", "return a[b:more - 1]"}),
        ("return range(a + b)", {"return range((a + b) - 1)", "return range(a - b)"}),
        ("return not a", {"return a"}),
        ("return -a", {"return a"}),
        ("return a and b == 1", {"return a or b == 1", "return a", "return b == 1", "return a and b != 1"}),
        ("return b if a(b) else a", {"return b if not a(b) else a", "return b if True else a"}),
        ("while a.more():\n    break", {"while not a.more():", "while False:", "pass"}),
        ("return [x for x in a if x.odd]", {"return [x for x in a if not x.odd]", "return [x for x in a if True]"}),
        ("a.append(b)\nreturn a", {"pass"}),
        ("if a:\n    return b\nreturn a", {"if not a:", "if True:", "if False:", "pass"}),
        ("return a.dot(a, b)", {"return a.dot(b, a)"}),
        ("raise ValueError('1 < 2' + a)", {"raise RuntimeError('1 < 2' + a)", "pass"}),
        ("try:\n    a()\nexcept KeyError:\n    b()", {"except RuntimeError:"}),
        ("return min(a, b)", {"return max(a, b)"}),
        ("return a.argmax(dim=-1)", {"return a.argmin(dim=-1)", "return a.argmax(dim=0)", "return a.argmax()"}),
        ("return a.sum(1, dtype=b.float64)", {"return a.sum(1)", "return a.sum(1, dtype=b.float32)"}),
        ("return a.detach()", {"return a"}),
        ("with a:\n    b()", {"if True:"}),
    ],
)  # fmt: skip
def test_small_changes(source, wanted):
    assert wanted <= changed(source)


def test_what_no_property_may_depend_on_is_left_alone():
    source = '"""Adds 1 + 2."""\nx: int | None = a\nassert x, f"{a + 1} is {b - 1}"\nreturn x'
    assert changed(source) == set()


def test_hints_between_operands_are_no_operators():
    assert changed("return (a\n  # hint: is a < b?\n  + b)") == {"- b)"}


def test_mutants_of_one_meaning_are_made_once():
    found = mutants("def f(a):\n    return not (a < 1)\n")
    assert len({mutant.meaning for mutant in found}) == len(found)
    assert len({mutant.name for mutant in found}) == len(found)


LISTED = """
[unused]
why = "it is multiplied by 0"
replace = "1 + stage * 0"
with = ["2 + stage * 0", "0 + stage * 0"]

[rounded_down_is_the_same]
why = "a reader would believe it"
replace = "-(-whole // shares)"
with = "-(whole // shares)"

[gone]
why = "it was"
replace = "no such code"
with = "x"

[never]
why = "no operator"
replace = "states = {}"
with = "states = dict(())"
"""


def test_a_survivor_is_told_with_its_diff_and_can_be_listed(copy, tmp_path):
    only(copy)
    cache = Cache(tmp_path / "cache")
    copy.edit(copy.kata.solution, "    states = {}\n", "    states = {}\n    unused = 1 + stage * 0\n")
    copy.edit(copy.kata.solution, "states.values())}\n", "states.values()) + 0 * unused}\n")
    copy.renew()
    said, run = judged(copy, with_mutants=True, cache=cache)
    tally = run.tallies[copy.kata.name]
    assert "survives (seed 0):\n    -    unused = 1 + stage * 0\n    +    unused = 2 + stage * 0" in said
    assert tally.mutants_survived == said.count("survives")
    assert tally.mutants_killed > 30
    copy.kata.equivalents.write_text(LISTED, encoding="utf-8")
    said, run = judged(copy, with_mutants=True, cache=cache)
    cache.close()
    assert run.judge.judged == 0
    assert run.tallies[copy.kata.name].mutants_equivalent == 2
    assert "unused = 2" not in said
    assert "the equivalent mutant rounded_down_is_the_same is rejected by test_" in said
    assert "it is listed since: a reader would believe it" in said
    assert "the equivalent mutant gone does not arise any more: the code 'no such code' stands 0 times" in said
    assert "the equivalent mutant never does not arise any more: no operator makes this change" in said


@pytest.mark.parametrize(
    ("text", "message"), [("[x]\nwhy = 'y'\n", "has the keys why"), ("[x", "is not TOML"), ("x = 1\n", "has the keys")]
)
def test_a_list_of_another_form_is_told(copy, text, message):
    only(copy)
    copy.kata.equivalents.write_text(text, encoding="utf-8")
    assert copy.kata.equivalents in files_of(copy.kata)
    said, _ = judged(copy, with_mutants=True)
    assert message in said


def test_the_matrix_names_what_kills_nothing_alone(tmp_path):
    first, second = Kill("test_one", 3, "x = [1, 2]", "got 1"), Kill("test_two", 1, "x = [1]", "got 2")
    matrix = KataMatrix("a/kata", ["test_one", "test_two"])
    matrix.wrong += [Answer("both", "wrong | twice", (first, second)), Answer("one", "wrong", (first,))]
    matrix.mutants += [Answer("2 comparison", "it can't be seen", (), "-a\n+b")]
    assert matrix.idle() == ["test_two"]
    text = "\n".join(markdown([matrix]))
    assert "1. `test_one` rejects 2 wrong answers, 1 alone and 0 mutants, 0 alone" in text
    assert "| both: wrong \\| twice | ● | ● | 1 | `x = [1]` |" in text
    path = tmp_path / "matrix.md"
    Matrix(path).write([matrix], ["a/kata"])
    Matrix(path).write([KataMatrix("a/other", ["test_one"])], ["a/kata", "a/other"])
    assert "## a/kata" in path.read_text(encoding="utf-8")
    Matrix(path).write([], ["a/other"])
    assert "## a/kata" not in path.read_text(encoding="utf-8")
    path.with_suffix(".json").write_text("{}", encoding="utf-8")
    with pytest.raises(DojoError, match="is no kill matrix"):
        Matrix(path)
    with pytest.raises(DojoError, match="no name of a Markdown file"):
        Matrix(tmp_path / "matrix.txt")


def test_the_matrix_of_a_kata_asks_every_property(copy):
    only(copy)
    _, run = judged(copy, with_matrix=True)
    matrix = run.matrices[copy.kata.name]
    assert len(matrix.wrong) == 1
    assert len(matrix.wrong[0].kills) > 1
    assert all(kill.input for kill in matrix.wrong[0].kills)
    assert run.tallies[copy.kata.name].largest_input is not None
