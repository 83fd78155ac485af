"""The order of the engine's rooms: who may import whom, and that its map names every file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dojo.environments import ROOT

pytestmark = pytest.mark.once

ENGINE = ROOT / "dojo"
LAYERS = (
    ("errors", "characters", "hints", "interrupt", "plain", "meters", "ranks"),
    ("header", "roots"),
    ("sandbox", "kata", "edits", "stub"),
    ("catalogue",),
    ("answers", "binding", "workspace", "pytest_selection"),
    ("grading", "practice", "pytest_plugin"),
    ("terminal", "audit", "bench", "doctor", "pictures"),
    ("reports", "scaffold"),
    ("tour",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
"""Rooms, the lowest first: a room imports rooms of lower layers only. A file of the package itself is a room."""
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}


def room_of(module):
    """The room that ``dojo.<room>...`` lies in; nothing for the package itself, which is only a name and a version."""
    return module.split(".")[1] if "." in module else ""


def imports(file):
    """The rooms that a file imports when it runs; imports for the type checker alone are left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    unseen = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "dojo":
            yield from (alias.name for alias in node.names if alias.name in RANK)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dojo."):
            yield room_of(node.module)
        elif isinstance(node, ast.Import):
            yield from (room_of(alias.name) for alias in node.names if alias.name.startswith("dojo."))


def files():
    return sorted(path for path in ENGINE.rglob("*.py") if path != ENGINE / "__init__.py")


def room_of_file(path):
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ENGINE).as_posix())
def test_imports_point_downwards(path):
    room = room_of_file(path)
    assert room in RANK, f"give the room {room} a layer in this test, and a line in docs/architecture.md"
    upward = {other for other in imports(path) if other != room and RANK.get(other, 99) >= RANK[room]}
    assert not upward, f"{path} imports {', '.join(sorted(upward))}, which is not below {room}"


def test_the_map_names_every_file():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    missing = [path.relative_to(ENGINE).as_posix() for path in files() if path.name != "__init__.py"]
    missing = [name for name in missing if f"`{Path(name).name}`" not in text]
    assert not missing, f"docs/architecture.md does not name {', '.join(missing)}"


def test_the_public_names_are_there_and_cost_nothing_until_they_are_asked_for():
    program = (
        "import sys, dojo; before = set(sys.modules)\n"
        "assert not [name for name in before if name.startswith('dojo.')], before\n"
        "print([getattr(dojo, name).__class__.__name__ for name in dojo.__all__])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("'type'") == 6, done.stdout


def test_the_script_of_the_documentation_runs(tmp_path, monkeypatch, capsys):
    text = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
    program = text.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    Path("answer.py").write_text("def merge(nums1, m, nums2, n):\n    nums1.sort()\n", encoding="utf-8")
    program = program.replace('"/srv/dojo"', repr(str(ROOT))).replace('isolation="bubblewrap"', 'isolation="process"')
    exec(compile(program, "scripts.md", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out.startswith("rejected")
