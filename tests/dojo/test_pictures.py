"""Pictures: every worked example, a failing case of each kind, and that drawing never changes a verdict."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from dojo.answers import wrong_answers
from dojo.binding import InProcess, load_module
from dojo.catalogue import Catalogue
from dojo.errors import DojoError
from dojo.grading.counterexample import Effect
from dojo.grading.grader import Grader
from dojo.grading.reference import Reference
from dojo.grading.trial import Failure
from dojo.kata import library_is_there
from dojo.pictures import drawer
from dojo.pictures.case import Case, NotDrawable, example_case, number, why_not_drawable
from dojo.pictures.command import check_file, draw_example, draw_failure
from dojo.sandbox.box import Boxes
from tests.dojo.environments import ROOT

pytestmark = pytest.mark.once

CATALOGUE = Catalogue(ROOT)
DRAWN = [kata for kata in CATALOGUE.katas if drawer.has_pictures(kata)]
PNG = b"\x89PNG\r\n"
SEED = 1

WRONG = {
    "convex_hull": "points_on_edges_stay",
    "checkpoint_chain": "keeps_all",
    "bin_packing": "next_fit",
    "ring_all_reduce": "whole_array_in_every_message",
    "patch_merger": "plain_view",
    "scalar_engine": "assigns_instead_of_adding",
    "tiled_attention": "top_left_mask",
}
"""One wrong answer for each kind of picture."""


def needs(kata):
    pytest.importorskip("matplotlib")
    if not library_is_there(kata):
        pytest.skip(f"{kata.library} is not installed")


@pytest.mark.parametrize("kata", DRAWN, ids=lambda kata: kata.short_name)
def test_every_worked_example_is_drawn(kata):
    needs(kata)
    png = drawer.draw_example(Reference(kata))
    assert png.startswith(PNG)
    assert len(png) > 5_000


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_drawn_beside_what_is_expected(name, tmp_path):
    kata = CATALOGUE.find(name)
    needs(kata)
    answer = next(answer for answer in wrong_answers(kata) if answer.name == WRONG[name])
    path = tmp_path / "answer.py"
    path.write_text(answer.text, encoding="utf-8")
    reference, module = Reference(kata), drawer.drawers(kata)
    right = example_case(reference, *module.EXAMPLE)
    wrong = InProcess(load_module(path, "wrong_answer"))
    is_own = hasattr(wrong.module, right.name)
    result = (
        getattr(wrong, right.name)(**right.arguments)
        if is_own
        else wrong.run(getattr(reference.probes, right.name), *right.arguments.values())
    )
    case = Case(right.name, right.arguments, right.expected, Effect(result, None, {}), "it holds")
    png = drawer.drawn(kata, case, module)
    assert png.startswith(PNG)
    assert png != drawer.drawn(kata, right, module)


@pytest.mark.parametrize("content", ["def convex_hull(points):\n    return [(float('nan'), 1), 'x', None]\n"])
def test_a_check_draws_the_smallest_input_and_keeps_its_verdict(content, tmp_path, monkeypatch):
    kata = CATALOGUE.find("convex_hull")
    needs(kata)
    path = tmp_path / "wrong.png"
    with Grader(Boxes(isolation="process"), own=True) as grader:
        verdict = grader.grade(kata, content.encode(), seed=SEED, examples=5)
        line = draw_failure(grader, kata, verdict, str(path))
        assert line == f"Picture: {path}  (the hull is that of the definition)"
        assert path.read_bytes().startswith(PNG)
        monkeypatch.setitem(sys.modules, "matplotlib", None)
        assert "pip install" in draw_failure(grader, kata, verdict, str(path))
        monkeypatch.undo()

        def broken(*_):
            raise RuntimeError("two\nlines")

        monkeypatch.setattr("tests.geometry.pictures.convex_hull.convex_hull", broken)
        failed = draw_failure(grader, kata, verdict, str(path))
        assert failed == "No picture: drawing failed (RuntimeError: two lines)."
    assert verdict.outcome == "rejected"


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(DojoError, match="not installed") as caught:
        draw_example(CATALOGUE.find("convex_hull"), str(tmp_path / "hull.png"))
    assert "pip install" in caught.value.way_out
    assert not list(tmp_path.iterdir())


def test_a_kata_without_pictures_and_a_bad_file_are_told_in_a_line(tmp_path):
    pytest.importorskip("matplotlib")
    kata, other = CATALOGUE.find("merge_sorted_array"), CATALOGUE.find("convex_hull")
    with pytest.raises(DojoError, match="no pictures of arrays/merge_sorted_array"):
        draw_example(kata, str(tmp_path / "merge.png"))
    for bad, words in (
        ("hull.jpg", "'hull.jpg' does not end with .png"),
        (str(tmp_path / "no" / "a.png"), "no folder"),
    ):
        with pytest.raises(DojoError, match=words):
            check_file(bad, [other])
    with pytest.raises(DojoError, match="2 katas are checked"):
        check_file(str(tmp_path / "a.png"), [kata, other])
    check_file("", [kata, other])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (list(range(100_000)), "too much"),
        ({"a": [[[[[[[[[[[[[1]]]]]]]]]]]]]}, "too much"),
        (["x" * 100_000], "too long"),
        (np.zeros((3000, 3000)), "too large"),
        ([object()], "holds a object"),
        ([1, 2.5, "a", None, (True, {"b": np.ones(3)})], ""),
    ],
)
def test_what_is_not_plain_or_too_much_is_not_drawn(value, words):
    assert words in why_not_drawable(value)
    assert bool(words) == bool(why_not_drawable(value))


def test_only_finite_numbers_have_a_place():
    assert [number(each) for each in (3, -0.5, True, "3", math.nan, math.inf, 10**400)] == [3.0, -0.5, *[None] * 5]


def test_a_property_without_a_call_has_no_picture():
    reference = Reference(CATALOGUE.find("convex_hull"))
    with pytest.raises(NotDrawable):
        drawer.failing_case(reference, Failure(AssertionError(), [], ""), "it holds")
