"""Environments that see some of the installed packages and no others, made of links: no network, no installing."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
BARE = ("pytest", "hypothesis", "numpy")
ENGINE = (*BARE, "click", "junitparser", "libcst", "msgspec", "platformdirs", "psutil", "rich")


def closure(names: list[str]) -> list[str]:
    """The distributions of those names, and all that they require here."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        for text in importlib.metadata.requires(name) or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return list(found)


def only(folder: Path, *names: str) -> dict[str, str]:
    """The variables under which ``python -S`` sees the packages of those names and what they require, nothing else."""
    folder.mkdir()
    for name in closure(list(names)):
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            link = folder / top
            if not top.endswith(".pth") and not link.exists():
                link.symlink_to(Path(str(distribution.locate_file(top))))
    return {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "COLUMNS": "160"}


def run(environment: dict[str, str], module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module there, in the root of this repository."""
    command = [sys.executable, "-S", "-P", "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def pytest_there(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code and the output of pytest there."""
    done = run(environment, "pytest", "-p", "no:cacheprovider", *arguments)
    assert "INTERNALERROR" not in done.stdout, done.stdout
    return done.returncode, done.stdout + done.stderr
