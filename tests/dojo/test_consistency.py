"""What an answer remembers: earlier inputs, earlier results, arguments that it kept."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from dojo.answers import wrong_answers
from dojo.catalogue import Catalogue
from dojo.grading.consistency import alike
from dojo.grading.grader import Grader
from dojo.sandbox.box import Boxes

ROOT = Path(__file__).parents[2]
EPS = Catalogue(ROOT).find("geometry/eps_compare")


@pytest.fixture(scope="module")
def grader():
    with Grader(Boxes(isolation="process")) as grader:
        yield grader


def messages(verdict):
    return [each.message for each in verdict.rejections]


def test_an_answer_that_is_right_the_first_time_only_is_rejected_with_the_input_that_came_before(grader):
    text = EPS.solution.read_text(encoding="utf-8") + (
        "\nseen = set()\nplain = sgn\n\ndef sgn(x, eps=EPS):\n    result = plain(x, eps)\n"
        "    if (x, eps) in seen and len(seen) > 2:\n        return -result or 1\n    seen.add((x, eps))\n"
        "    return result\n"
    )
    verdict = grader.grade(EPS, text.encode(), seed=1)
    assert verdict.outcome == "rejected"
    assert any("called again with an earlier input" in message for message in messages(verdict)), messages(verdict)
    assert all(each.counterexample for each in verdict.rejections)


def test_a_cache_keyed_by_equality_is_seen(grader):
    text = EPS.solution.read_text(encoding="utf-8") + "\nimport functools\nsgn = functools.lru_cache(sgn)\n"
    assert grader.grade(EPS, text.encode(), seed=1).outcome == "accepted", "a cache that is right is no fault"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("    room = ROOM.setdefault(out.shape, out)\n    return room.copy_(out), lse\n", "changed by a later call"),
        ("    return (v if out.shape == v.shape and torch.equal(out, v) else out), lse\n", "shares memory with"),
    ],
    ids=["a workspace", "an argument itself"],
)
def test_results_belong_to_the_caller(grader, change, said):
    pytest.importorskip("torch")
    kata = Catalogue(ROOT).find("attention/tiled_attention")
    text = kata.solution.read_text(encoding="utf-8") + (
        "\nROOM = {}\nplain = flash_forward\n\ndef flash_forward(q, k, v, **options):\n"
        f"    out, lse = plain(q, k, v, **options)\n{change}"
    )
    verdict = grader.grade(kata, text.encode(), seed=1, brief=True)
    assert verdict.outcome == "rejected"
    assert any(said in message for message in messages(verdict)), messages(verdict)


def test_rounding_is_no_memory():
    assert alike({"a": (1.0, float("nan"))}, {"a": (1.0 + 1e-12, float("nan"))})
    assert not alike([1.0, 1], [1.0, True])
    assert not alike(float("inf"), 1e308)


def test_what_an_answer_changes_is_as_before_for_the_next_one():
    # Examples and constants of a test file are the same objects for all answers that one process judges.
    kata = Catalogue(ROOT).find("nn/cross_entropy")
    wrong = next(answer for answer in wrong_answers(kata) if answer.name == "logits_overwritten")
    properties = importlib.import_module("tests.nn.test_cross_entropy")
    shared = {name: value.copy() for name, value in vars(properties).items() if isinstance(value, np.ndarray)}
    assert shared
    with Grader(Boxes(isolation="process")) as grader:
        for seed in range(2):
            verdict = grader.grade(kata, wrong.text.encode(), seed=seed)
            assert wrong.caught_by in [rejected.name for rejected in verdict.rejections]
    for name, value in shared.items():
        np.testing.assert_array_equal(getattr(properties, name), value, err_msg=name)
