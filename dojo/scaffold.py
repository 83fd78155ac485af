"""``dojo new``: the files of a new kata, each saying what is still to be written."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from dojo.errors import DojoError
from dojo.kata import Catalogue, Kata
from dojo.stub import derive

SOLUTION = '''"""TODO: a title, as an order to the reader.

TODO: what it is, where it is met in practice, an example with small numbers, and the trap. Do not give the method away.

Level: 1
Needs: -
Source: TODO
Time: TODO
Space: TODO
"""


def {name}(values: list[int]) -> int:
    """TODO: what it returns.

    Args:
        values: TODO: shape, dtype, unit.

    Raises:
        ValueError: TODO.

    Example:
        >>> {name}([1, 2])
        3

    Limits: TODO.
    """
    # hint: TODO: a nudge.
    # hint: TODO: a direction.
    # hint: TODO: almost there.
    return sum(values)
'''

TESTS = '''"""Properties of {full}."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st


@given(values=st.lists(st.integers(-3, 3), max_size=6))
def test_todo_name_what_holds(kata, solution, values):
    expected = solution.{name}(list(values))
    got = kata.{name}(values)
    assert got == expected, f"{name} gave {{got}}, expected {{expected}}"
'''

WRONG = """# Wrong answers to {full}: each is an edit of the solution; every one must be rejected. At least 8.

[todo_name_the_mistake]
why = "TODO: what goes wrong, and where such a bug was met"
replace = "return sum(values)"
with = "return sum(values[1:])"
"""

RIGHT = '''"""TODO: how this right answer differs from the solution. At least 3 of them."""


def {name}(values):
    total = 0
    for value in values:
        total += value
    return total
'''

TOPIC = '''"""TODO: what the topic {topic} is about, and what to read."""
'''


def create(catalogue: Catalogue, name: str) -> list[Path]:
    """Write all files of a new kata.

    Args:
        catalogue: the repository's katas.
        name: ``topic/kata``, both as Python names in lower case.

    Returns:
        The files, in the order in which they are best written.

    Raises:
        DojoError: the name is not of that form, or one of the files is there already; nothing is written then.
    """
    topic, slash, short = name.strip("/").partition("/")
    if not slash or not all(
        re.fullmatch(r"[a-z][a-z0-9_]*", part) and not keyword.iskeyword(part) for part in (topic, short)
    ):
        raise DojoError(
            f"{name!r} can't be the name of a kata.", "Use topic/kata in lower case, such as geometry/circle_tangents."
        )
    kata = Kata(catalogue.root, topic, short)
    solution = SOLUTION.format(name=short)
    files = {
        kata.solution: solution,
        kata.stub: derive(solution),
        kata.properties: TESTS.format(full=kata.name, name=short),
        kata.wrong_edits: WRONG.format(full=kata.name),
        kata.right_files / "todo_name_the_way.py": RIGHT.format(name=short),
    }
    introduction = kata.stub.parent / "__init__.py"
    if not introduction.exists():
        files[introduction] = TOPIC.format(topic=topic)
        files[kata.solution.parent / "__init__.py"] = (
            f'"""Reference solutions of ``{topic}``; its introduction is in ``katas/{topic}/__init__.py``."""\n'
        )
    there = [path for path in files if path.exists()]
    if there:
        raise DojoError(
            f"{name} exists already: {', '.join(str(path.relative_to(kata.root)) for path in there)}.",
            "Choose another name, or edit what is there.",
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
