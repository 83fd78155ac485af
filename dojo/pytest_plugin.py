"""Running the properties under pytest, in process: ``--impl``, the fixtures, skips that say why, and GPU marking.

Needs pytest, hypothesis, numpy and torch at most, since machines with a GPU are often bare.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from dojo.binding import InProcess, load_module
from dojo.kata import Kata

NOT_ATTEMPTED = "not attempted: "
GPU_NOT_CHECKED = "GPU not checked"

# No deadline and no health check on speed: a slow machine is no wrong answer.
settings.register_profile("dojo", deadline=None, print_blob=False, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dojo")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--impl``."""
    group = parser.getgroup("dojo")
    group.addoption(
        "--impl",
        default="katas",
        metavar="FOLDER",
        help="whose answers: katas (yours, the default), solutions (the reference), or any folder laid out alike",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known, and refuse a folder that is not there."""
    config.addinivalue_line("markers", "gpu: the property on CUDA; elsewhere it is reported as 'GPU not checked'")
    config.addinivalue_line(
        "markers", "weight(number): the share of this property in the score of its kata; 1 by default"
    )
    folder = _implementation_folder(config)
    if not folder.is_dir():
        raise pytest.UsageError(f"--impl {config.getoption('--impl')}: there is no folder {folder}")


def _implementation_folder(config: pytest.Config) -> Path:
    return (config.rootpath / str(config.getoption("--impl"))).resolve()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the engine's own tests to ``--impl solutions`` and to whoever names them: a learner asks for the katas."""
    own = config.rootpath / "tests" / "dojo"
    if config.getoption("--impl") != "katas" or own not in (collection_path, *collection_path.parents):
        return None
    named = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    return None if any(own in (path, *path.parents) for path in named) else True


def pytest_report_header(config: pytest.Config) -> str:
    """Say whose answers are tested."""
    chosen = config.getoption("--impl")
    return f"dojo: testing {chosen}" + (
        "; --impl solutions tests the reference and the engine" if chosen == "katas" else ""
    )


def kata_of(path: Path, root: Path) -> Kata | None:
    """The kata whose properties a test file holds; None for the engine's own tests."""
    if path.parent.parent != root / "tests" or path.parent.name == "dojo" or not path.stem.startswith("test_"):
        return None
    return Kata(root, path.parent.name, path.stem.removeprefix("test_"))


def _kata_of_request(request: pytest.FixtureRequest) -> Kata:
    kata = kata_of(request.path, request.config.rootpath)
    if kata is None:
        raise pytest.UsageError(f"{request.path} is not tests/<topic>/test_<kata>.py, so there is no kata to test")
    return kata


@pytest.fixture(scope="module")
def kata(request: pytest.FixtureRequest) -> InProcess:
    """The implementation under test, as ``--impl`` chooses it."""
    kata = _kata_of_request(request)
    path = _implementation_folder(request.config) / kata.topic / f"{kata.short_name}.py"
    if not path.is_file():
        pytest.skip(f"{NOT_ATTEMPTED}there is no {path}")
    return InProcess(load_module(path, kata.module))


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
        nonlocal passed
        try:
            test(*arguments, **keywords)
        except NotImplementedError as error:
            if not passed:
                _skip_if_stub(error, kata)
            raise
        passed += 1

    return attempt


def _skip_if_stub(error: NotImplementedError, kata: Kata) -> None:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is not None and traceback.tb_frame.f_globals.get("__name__") == kata.module:
        function = traceback.tb_frame.f_code.co_name
        pytest.skip(f"{NOT_ATTEMPTED}{function} of {kata.name} raises NotImplementedError")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was not checked, with a count: a skip must not pass for a pass."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    not_attempted = sum(NOT_ATTEMPTED in reason for reason in reasons)
    gpu = sum(GPU_NOT_CHECKED in reason for reason in reasons)
    if not_attempted:
        terminalreporter.write_line(f"not attempted: {not_attempted} properties, their katas raise NotImplementedError")
    if gpu:
        terminalreporter.write_line(
            f"{GPU_NOT_CHECKED}: {gpu} properties need CUDA (pytest -m gpu on a machine that has it)"
        )
