"""Disks that are full or read-only, mounted in a namespace of a child process: such walls also bind root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SMALL = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"'
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def python(script: str, *arguments: object) -> list[str]:
    """The command that runs a script with the arguments as ``sys.argv[1:]``."""
    return [sys.executable, "-c", script, *map(str, arguments)]


def environment() -> dict[str, str]:
    """The environment in which a child finds this dojo."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def output(command: list[str]) -> str:
    """What a command prints; it must not fail."""
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def mounted(mount: str, folder: Path) -> list[str]:
    """What to put before a command that shall see ``folder`` as ``mount`` makes it; skips where that can't be."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("disk not checked: there is no unshare")
    prefix = [unshare, "--map-root-user", "--mount", "sh", "-c", mount, str(folder)]
    trial = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
    if trial.returncode:
        pytest.skip(f"disk not checked: {trial.stderr.strip()}")
    return prefix
