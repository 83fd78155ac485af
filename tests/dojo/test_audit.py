"""The audit's rules: each breaks a copy of a kata in one way, and sees the message."""

from __future__ import annotations

import contextlib

import pytest
from rich.console import Console

from dojo.audit import Audit, completeness
from dojo.audit.programs import Programs
from dojo.audit.readme import check_table
from dojo.errors import KataFormatError
from dojo.grading.batch import Batch
from dojo.grading.verdict import Counterexample, PropertyVerdict
from dojo.kata import Kata
from tests.dojo.copied import ROOT, copy

__all__ = ["copy"]
pytestmark = pytest.mark.once

WRONG = """
[rounds_down]
why = "rounds down"
caught_by = "test_parts_are_those_of_exact_fractions"
replace = "-(-whole // shares)"
with = "whole // shares"
"""


def said_of(copy):
    """What the rules on the files say, as one text."""
    found = []
    with contextlib.suppress(KataFormatError):  # without a header there is no catalogue
        found += [*completeness.check_repository(copy.catalogue), *check_table(copy.catalogue, write=False)]
    found += completeness.check_kata(copy.catalogue, copy.kata, write=False)
    return "\n".join(f"{each.where}: {each.what}" for each in found)


def judged(copy, *, seeds=1, **options):
    """What is said about the kept answers, and the audit."""
    run = Audit(copy.catalogue, Console(quiet=True), Batch(1, "process", brief=True), seeds=seeds, **options)
    return "\n".join(each.what for each in run.findings([copy.kata], whole=False)), run


def only(copy, entry=WRONG):
    """Keep one wrong answer, so that little is judged."""
    copy.kata.wrong_edits.write_text(entry, encoding="utf-8")
    for path in sorted(copy.kata.right_files.glob("*.py"))[1:]:
        path.unlink()


def test_a_sound_copy_is_silent(copy):
    assert said_of(copy) == ""


FILES = [
    ("solution", "Level: 1", "Level: 9", "Level is '9'"),
    ("solution", "Time: O(1)\n", "", "no field Time"),
    ("solution", "Time: O(1)\n", "Colour: red\nTime: O(1)\n", "unknown field 'Colour'"),
    ("solution", "Needs: -", "Needs: memory/no_such", "Needs names 'memory/no_such', which is no kata"),
    ("solution", "# hint: Multiply first", "# TODO: Multiply first", "still to be written: # TODO"),
    ("solution", "# hint: Multiply first", "# Multiply first", "the solution has 2 hints; write 3 or 4"),
    (
        "solution",
        '["total"]\n        112000000000',
        '["total"]\n        1',
        "an example in the docstring of model_states is",
    ),
    ("solution", ">>> ", "example: ", "the docstring of model_states has no example that runs"),
    ("solution", "stage: int = 0", "stage: int = 1", "the fixed signature"),
    ("solution", "\n\ndef model_states(", "\n\nimport no_such_module\n\n\ndef model_states(", "can't be imported"),
    (
        "solution",
        "\n\ndef model_states(",
        "\n\ndef more():\n    return 1\n\n\ndef model_states(",
        "more has no docstring",
    ),
    (
        "solution",
        "\n\ndef model_states(",
        "\n\ndef more():\n    return 1\n\n\ndef model_states(",
        "not among the fixed",
    ),
    ("stub", "raise NotImplementedError", "return {}", "is not the stub that the solution gives"),
    ("properties", "def test_", "def tested_", "holds no test function"),
    ("properties", '"""Properties of', 'import no_such_module\n"""Properties of', "its properties can't be imported"),
    ("wrong_edits", 'caught_by = "test_parts_are', 'caught_by = "test_nothing_is', "is caught_by 'test_nothing_is"),
    ("wrong_edits", "replace = 'states", "replace = 'no such code", "stands 0 times in the solution"),
    ("wrong_edits", "why = ", "because = ", "has the keys because"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), FILES)
def test_files_are_complete_and_of_the_known_form(copy, file, old, new, message):
    copy.edit(getattr(copy.kata, file), old, new)
    assert message in said_of(copy)


def test_a_stub_that_is_missing_is_told(copy):
    copy.kata.stub.unlink()
    assert "is missing; `dojo audit --write` derives it" in said_of(copy)


def test_two_properties_are_too_few(copy):
    text = copy.kata.properties.read_text(encoding="utf-8")
    first, *rest = text.split("def test_")
    text = first + "def test_" + rest[0] + "".join(f"def _unused_{each}" for each in rest[1:])
    copy.kata.properties.write_text(text, encoding="utf-8")
    assert "has 1 properties; write 3 to 6" in said_of(copy)


def test_few_answers_are_too_few(copy):
    only(copy)
    said = said_of(copy)
    assert "has 1 wrong answers; keep at least 8" in said
    assert "has 1 right answers; keep at least 3" in said


def test_a_kept_file_says_what_it_is(copy):
    next(copy.kata.right_files.glob("*.py")).write_text("x = 1\n", encoding="utf-8")
    assert "has no docstring" in said_of(copy)
    copy.kata.wrong_files.mkdir(parents=True)
    (copy.kata.wrong_files / "other.py").write_text('"""Wrong."""\n', encoding="utf-8")
    assert "does not name its property" in said_of(copy)


def test_a_file_still_called_todo_is_told(copy):
    path = next(copy.kata.right_files.glob("*.py"))
    path.rename(path.with_name("todo_another.py"))
    assert "still has the name that `dojo new` gave it" in said_of(copy)


def test_a_kata_without_fixed_signatures_is_told(copy):
    copy.kata.signatures.write_text("", encoding="utf-8")
    assert "is not in tests/signatures/" in said_of(copy)


def test_strays_topics_and_circles_are_told(copy):
    (copy.root / "tests" / copy.kata.topic / "notes.txt").write_text("", encoding="utf-8")
    (copy.root / "katas" / copy.kata.topic / "__init__.py").write_text("", encoding="utf-8")
    copy.edit(copy.kata.solution, "Needs: -", f"Needs: {copy.kata.name}")
    said = said_of(copy)
    assert "notes.txt: belongs to no kata" in said
    assert "does not say what the topic is about" in said
    assert f"Needs goes in a circle: {copy.kata.name} -> {copy.kata.name}" in said


def test_the_table_of_the_readme_is_current(copy):
    readme = copy.root / "README.md"
    copy.edit(readme, "●", "○")
    assert "its table of katas is not current" in said_of(copy)
    readme.write_text("", encoding="utf-8")
    assert "has no place for the table of katas" in said_of(copy)


def test_answers_that_are_as_they_should_be_are_counted(copy):
    only(copy)
    said, run = judged(copy, seeds=2)
    tally = run.tallies[copy.kata.name]
    assert "expected" not in said
    assert (tally.properties, tally.wrong_killed, tally.wrong_kept) == (4, 1, 1)
    assert (tally.right_accepted, tally.right_kept, tally.mutants_survived) == (2, 2, None)
    assert tally.seconds is not None


def test_a_wrong_answer_that_survives_is_told_with_its_seeds(copy):
    only(copy, WRONG.replace('with = "whole // shares"', 'with = "(whole + shares - 1) // shares"'))
    said, run = judged(copy, seeds=2)
    assert "the wrong answer rounds_down is accepted, expected rejected (with each of 2 seeds): rounds down" in said
    assert run.tallies[copy.kata.name].wrong_killed == 0


def test_a_wrong_answer_that_does_not_load_is_told(copy):
    only(copy, WRONG.replace('with = "whole // shares"', 'with = "whole //"'))
    assert "the wrong answer rounds_down does not even load (seed 0)" in judged(copy)[0]


def test_a_wrong_answer_that_another_property_rejects_is_told(copy):
    copy.edit(copy.kata.properties, "def test_parts_are", "def test_other_parts_are")
    only(copy, WRONG.replace("test_parts_are", "test_shares_hold").replace("of_exact_fractions", "of_nothing"))
    assert "the wrong answer rounds_down is rejected by test_" in judged(copy)[0]


def test_a_right_answer_and_a_solution_that_are_rejected_are_told(copy):
    only(copy)
    text = copy.kata.properties.read_text(encoding="utf-8")
    copy.kata.properties.write_text(text + "\n\ndef test_nothing_holds(kata):\n    assert False\n", encoding="utf-8")
    said, run = judged(copy)
    assert "the solution is rejected, expected accepted (seed 0): nothing holds" in said
    assert "the right answer" in said
    assert "the stub is rejected, expected not attempted" in said
    assert run.tallies[copy.kata.name].right_accepted == 0


def test_a_program_that_does_not_run_is_told():
    kata = Kata(ROOT, "memory", "model_states")
    found = Counterexample("x = 1", "1", "2", "1 / 0")
    verdict = PropertyVerdict("test_something", "rejected", "", found)
    said = [each.what for each in Programs().check(kata, kata.solution.read_bytes(), verdict)]
    assert len(said) == 2
    assert "the program of test_something ends with ZeroDivisionError" in said[0]
