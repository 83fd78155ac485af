"""Answers of every kind get the outcome that they deserve, with a counterexample that a person can use."""

from __future__ import annotations

import dataclasses
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dojo.answers import right_answers, wrong_answers
from dojo.catalogue import Catalogue
from dojo.grading.grader import Grader
from dojo.sandbox.box import Boxes
from dojo.sandbox.limits import DEFAULT_LIMITS

ROOT = Path(__file__).parents[2]
KATA = Catalogue(ROOT).find("arrays/merge_sorted_array")
SOLUTION = KATA.solution.read_text(encoding="utf-8")
SHORT = dataclasses.replace(DEFAULT_LIMITS, call=0.5, later_call=0.2, overruns=15, patience=6.0)


@pytest.fixture(scope="module")
def grader():
    with Grader(Boxes(SHORT, isolation="process")) as grader:
        yield grader


def grade(grader: Grader, body: str, **keywords):
    """Judge an answer whose merge has this body."""
    lines = "\n".join("    " + line for line in body.splitlines())
    return grader.grade(KATA, f"def merge(nums1, m, nums2, n):\n{lines}\n".encode(), submission="answer.py", **keywords)


def test_the_solution_is_accepted_and_the_stub_is_not_attempted(grader):
    accepted = grader.grade(KATA, SOLUTION.encode())
    assert accepted.outcome == "accepted"
    assert accepted.score == 1.0
    assert all(each.examples for each in accepted.properties)
    stub = grader.grade(KATA, KATA.stub.read_bytes())
    assert stub.outcome == "not_attempted"
    assert stub.score == 0.0


def test_a_verdict_can_be_repeated_by_its_seed(grader):
    wrong = wrong_answers(KATA)[0].text.encode()
    first = grader.grade(KATA, wrong, seed=7)
    second = grader.grade(KATA, wrong, seed=7)
    without_time = [
        [dataclasses.replace(each, seconds=0.0) for each in verdict.properties] for verdict in (first, second)
    ]
    assert without_time[0] == without_time[1]
    assert (first.seed, first.sha256) == (7, second.sha256)


@pytest.mark.parametrize("answer", wrong_answers(KATA), ids=lambda answer: answer.name)
def test_counterexamples_of_a_plain_kata_are_minimal(grader, answer):
    verdict = grader.grade(KATA, answer.text.encode())
    assert verdict.outcome == "rejected"
    generated = [each for each in verdict.rejections if each.counterexample and "needs_no_second_list" not in each.name]
    for each in generated:
        values = (
            each.counterexample.input.count(",")
            + each.counterexample.input.count("[")
            - each.counterexample.input.count("[]")
        )
        if each.name.startswith("test_merges") and fails_on_three_values(answer.text):
            assert values <= 3 + 1, each.counterexample.input  # three values, and a slot to merge into


def fails_on_three_values(text: str) -> bool:
    """Whether a kept answer merges some two lists wrongly that have three values at most: some need many more."""
    names: dict = {}
    exec(text, names)  # noqa: S102  # it is kept in this repository
    small = [sorted(values) for size in range(4) for values in itertools.product((-1, 0, 1), repeat=size)]
    for one, other in itertools.product(small, small):
        room = one + [0] * len(other)
        if len(room) <= 3:
            try:
                names["merge"](room, len(one), list(other), len(other))
            except Exception:
                return True
            if room != sorted(one + other):
                return True
    return False


def test_the_code_of_a_counterexample_runs_without_the_dojo(grader, tmp_path):
    wrong = wrong_answers(KATA)[0].text
    verdict = grader.grade(KATA, wrong.encode())
    found = verdict.rejections[0].counterexample
    package = tmp_path / "katas" / "arrays"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()  # the installed package's own katas may be on the path as well
    (package / "merge_sorted_array.py").write_text(wrong, encoding="utf-8")
    assert found.got == f"nums1 = {run(found.code, tmp_path)}"
    (package / "merge_sorted_array.py").write_text(SOLUTION, encoding="utf-8")
    assert found.expected == f"nums1 = {run(found.code, tmp_path)}"


def run(code: str, folder: Path) -> str:
    """What plain Python prints, without the dojo on its path."""
    program = f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("answer", right_answers(KATA), ids=lambda answer: answer.name)
def test_right_answers_are_accepted(grader, answer):
    assert grader.grade(KATA, answer.text.encode()).outcome == "accepted"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"def merge(nums1, m, nums2, n)\n    pass\n", "SyntaxError: expected ':' (answer.py, line 1)"),
        (b"def merge(a, b): pass\n", "must be callable as merge(nums1, m, nums2, n)"),
        (b"def merge(a, m, b, n, *, key): pass\n", "must be callable as merge(nums1, m, nums2, n)"),
        (b"merge = 3\n", "merge is not callable"),
        (b"", "merge is missing"),
        (b"1 / 0\n", "ZeroDivisionError: division by zero"),
        (b"import sys; sys.exit(0)\n", "SystemExit: 0"),
        (b"import os; os._exit(0)\n", "the process ended"),
        (b"while True: pass\n", "no answer within 0.5 s"),
        (b"def merge(\xff): pass\n", "not UTF-8: byte 0xff at position 10"),
        (b"def merge(a, m, b, n): pass\n\0", "NUL byte at position 28"),
        (b"#" * (1 << 21), "2,097,152 bytes"),
        (b"import numpy_that_is_not_there\n", "ModuleNotFoundError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_load_is_rejected_with_a_clear_message(grader, text, said):
    verdict = grader.grade(KATA, text, submission="answer.py")
    assert verdict.outcome == "rejected"
    assert said in verdict.properties[0].message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("while True: pass", "no answer within 0.5 s"),
        ("import os; os._exit(0)", "the process ended"),
        ("import os; os.kill(os.getpid(), 9)", "the process ended"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise AssertionError('mine')", "AssertionError: mine"),
        ("return object()", "the result is a value of type builtins.object"),
        ("nums1[:] = [lambda: 0] * (m + n)", "argument 0 afterwards is a value of type builtins.function"),
        ("nums1[:] = sorted(nums1[:m] + nums2); nums1.append(nums1)", "nested deeper"),
        ("return (each for each in nums1)", "builtins.generator"),
        ("def down(): return down()\nreturn down()", "RecursionError"),
        ("class Mine(Exception): pass\nraise Mine('text')", "Mine: text"),
    ],
    ids=lambda value: value[:40],
)
def test_what_an_answer_does_instead_of_answering_is_rejected(grader, body, said):
    verdict = grade(grader, body)
    assert verdict.outcome == "rejected"
    assert any(said in each.message for each in verdict.rejections), [each.message for each in verdict.rejections]


def test_an_endless_loop_is_killed_soon_and_its_input_shown(grader):
    verdict = grade(grader, "while nums2: pass")
    found = verdict.rejections[0].counterexample
    assert found.input.count(",") + found.input.count("[") - found.input.count("[]") <= 4, found.input
    assert found.got == "no answer within 0.5 s"
    assert found.expected in ("None is returned, no argument is changed", "nums1 = [0]")


def test_a_flood_of_output_is_cut_and_shown_as_the_answers_own(grader):
    verdict = grade(grader, "for _ in range(20_000): print('5 passed')")
    assert verdict.outcome == "rejected"
    printed = verdict.rejections[0].counterexample.printed
    assert printed.startswith("5 passed\n5 passed")
    assert len(printed) <= DEFAULT_LIMITS.output


def test_printing_does_not_disturb_a_right_answer(grader):
    noisy = SOLUTION.replace(
        "    if m < 0", "    print('merging', m, n)\n    import sys; sys.stderr.write('x')\n    if m < 0"
    )
    assert grader.grade(KATA, noisy.encode()).outcome == "accepted"


def test_the_traceback_is_the_answers_own(grader):
    verdict = grade(grader, "x = 1\nreturn nums1[m + n]")
    found = verdict.rejections[0].counterexample
    assert 'File "answer.py", line 3, in merge' in found.traceback
    assert "dojo" not in found.traceback
    assert found.got.startswith("IndexError: list index out of range")


def test_not_implemented_after_some_calls_is_no_excuse(grader):
    later = SOLUTION.replace("    if m < 0", "    if n > 1: raise NotImplementedError\n    if m < 0")
    assert grader.grade(KATA, later.encode()).outcome == "rejected"
    first_only = "calls = []\n" + SOLUTION.replace(
        "    if m < 0", "    calls.append(0)\n    if len(calls) < 3: raise NotImplementedError\n    if m < 0"
    )
    assert grader.grade(KATA, first_only.encode()).outcome == "rejected"


def test_a_wrong_answer_that_turns_right_when_it_is_asked_again_stays_rejected(grader):
    body = "global told\nif nums2 and not told:\n    told = True\n    return\n"
    text = "told = False\n" + SOLUTION.replace(
        "    if m < 0", "".join(f"    {line}\n" for line in body.splitlines()) + "    if m < 0"
    )
    verdict = grader.grade(KATA, text.encode())
    assert verdict.outcome == "rejected"
    assert verdict.rejections[0].counterexample is not None


def test_errors_of_the_answer_are_raised_as_themselves(grader):
    custom = SOLUTION.replace("raise ValueError(", "raise Mine(") + "\nclass Mine(ValueError): pass\n"
    assert grader.grade(KATA, custom.encode()).outcome == "accepted"
    lookup = SOLUTION.replace("raise ValueError(", "raise KeyError(")
    verdict = grader.grade(KATA, lookup.encode())
    assert [each.name for each in verdict.rejections] == ["test_sizes_that_do_not_fit_are_refused"]


def test_a_true_is_not_a_one(grader):
    booleans = SOLUTION + "\n\ninner = merge\ndef merge(nums1, m, nums2, n):\n    inner(nums1, m, nums2, n)\n"
    booleans += "    nums1[:] = [True if value == 1 else value for value in nums1]\n"
    assert grader.grade(KATA, booleans.encode()).outcome == "rejected"


def test_nothing_is_left_running():
    before = children()
    with Grader(Boxes(SHORT, isolation="process")) as other:
        answer = (
            b"import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n" + SOLUTION.encode()
        )
        assert other.grade(KATA, answer).outcome == "accepted"
        box = other._boxes["plain"]  # noqa: SLF001
        worker = box.worker()
        pids = [pid for pid in children() if pid not in before]
        assert len(pids) == 3, "a zygote, a worker, and the next one, which waits"
    worker.forget()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def children() -> list[int]:
    """Process numbers of our descendants."""
    psutil = pytest.importorskip("psutil")
    ours = psutil.Process(os.getpid()).children(recursive=True)
    return [each.pid for each in ours if "dojo.sandbox.zygote" in " ".join(each.cmdline())]


def test_a_zygote_that_is_killed_is_replaced_and_the_next_answer_is_judged():
    with Grader(Boxes(SHORT, isolation="process")) as grader:
        assert grader.grade(KATA, SOLUTION.encode()).outcome == "accepted"
        box = grader._boxes["plain"]  # noqa: SLF001
        box._zygote.kill()  # noqa: SLF001
        box._zygote.wait()  # noqa: SLF001
        assert grader.grade(KATA, SOLUTION.encode()).outcome == "accepted"


def test_a_half_solved_stub_is_shown_an_input_that_still_reaches_its_last_line(grader):
    verdict = grade(grader, "if n == 0:\n    return None\nraise NotImplementedError")
    assert verdict.outcome == "rejected"
    for each in verdict.rejections:
        if "not finished" in each.message:
            assert each.counterexample.got.startswith("NotImplementedError")
            assert "n = 0" not in each.counterexample.input
            break
    else:
        pytest.fail(f"nothing says that it is not finished: {[each.message for each in verdict.rejections]}")
