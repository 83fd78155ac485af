"""What is built and what comes out of it: a wheel holds the katas, and lays out a folder to practise in."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile

import pytest

from dojo.catalogue import Catalogue
from tests.dojo.environments import ENGINE, ROOT, only

pytestmark = pytest.mark.once

KATA = Catalogue(ROOT).find("arrays/merge_sorted_array")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with a wheel and an sdist."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_katas_solutions_and_tests_travel(built):
    (wheel,) = built.glob("dojo_katas-*.whl")
    (sdist,) = built.glob("dojo_katas-*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = archive.namelist()
    with tarfile.open(sdist) as archive:
        in_sdist = [name.partition("/")[2] for name in archive.getnames()]
    for kata in Catalogue(ROOT).katas:
        for path in (kata.stub, kata.solution, kata.properties, kata.wrong_edits):
            name = path.relative_to(ROOT).as_posix()
            assert f"dojo/curriculum/{name}" in in_wheel
            assert name in in_sdist
    assert "dojo/py.typed" in in_wheel
    assert not [name for name in in_wheel if name.partition("/")[0] in ("katas", "solutions", "tests")]


def test_a_folder_to_practise_in_comes_out_of_a_wheel(built, tmp_path):
    environment = only(tmp_path / "packages", *ENGINE)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")  # noqa: S202  # our own, and what pip does with it
    environment["PYTHONPATH"] = os.pathsep.join(str(tmp_path / name) for name in ("packages", "installed"))
    environment["DOJO_DATA"] = str(tmp_path / "data")

    def run(module, *arguments, folder=tmp_path, code=0):
        done = subprocess.run(
            [sys.executable, "-S", "-P", "-m", module, *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "dojo init FOLDER" in run("dojo", "list", code=2)
    assert "practice holds" in run("dojo", "init", "practice")
    assert "not empty" in run("dojo", "init", "practice", code=2)
    practice = tmp_path / "practice"
    assert f"0 of {len(Catalogue(ROOT).katas)} katas passed" in run("dojo", folder=practice)
    assert "not attempted" in run("dojo", "check", KATA.name, folder=practice, code=1)
    stub = practice / KATA.stub.relative_to(ROOT)
    stub.write_bytes(KATA.solution.read_bytes())
    assert "accepted" in run("dojo", "check", KATA.name, folder=practice)
    tested = run("pytest", "-p", "no:cacheprovider", "katas/arrays/merge_sorted_array.py", folder=practice)
    assert "testing katas" in tested
    assert " passed" in tested
    assert "failed" not in tested
