"""Machines without user namespaces: the reason is found by trying, and each obstacle has its own way out."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dojo.sandbox import namespaces
from tests.dojo.disks import python
from tests.dojo.environments import ROOT

pytestmark = pytest.mark.once

FORBID = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'


@pytest.fixture
def forbidden():
    """What to put before a command that shall see a machine without user namespaces."""
    prefix = ["unshare", "--user", "--map-root-user", "sh", "-c", FORBID, "sh"]
    if namespaces.why_no_box():
        return []  # it is one
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("a machine without user namespaces can't be played here")
    return prefix


def output(command):
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def bwrap(tmp_path, monkeypatch):
    """Something that is called bwrap, first on the path."""
    program = tmp_path / "programs" / "bwrap"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    namespaces.why_no_box.cache_clear()
    yield program
    namespaces.why_no_box.cache_clear()


@pytest.mark.usefixtures("bwrap")
def test_a_box_is_tried_and_not_only_looked_for():
    assert namespaces.why_no_box() == "bwrap: setting up uid map: Permission denied"


@pytest.mark.parametrize(
    ("switch", "value", "said"),
    [
        ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "profile bwrap {bwrap} flags=(unconfined) { userns, }"),
    ],
)
def test_each_switch_of_the_kernel_has_its_way_out(bwrap, tmp_path, switch, value, said):
    path = tmp_path / "proc/sys" / switch
    path.parent.mkdir(parents=True)
    path.write_text(f"{value}\n")
    (advice,) = namespaces.how_to_allow(tmp_path).splitlines()
    assert said.replace("{bwrap}", str(bwrap)) in advice
    path.write_text("1\n" if value == "0" else "0\n")
    assert said.replace("{bwrap}", str(bwrap)) not in namespaces.how_to_allow(tmp_path)


@pytest.mark.usefixtures("bwrap")
def test_a_container_is_told_its_options(tmp_path):
    (tmp_path / ".dockerenv").touch()
    (advice,) = namespaces.how_to_allow(tmp_path).splitlines()
    assert "docker run --security-opt seccomp=unconfined" in advice


def test_without_bubblewrap_it_is_to_be_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install bubblewrap" in namespaces.how_to_allow()


def test_the_doctor_and_the_grader_say_how_to_allow_them(forbidden, tmp_path):
    if namespaces.why_no_box() == "bubblewrap is not installed":
        pytest.skip("bubblewrap is not installed")
    answer = tmp_path / "answer.py"
    answer.touch()
    for arguments in (["doctor"], ["grade", "merge_sorted_array", str(answer)]):
        out = output([*forbidden, sys.executable, "-m", "dojo", *arguments])
        assert "There are no walls for foreign answers: bwrap" in out
        assert "apt-get install" not in out
        if forbidden:
            assert "sysctl -w user.max_user_namespaces=15000" in out


def test_tests_that_need_walls_are_skipped_and_counted(forbidden):
    name = "tests/dojo/test_walls.py::test_the_solution_is_accepted_behind_the_walls"
    run = "import pytest, sys; sys.exit(pytest.main(sys.argv[1:]))"
    out = output([*forbidden, *python(run, "-p", "no:cacheprovider", "--impl", "solutions", name)])
    assert "walls not checked: 1 tests, " in out
    assert "1 skipped" in out
