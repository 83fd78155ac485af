"""Which tests pytest is asked for, and which of them are left out here.

``pytest katas/arrays`` means the properties of those katas; a learner asks for the katas and not for the engine; a bare
machine with a GPU has no libraries for the engine.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dojo.kata import Kata, library_is_there


def whose(config: pytest.Config) -> str:
    """The folder of answers to test, as ``--impl`` names it, or as the paths on the command line do."""
    if chosen := config.getoption("--impl"):
        return str(chosen)
    root = config.rootpath
    named = [_path(argument, config) for argument in config.invocation_params.args if not str(argument).startswith("-")]
    return "solutions" if any(root / "solutions" in (path, *path.parents) for path in named) else "katas"


def implementation(config: pytest.Config) -> Path:
    """The folder of answers to test."""
    return (config.rootpath / whose(config)).resolve()


def kata_of(path: Path, root: Path) -> Kata | None:
    """The kata whose properties a test file holds; None for the engine's own tests."""
    if path.parent.parent != root / "tests" or path.parent.name == "dojo" or not path.stem.startswith("test_"):
        return None
    return Kata(root, path.parent.name, path.stem.removeprefix("test_"))


def _path(argument: object, config: pytest.Config) -> Path:
    return (config.invocation_params.dir / str(argument).partition("::")[0]).resolve()


def properties_of(argument: str, config: pytest.Config) -> str:
    """The argument that names the tests of an answer, a topic or all of them; another argument stays as it is."""
    root, path = config.rootpath, _path(argument, config)
    folder = next((root / name for name in ("katas", "solutions") if root / name in (path, *path.parents)), None)
    if folder is None:
        return argument
    parts = path.relative_to(folder).parts
    if path.name == "__init__.py":
        parts = parts[:-1]
    elif path.suffix == ".py":
        parts = (*parts[:-1], f"test_{path.name}")
    tests = root.joinpath("tests", *parts)
    if not tests.exists():
        return argument
    _, colons, rest = argument.partition("::")
    return f"{tests}{colons}{rest}"


def missing_libraries(root: Path) -> list[str]:
    """The libraries that the engine needs and this environment does not have."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    names = [re.split(r"[^\w-]", requirement)[0] for requirement in project.get("dependencies", [])]
    return [name for name in names if importlib.util.find_spec(name) is None]


class _Nothing(pytest.Module):
    """A file of properties that is not even imported."""

    note: Callable[[], None]
    """Called once it is really meant: pytest makes modules of a file's neighbours, too."""

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        self.note()
        return []


class LeftOut:
    """The plugin that leaves tests out, and remembers which.

    Attributes:
        libraries: what the engine's tests would have needed; empty where they run, or were not asked for.
        katas: by library that is not installed, the katas that need it.
        on_gpu: those of their properties that have a part for CUDA.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._root = config.rootpath
        self._engine = config.rootpath / "tests" / "dojo"
        config.args[:] = list(dict.fromkeys(properties_of(argument, config) for argument in config.args))
        named = [_path(argument, config) for argument in config.args]
        is_named = any(self._engine in (path, *path.parents) for path in named)
        is_below = whose(config) != "katas" and any(path in self._engine.parents for path in named)
        self._engine_is_meant = self._engine.is_dir() and (is_named or is_below)
        self._missing = missing_libraries(config.rootpath) if self._engine_is_meant else []
        self.libraries: set[str] = set()
        self.katas: dict[str, set[str]] = {}
        self.on_gpu: set[str] = set()

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave the engine's tests to those who ask for them, where they can be run at all."""
        if self._engine not in (collection_path, *collection_path.parents):
            return None
        self.libraries.update(self._missing)
        return True if self._missing or not self._engine_is_meant else None

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
        """Leave out the properties of a kata whose library is not installed, without importing them."""
        kata = kata_of(module_path, self._root)
        if kata is None or not kata.solution.is_file() or library_is_there(kata):
            return None
        nothing: _Nothing = _Nothing.from_parent(parent, path=module_path)
        nothing.note = functools.partial(self._leave_out, kata, module_path)
        return nothing

    def _leave_out(self, kata: Kata, path: Path) -> None:
        self.katas.setdefault(kata.library, set()).add(kata.name)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and _is_for_gpu(node):
                self.on_gpu.add(f"{kata.name}::{node.name}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Files that are left out as a whole are no failure, as skipped tests are none; a worker of xdist tells."""
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.katas:
            session.exitstatus = pytest.ExitCode.OK
        if hasattr(self._config, "workeroutput"):
            katas = {library: list(names) for library, names in self.katas.items()}
            self._config.workeroutput["dojo"] = [list(self.libraries), katas, list(self.on_gpu)]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """What a worker of pytest-xdist has left out."""
        libraries, katas, on_gpu = getattr(node, "workeroutput", {}).get("dojo", ([], {}, []))
        self.libraries.update(libraries)
        self.on_gpu.update(on_gpu)
        for library, names in katas.items():
            self.katas.setdefault(library, set()).update(names)

    def lines(self) -> Iterator[str]:
        """What was left out, a line for each reason."""
        for library, names in self.katas.items():
            yield f"not checked: {len(names)} katas need {library}, which is not installed (pip install {library})"
        if self.libraries:
            yield f"engine not tested: {', '.join(sorted(self.libraries))} not installed (pip install --editable .)"


def _is_for_gpu(node: ast.FunctionDef) -> bool:
    marks = {ast.unparse(each) for each in node.decorator_list}
    return "pytest.mark.gpu" in marks or any(each.arg == "device" for each in node.args.args)
