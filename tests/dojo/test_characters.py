"""No command dies on a character, whatever the terminal or the pipe can show."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dojo.answers import wrong_answers
from dojo.catalogue import Catalogue
from tests.dojo.environments import ROOT

pytestmark = pytest.mark.once

KATA = Catalogue(ROOT).find("arrays/merge_sorted_array")
C_LOCALE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
LIMITED = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "C": C_LOCALE,
}


def dojo(folder, environment, *arguments):
    """The output of a command, as bytes."""
    done = subprocess.run(
        [sys.executable, "-m", "dojo", *arguments],
        cwd=folder,
        env={**os.environ, "DOJO_ROOT": str(ROOT), "DOJO_DATA": str(folder / "data"), **environment},
        capture_output=True, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr.decode("latin-1")
    return done.stdout


@pytest.mark.parametrize("limited", LIMITED.values(), ids=LIMITED)
def test_marks_and_dots_have_ascii_forms(tmp_path, limited):
    out = dojo(tmp_path, limited, "list")
    assert b"\\u" not in out, "a mark has no form of its own"
    assert b"*...." in out


@pytest.mark.parametrize(
    "arguments", [(), ("check", KATA.name), ("show", KATA.name), ("solution", KATA.name, "--peek")]
)
def test_no_command_dies(tmp_path, arguments):
    assert dojo(tmp_path, C_LOCALE, *arguments).isascii()


def test_what_programs_read_is_utf_8_everywhere(tmp_path):
    name = "größer.py"
    (tmp_path / name).write_text(wrong_answers(KATA)[0].text, encoding="utf-8")
    arguments = ("grade", KATA.name, name, "--isolation", "process", "--examples", "10")
    verdict = json.loads(dojo(tmp_path, LIMITED["latin-1"], *arguments, "--format", "jsonl").decode("utf-8"))
    assert (verdict["submission"], verdict["outcome"]) == (name, "rejected")
    assert b"rejected" in dojo(tmp_path, C_LOCALE, *arguments)
