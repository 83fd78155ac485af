"""``dojo bench``: what is compared, how times are taken (with a clock of our own), and what is shown."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from dojo.bench import contenders, growth, picture, process, table
from dojo.bench.environment import plain_environment
from dojo.bench.growth import Growth, Line, Verdict
from dojo.bench.latency import Row
from dojo.bench.latency import render as render_latency
from dojo.bench.timing import Clock, Race, Sample, slope
from dojo.bench.workload import REFERENCE, YOURS, Bar, Contender, Workload
from dojo.binding import load_module
from dojo.catalogue import Catalogue
from dojo.errors import DojoError, GraderFault, MissingLibraryError
from dojo.hints import without_hints
from dojo.kata import Kata, library_is_there
from dojo.stub import derive

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue(ROOT)
COVERED = [kata for kata in CATALOGUE.katas if kata.name in contenders.covered()]
MERGE = "arrays/merge_sorted_array"


class Hours:
    """A clock that work moves on: nothing here depends on how fast the machine is."""

    def __init__(self):
        self.now = 0.0
        self.clock = Clock(lambda: self.now, lambda: self.now)

    def works(self, cost, ran=None, name=""):
        """An entrant whose call of size n costs ``cost(n)`` seconds."""

        def prepare(n):
            def call():
                self.now += cost(n)
                if ran is not None:
                    ran.append((name, n))

            return call

        return prepare


def test_the_slope_is_the_exponent():
    assert slope([(10, 3.0), (100, 3_000.0), (1_000, 3_000_000.0)]) == 3.0
    assert slope([(10, 1.0), (100, 1.0)]) == 0.0
    assert slope([(10, 1.0)]) is None
    assert slope([(10, 1.0), (100, 0.0)]) is None  # a clock that stood still


def test_all_take_turns_and_the_median_is_exact():
    hours, ran = Hours(), []
    entrants = {name: hours.works(lambda n: 0.1 * n, ran, name) for name in "ab"}
    lanes = Race(entrants, repeats=3, budget=1e6, clock=hours.clock).run([1, 2], lambda n: n)
    assert [name for name, n in ran if n == 2] == ["a", "b", "a", "b", "b", "a", "a", "b"]  # a first call, three rounds
    for lane in lanes.values():
        assert [(each.n, each.rounds, each.calls) for each in lane.samples] == [(1, 3, 1), (2, 3, 1)]
        assert [each.wall for each in lane.samples] == pytest.approx([0.1, 0.2])
        assert not lane.note


def test_short_calls_are_made_many_times_each_on_an_input_of_its_own():
    hours, made = Hours(), []

    def prepare(n):
        given = [0] * n
        made.append(given)

        def call():
            assert given == [0] * n, "this input was used before"
            given[0] = 1
            hours.now += 1e-5

        return call

    lanes = Race({"a": prepare}, repeats=2, budget=1e6, clock=hours.clock).run([4], lambda n: n)
    (sample,) = lanes["a"].samples
    assert sample.wall == pytest.approx(1e-5)
    assert sample.calls > 100
    assert len(made) == 2 + 2 * sample.calls


def test_who_would_take_longer_than_the_budget_is_left_out_with_a_note():
    hours = Hours()
    entrants = {"quadratic": hours.works(lambda n: 1e-6 * n * n), "linear": hours.works(lambda n: 1e-6 * n)}
    lanes = Race(entrants, repeats=2, budget=60.0, clock=hours.clock).run([100, 1_000, 10_000, 100_000], lambda n: n)
    assert [each.n for each in lanes["quadratic"].samples] == [100, 1_000]
    assert "10,000 would take about 1e+02 s" in lanes["quadratic"].note
    assert [each.n for each in lanes["linear"].samples] == [100, 1_000, 10_000, 100_000]
    assert hours.now < 60.0


def test_who_raises_is_noted_and_the_others_go_on():
    hours = Hours()

    def prepare(n):
        def call():
            hours.now += 1.0
            if n > 1:
                raise ValueError("too many")

        return call

    entrants = {"bad": prepare, "good": hours.works(lambda _n: 1.0)}
    lanes = Race(entrants, repeats=1, budget=1e6, clock=hours.clock).run([1, 2, 3], lambda n: n)
    assert [each.n for each in lanes["bad"].samples] == [1]
    assert lanes["bad"].note == "n = 2 raised ValueError: too many"
    assert len(lanes["good"].samples) == 3


CASES = [
    pytest.param(kata, workload, id=f"{kata.name}-{workload.name}")
    for kata in COVERED
    for workload in contenders.of(kata.topic)[kata.short_name]
]


@pytest.mark.parametrize(("kata", "workload"), CASES)
def test_all_contenders_do_the_same_work(kata, workload):
    if not library_is_there(kata):
        pytest.skip(f"{kata.name} needs {kata.library}")
    module = load_module(kata.solution, f"solutions.{kata.topic}.{kata.short_name}")
    there = [other for other in workload.others if not other.missing]
    for n in (3, 64):
        reference = workload.own(module, workload.data(n))()
        for other in there:
            result = other.prepare(workload.data(n))()
            assert workload.same(result, reference), f"{other.name} at n = {n} gives {result!r}, not {reference!r}"


def test_every_entry_has_contenders_and_bars_that_name_them():
    for kata in COVERED:
        found = contenders.of(kata.topic)[kata.short_name]
        assert len({workload.name for workload in found}) == len(found)
        for workload in found:
            names = [other.name for other in workload.others]
            assert len(set(names)) == len(names) >= 1
            assert not {REFERENCE, YOURS} & set(names)
            assert {bar.against for bar in workload.bars} <= set(names)
            assert list(workload.sizes) == sorted(workload.sizes)


def test_the_libraries_are_imported_only_by_those_who_use_them():
    program = (
        "import sys; from dojo.bench import contenders; from dojo.commands import measure; contenders.covered();"
        "print(sorted({'numpy', 'torch', 'shapely', 'scipy', 'matplotlib', 'hypothesis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _workload(**more):
    return Workload(
        "double",
        "numbers",
        data=lambda n: list(range(n)),
        own=lambda module, given: lambda: module.double(given),
        others=(
            Contender("doubled by hand", lambda given: lambda: [2 * each for each in given]),
            Contender("wrong", lambda given: lambda: [3 * each for each in given]),
            Contender("not there", lambda given: lambda: given, ("no_such_library.part",)),
        ),
        bars=(Bar("doubled by hand", 1e6, n=8), Bar("doubled by hand", 0.0, "memory"), Bar("not there", 1.0, n=8)),
        **more,
    )


@pytest.fixture
def doubling(tmp_path):
    """A repository with one kata and an answer to it."""
    for tree in ("katas", "solutions"):
        (tmp_path / tree / "numbers").mkdir(parents=True)
    (tmp_path / "solutions/numbers/doubles.py").write_text("def double(values):\n    return [v + v for v in values]\n")
    answer = tmp_path / "katas/numbers/doubles.py"
    answer.write_text("print('noise')\n\ndef double(values):\n    return [v * 2 for v in values]\n")
    return Kata(tmp_path, "numbers", "doubles"), answer


def test_the_lines_of_a_table(doubling, monkeypatch):
    kata, answer = doubling
    monkeypatch.setattr(sys, "path", list(sys.path))
    told = []
    result = process.measured(kata, _workload(), answer, [4, 8], 1, 100.0, told.append)
    lines = {line["name"]: line for line in result["lines"]}
    assert list(lines) == [YOURS, REFERENCE, "doubled by hand", "wrong", "not there"]
    assert [sample["n"] for sample in lines[YOURS]["samples"]] == [4, 8]
    assert lines["wrong"]["note"] == "gives another result than the reference at n = 4"
    assert lines["not there"]["note"] == "needs no_such_library: `pip install no_such_library`"
    assert not lines["not there"]["samples"]
    assert lines[REFERENCE]["memory"] > 0
    assert lines[REFERENCE]["memory_n"] == 8
    assert [bar["what"] for bar in result["bars"]] == [
        "time of doubled by hand, n = 8",
        "memory of doubled by hand, n = 8",
    ]
    assert {"at": f"{YOURS}, n = 8"} in told


def test_an_answer_that_can_not_be_imported_is_a_note(doubling, monkeypatch):
    kata, answer = doubling
    monkeypatch.setattr(sys, "path", list(sys.path))
    answer.write_text("import no_such_library\n")
    result = process.measured(kata, _workload(), answer, [4], 1, 100.0, lambda _said: None)
    assert result["lines"][0]["name"] == YOURS
    assert "ModuleNotFoundError" in result["lines"][0]["note"]


def test_memory_of_torch_is_that_of_its_operators():
    torch = pytest.importorskip("torch")
    from dojo.bench.memory import peak

    numbers = torch.ones(1_000)
    assert peak(lambda: numbers[:10], torch=True) < 100
    assert 8_000 <= peak(lambda: (numbers * 2).sum() + (numbers + 1).exp(), torch=True) < 9_000


def test_a_kata_without_contenders_names_those_that_have_some():
    kata = CATALOGUE.find("eps_compare")
    with pytest.raises(DojoError, match=r"geometry/eps_compare") as raised:
        growth.workloads(kata)
    assert "geometry/convex_hull" in raised.value.way_out


def test_a_process_that_was_ended_is_no_fault_of_the_grader():
    with pytest.raises(DojoError, match=r"signal 9.*your answer, n = 10") as raised:
        growth.explain(-9, "your answer, n = 10", "")
    assert "--sizes" in raised.value.way_out
    with pytest.raises(GraderFault, match="at start: boom"):
        growth.explain(1, "", "boom")


SAMPLES = (Sample(100, 2e-4, 1e-4, 7, 20), Sample(1_000, 2e-3, 1e-3, 7, 1), Sample(100_000, 0.2, 0.1, 7, 1))


def _growth(**more):
    lines = (
        Line(YOURS, SAMPLES[:2], 1.0, 800, 1_000, "n = 100,000 would take about 12 s a call, too much"),
        Line(REFERENCE, SAMPLES, 1.0, 3_140_000, 1_000),
        Line("a library [with brackets] and a long name", SAMPLES, 1.0),
    )
    bars = (Verdict("time of SDPA, n = 2,048", 1.31, 1.5), Verdict("time of plain, n = 2,048", 0.6, 0.5))
    return Growth("topic/kata", "work", "n numbers", 1, lines, bars=bars, budget=60.0, spent=5.0, **more)


@pytest.mark.parametrize("width", [60, 100])
def test_nothing_of_a_table_is_cut_off(width):
    written = io.StringIO()
    table.render(Console(file=written, width=width, highlight=False), [_growth(), _growth()])
    shown = written.getvalue()
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width
    for part in ("n = 100", "n = 100,000", "100 µs", "100 ms", "n^1.00", "[with", "✓", "✗", "would take"):
        assert part in shown
    assert ("n = 1,000 " in shown.replace("\n", " ")) == (width == 100)


def test_json_has_all():
    plain = json.loads(table.as_json([_growth()], "left out"))
    (workload,) = plain["workloads"]
    assert plain["note"] == "left out"
    assert workload["lines"][0]["samples"][0] == {"n": 100, "wall": 2e-4, "processor": 1e-4, "rounds": 7, "calls": 20}
    assert workload["lines"][0]["to_reference"] == 1.0
    assert [bar["holds"] for bar in workload["bars"]] == [True, False]


def test_time_is_that_of_one_operation_where_they_are_counted_and_of_the_wall_where_several_threads_work():
    assert _growth(per_operation={100: 50}).seconds(SAMPLES[0]) == 1e-4 / 50
    wall = Growth("topic/kata", "work", "", 2, (Line(REFERENCE, SAMPLES),))
    assert wall.seconds(SAMPLES[0]) == 2e-4
    assert wall.busy == pytest.approx(4.0)  # two threads, each of which ran a quarter of the time


def test_a_picture_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "times.svg"
    picture.check(path)
    picture.draw([_growth(), _growth(per_operation={100: 50})], path)
    assert path.read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_a_picture_that_can_not_be_drawn_is_refused_before_anything_is_measured(tmp_path, monkeypatch):
    with pytest.raises(DojoError, match=r"times\.txt") as raised:
        picture.check(tmp_path / "times.txt")
    assert ".png" in raised.value.way_out
    with pytest.raises(DojoError, match="no folder"):
        picture.check(tmp_path / "nowhere" / "times.png")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingLibraryError, match="matplotlib") as raised:
        picture.check(tmp_path / "times.png")
    assert "pip install" in raised.value.way_out


def test_the_environment_of_what_is_measured_has_no_variables_of_hypothesis(monkeypatch):
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "slow")
    monkeypatch.setenv("DOJO_ELSE", "kept")
    environment = plain_environment()
    assert environment["DOJO_ELSE"] == "kept"
    assert not any(name.startswith("HYPOTHESIS_") for name in environment)


@pytest.mark.parametrize("width", [60, 100])
def test_latency_shows_processor_time_where_there_is_room(width):
    rows = [
        Row("dojo check, plain kata", 2.6, "pytest, one property", 3.2, 2.6 / 3.2, 0.8, 0.5, 0.94, 1.01),
        Row("dojo list", 0.1, "", 0.0, 0.1, 0.2, 0.2, 0.09),
    ]
    written = io.StringIO()
    render_latency(Console(file=written, width=width, highlight=False), rows)
    shown = written.getvalue()
    assert "…" not in shown
    assert ("0.94 s" in shown and "1.01 s" in shown) == (width == 100)


@pytest.fixture
def home(tmp_path):
    """A repository with one topic, of which nothing is begun."""
    root = tmp_path / "repository"
    ignored = shutil.ignore_patterns("__pycache__", "dojo", "wrong", "right", *set(CATALOGUE.topics) - {"arrays"})
    for tree in ("solutions", "tests", "katas"):
        shutil.copytree(ROOT / tree, root / tree, ignore=ignored)
    for solution in (root / "solutions").glob("*/*.py"):
        if solution.stem != "__init__":
            stub = root / "katas" / solution.relative_to(root / "solutions")
            stub.write_text(derive(solution.read_text(encoding="utf-8")), encoding="utf-8")
    return tmp_path


def dojo(home, *arguments):
    environment = {
        **os.environ,
        "DOJO_ROOT": str(home / "repository"),
        "DOJO_DATA": str(home / "data"),
        "COLUMNS": "120",
    }
    done = subprocess.run(
        [sys.executable, "-m", "dojo", "bench", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_an_answer_takes_part_where_it_is_begun_and_right(home):
    small = ("merge_sorted_array", "--sizes", "20,10", "--repeats", "1", "--budget", "30")
    done = dojo(home, *small)
    assert done.returncode == 0, done.stderr
    assert "is not begun, so your answer is left out" in " ".join(done.stdout.split())
    assert "reference" in done.stdout
    stub = home / "repository" / "katas" / f"{MERGE}.py"
    right = without_hints((ROOT / "solutions" / f"{MERGE}.py").read_text(encoding="utf-8"))
    stub.write_text(right, encoding="utf-8")
    done = dojo(home, *small, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["note"] == ""
    (workload,) = told["workloads"]
    assert [line["name"] for line in workload["lines"]][:2] == [YOURS, REFERENCE]
    assert all([each["n"] for each in line["samples"]] == [10, 20] for line in workload["lines"])
    assert not any(line["note"] for line in workload["lines"])


def test_a_wrong_answer_is_left_out(home):
    stub = home / "repository" / "katas" / f"{MERGE}.py"
    stub.write_text("def merge(nums1, m, nums2, n):\n    nums1.sort()\n", encoding="utf-8")
    done = dojo(home, "merge_sorted_array", "--sizes", "10", "--repeats", "1", "--budget", "30", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["note"] == "Your answer is left out: rejected. `dojo check merge_sorted_array` says why."
    assert YOURS not in [line["name"] for line in told["workloads"][0]["lines"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no_such_kata",), "There is no kata 'no_such_kata'"),
        (("merge_sorted_array", "--sizes", "10,x"), "'10,x'"),
        (("merge_sorted_array", "--sizes", "0"), "'0'"),
        (("merge_sorted_array", "--picture", "times.doc"), "times.doc"),
    ],
)
def test_bad_input_is_a_message(home, arguments, said):
    done = dojo(home, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
