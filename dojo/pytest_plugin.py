"""Running the properties under pytest, in process: ``--impl``, the fixtures, skips that say why, and GPU marking.

Needs pytest, hypothesis, numpy and torch at most, since machines with a GPU are often bare. Which tests are meant, and
what is left out, is in :mod:`dojo.pytest_selection`.
"""

from __future__ import annotations

import copy
import functools
import importlib.util
import reprlib
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from dojo.binding import InProcess, load_module
from dojo.kata import Kata
from dojo.pytest_selection import LeftOut, implementation, kata_of, whose

NOT_ATTEMPTED = "not attempted: "
GPU_NOT_CHECKED = "GPU not checked"
LONGEST_DIFFERENCE = 1_000
"""Characters of a value up to which pytest's own report of a difference is kept."""
ON_CI = ("CI", "BUILD_NUMBER")
"""Where one of these is set, pytest reports at greater length."""
BROKEN = pytest.StashKey[set[Path]]()
"""The answers that can't be imported; that is told once for each, not by each of its properties."""

# No deadline and no health check on speed: a slow machine is no wrong answer. One bug at a time: the first is enough.
settings.register_profile(
    "dojo",
    deadline=None,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("dojo")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--impl``."""
    group = parser.getgroup("dojo")
    group.addoption(
        "--impl",
        metavar="FOLDER",
        help="whose answers: katas (yours, the default), solutions (the reference), or any folder laid out alike; "
        "`pytest solutions/...` means solutions",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known, and refuse a folder that is not there."""
    config.addinivalue_line("markers", "gpu: the property on CUDA; elsewhere it is reported as 'GPU not checked'")
    config.addinivalue_line(
        "markers", "weight(number): the share of this property in the score of its kata; 1 by default"
    )
    config.addinivalue_line(
        "markers", "opened(*openings, library=...): what an answer may do in this property besides, as `Walls` names it"
    )
    folder = implementation(config)
    if not folder.is_dir():
        raise pytest.UsageError(f"--impl {whose(config)}: there is no folder {folder}")
    config.stash[BROKEN] = set()
    config.pluginmanager.register(LeftOut(config), "dojo-left-out")


def pytest_report_header(config: pytest.Config) -> str:
    """Say whose answers are tested."""
    chosen = whose(config)
    return f"dojo: testing {chosen}" + (
        "; --impl solutions tests the reference and the engine" if chosen == "katas" else ""
    )


def _kata_of_request(request: pytest.FixtureRequest) -> Kata:
    kata = kata_of(request.path, request.config.rootpath)
    if kata is None:
        raise pytest.UsageError(f"{request.path} is not tests/<topic>/test_<kata>.py, so there is no kata to test")
    return kata


@pytest.fixture(scope="module")
def kata(request: pytest.FixtureRequest) -> InProcess:
    """The implementation under test, as ``--impl`` chooses it."""
    kata = _kata_of_request(request)
    path = implementation(request.config) / kata.topic / f"{kata.short_name}.py"
    if not path.is_file():
        pytest.skip(f"{NOT_ATTEMPTED}there is no {path}")
    try:
        return InProcess(load_module(path, kata.module))
    except Exception as error:
        request.config.stash[BROKEN].add(request.path)
        raise pytest.fail.Exception(_why_broken(error, path), pytrace=False) from None


def _why_broken(error: Exception, path: Path) -> str:
    """The traceback from the answer on, without the frames that led to it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != str(path):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace)).rstrip()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What is wrong with an answer that can't be imported was told by its first property."""
    if item.path in item.config.stash[BROKEN]:
        pytest.skip("not checked: the answer can't be imported, see above")


@pytest.fixture(scope="module")
def solution(request: pytest.FixtureRequest) -> InProcess:
    """The reference solution."""
    kata = _kata_of_request(request)
    return InProcess(load_module(kata.solution, f"solutions.{kata.topic}.{kata.short_name}"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A property that asks for a ``device`` runs on the CPU, and on CUDA under the mark ``gpu``."""
    if "device" in metafunc.fixturenames:
        devices = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]
        metafunc.parametrize("device", devices, scope="module")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs CUDA where there is none, with a reason that is counted at the end."""
    on_gpu = [item for item in items if item.get_closest_marker("gpu")]
    if on_gpu and not _cuda_is_there():
        for item in on_gpu:
            item.add_marker(pytest.mark.skip(reason=f"{GPU_NOT_CHECKED}: torch sees no CUDA device"))


def _cuda_is_there() -> bool:
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Turn NotImplementedError of a stub into a skip, before Hypothesis begins to shrink it."""
    __tracebackhide__ = True
    kata = kata_of(pyfuncitem.path, pyfuncitem.config.rootpath)
    if kata is None:
        return (yield)
    handle = getattr(pyfuncitem.obj, "hypothesis", None)
    if handle is None:
        try:
            return (yield)
        except NotImplementedError as error:
            _skip_if_stub(error, kata)
            raise
    original = handle.inner_test
    handle.inner_test = _skipping(original, kata)
    try:
        return (yield)
    except pytest.skip.Exception as skipped:
        skipped.__notes__ = []  # Hypothesis notes the input, which says nothing about a stub
        raise
    finally:
        handle.inner_test = original


def _skipping(test: Callable[..., Any], kata: Kata) -> Callable[..., Any]:
    passed = 0

    @functools.wraps(test)
    def attempt(*arguments: Any, **keywords: Any) -> None:
        __tracebackhide__ = True
        nonlocal passed
        try:
            test(*arguments, **_own_copies(keywords))
        except NotImplementedError as error:
            if not passed:
                _skip_if_stub(error, kata)
            raise
        passed += 1

    return attempt


def _own_copies(drawn: dict[str, Any]) -> dict[str, Any]:
    """The inputs with data of their own: an answer may change it, and a pinned example is the same object each time."""
    memo: dict[int, Any] = {}  # one for all: what is the same object twice stays so

    def copied(value: Any) -> Any:
        if not isinstance(value, list | tuple | dict) and not hasattr(value, "dtype"):
            return value
        try:
            return copy.deepcopy(value, memo)
        except Exception:  # a tensor that was computed, say; the answer meets it as it is
            return value

    return {name: copied(value) for name, value in drawn.items()}


def _skip_if_stub(error: NotImplementedError, kata: Kata) -> None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised_in = getattr(error, "raised_in", None)  # by a process of dojo.ranks
    if raised_in == kata.module or (trace is not None and trace.tb_frame.f_globals.get("__name__") == kata.module):
        function = "it" if raised_in or trace is None else trace.tb_frame.f_code.co_name
        pytest.skip(f"{NOT_ATTEMPTED}{function} of {kata.name} raises NotImplementedError")


@pytest.hookimpl(wrapper=True)
def pytest_assertrepr_compare(config: pytest.Config, op: str, left: Any, right: Any) -> Generator[None, Any, Any]:
    """A long value is shown by its beginning and the first difference.

    With ``-v``, and where ``CI`` is set, pytest itself writes the whole difference: half a minute of work for a
    thousand values, again for each input that Hypothesis tries. It can't be kept from answering, but answers shortly.
    """
    if op != "==" or max(len(repr(left)), len(repr(right))) <= LONGEST_DIFFERENCE:
        return (yield)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(config.option, "verbose", 0)
        for variable in ON_CI:
            patched.delenv(variable, raising=False)
        yield
    told = [f"{reprlib.repr(left)} == {reprlib.repr(right)}"]
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        if len(left) != len(right):
            told.append(f"lengths: {len(left)} and {len(right)}")
        at = next((index for index, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
        if at is not None:
            told.append(f"first difference, at index {at}: {reprlib.repr(left[at])} and {reprlib.repr(right[at])}")
    return [told]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was not checked, with a count: a skip must not pass for a pass."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    not_attempted = sum(NOT_ATTEMPTED in str(report.longrepr[2]) for report in skipped)
    if not_attempted:
        terminalreporter.write_line(f"not attempted: {not_attempted} properties, their katas raise NotImplementedError")
    left_out: Any = config.pluginmanager.get_plugin("dojo-left-out")
    # A property counts once, on however many inputs and devices it is run.
    on_gpu = {report.nodeid.partition("[")[0] for report in skipped if GPU_NOT_CHECKED in str(report.longrepr[2])}
    on_gpu |= left_out.on_gpu
    if on_gpu:
        needed = "CUDA and torch" if left_out.on_gpu else "CUDA"
        terminalreporter.write_line(
            f"{GPU_NOT_CHECKED}: {len(on_gpu)} properties need {needed} (pytest -m gpu on a machine that has it)"
        )
    for line in left_out.lines():
        terminalreporter.write_line(line)
