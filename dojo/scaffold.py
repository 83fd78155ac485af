"""``dojo new``: the files of a new kata, each saying what is still to be written."""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dojo.audit.completeness import signatures
from dojo.catalogue import Catalogue
from dojo.errors import DojoError
from dojo.kata import Kata
from dojo.stub import derive

Kind = Literal["plain", "numpy", "torch", "class"]


@dataclass(frozen=True)
class _Form:
    """What differs between the kinds of katas: the solution's code, and the properties' pieces."""

    imports: str
    code: str
    strategy_imports: str
    strategy: str
    call: str
    oracle: str
    refused: str
    answer: str


FUNCTION = '''
def {name}(values: {type}) -> {result}:
    """TODO: what it returns.

    Args:
        values: TODO: shape, dtype, unit; unchanged.

    Raises:
        ValueError: TODO.

    Example:
        >>> {example}

    Limits: TODO.
    """
    if {empty}:
        raise ValueError("TODO: say which value, and what to do")
    # hint: TODO: a nudge.
    # hint: TODO: a direction.
    # hint: TODO: almost there.
    return values.sum()
'''

CLASS = '''
class {title}:
    """TODO: what it is.

    Args:
        values: TODO: unit; unchanged.

    Raises:
        ValueError: TODO.

    Example:
        >>> {title}([1, 2]).total()
        3
    """

    def __init__(self, values: list[int]) -> None:
        if not values:
            raise ValueError("TODO: say which value, and what to do")
        # hint: TODO: a nudge.
        self._values = list(values)

    def total(self) -> int:
        """TODO: what it returns."""
        # hint: TODO: a direction.
        # hint: TODO: almost there.
        return sum(self._values)
'''


def _form(kind: Kind, name: str, full: str) -> _Form:
    topic = full.partition("/")[0]
    title = "".join(part.title() for part in name.split("_"))
    if kind == "class":
        return _Form(
            imports="",
            code=CLASS.format(title=title),
            strategy_imports=(
                f"from tests.strategies.sizes import lists\nfrom tests.{topic}.probes import {name} as probes"
            ),
            strategy="values=lists(integers()).filter(bool)",
            call="kata.run(probes.total, values)",
            oracle="sum(values)",
            refused="refuses(kata.run, probes.total, [])",
            answer=CLASS.format(title=title).replace("sum(self._values)", "sum(reversed(self._values))"),
        )
    if kind == "plain":
        code = FUNCTION.format(
            name=name, type="list[int]", result="int", example=f"{name}([1, 2])\n        3", empty="not values"
        ).replace("values.sum()", "sum(values)")
        return _Form(
            imports="",
            code=code,
            strategy_imports="from tests.strategies.sizes import lists",
            strategy="values=lists(integers()).filter(bool)",
            call=f"kata.{name}(values)",
            oracle="sum(values)",
            refused=f"refuses(kata.{name}, [])",
            answer=code.replace("sum(values)", "sum(reversed(values))"),
        )
    library, type_ = ("np", "np.ndarray") if kind == "numpy" else ("torch", "Tensor")
    make = "np.array" if kind == "numpy" else "torch.tensor"
    imports = "import numpy as np\n" if kind == "numpy" else "import torch\nfrom torch import Tensor\n"
    empty = "not values.size" if kind == "numpy" else "not values.numel()"
    code = FUNCTION.format(
        name=name, type=type_, result="float", example=f"{name}({make}([1.0, 2.0]))\n        3.0", empty=empty
    ).replace("values.sum()", "float(values.sum())")
    layouts = "array_layouts" if kind == "numpy" else "tensor_layouts"
    return _Form(
        imports=imports,
        code=code,
        strategy_imports=(
            f"from tests.strategies.layouts import {layouts}, laid_out\nfrom tests.strategies.sizes import lists"
        ),
        strategy=(
            f"\n    values=st.tuples(lists(st.integers(-9, 9)).filter(bool), {layouts}()).map(\n"
            f"        lambda drawn: laid_out({make}(drawn[0], dtype={library}.float64), drawn[1])\n    )\n"
        ),
        call=f"kata.{name}(values)",
        oracle="math.fsum(values.tolist())",
        refused=f"refuses(kata.{name}, {library}.zeros(0))",
        answer=code.replace("values.sum()", "values.flip(0).sum()" if kind == "torch" else "values[::-1].sum()"),
    )


HEADER = '''"""TODO: a title, as an order to the reader.

TODO: what it is, where it is met in practice, an example with small numbers, and the trap. Do not give the method away.

Level: 1
Needs: -
Source: TODO
Time: TODO
Space: TODO
"""
'''

TESTS = '''"""Properties of {full}."""

from __future__ import annotations
{maths}
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement import agreed
from tests.refusals import refuses
{strategy_imports}
{magnitudes}{library}

@given({strategy})
def test_todo_name_what_holds(kata, solution, values):
    # TODO: the oracle is slow and obvious, or a library, and shares no code with the solution.
    expected = agreed({trusted}, {oracle})
    got = {call}
    assert got == expected, f"{name} gave {{got}}, expected {{expected}}"


@settings(max_examples=20)
@given({strategy})
def test_todo_name_a_relation_that_needs_no_oracle(kata, values):
    assert {call} == {call}


def test_todo_name_what_is_refused(kata):
    # TODO: every clause of Raises, for every argument, with the others at their edges too.
    {refused}
'''

PROBES = '''"""Probes of {full}: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from typing import Any


def total(kata: Any, values: list[int]) -> int:
    """TODO: what of the answer is looked at; a meter is read here (see ``dojo.meters``)."""
    return kata.{title}(values).total()
'''

WRONG = """# Wrong answers to {full}: each is an edit of the solution; every one must be rejected. At least 8.

[todo_name_the_mistake]
why = "TODO: what goes wrong, and where such a bug was met"
caught_by = "test_todo_name_what_holds"
replace = '{old}'
with = '{new}'
"""

TOPIC = '''"""TODO: what the topic {topic} is about, and what to read."""
'''


SOLUTIONS = '''"""Reference solutions of ``{topic}``; its introduction is in ``katas/{topic}/__init__.py``."""
'''


def create(catalogue: Catalogue, name: str, kind: Kind = "plain") -> list[Path]:
    """Write all files of a new kata.

    Args:
        catalogue: the repository's katas.
        name: ``topic/kata``, both as Python names in lower case.
        kind: ``plain``, ``numpy`` or ``torch`` for functions, ``class`` for a class behind probes.

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
    files = _files(kata, kind)
    there = [path for path in files if path.exists()]
    if there:
        raise DojoError(
            f"{name} exists already: {', '.join(str(path.relative_to(kata.root)) for path in there)}.",
            "Choose another name, or edit what is there.",
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _add_signatures(kata, derive(files[kata.solution]))
    return [*files, kata.signatures]


def _files(kata: Kata, kind: Kind) -> dict[Path, str]:
    form = _form(kind, kata.short_name, kata.name)
    solution = f"{HEADER}\n{form.imports}{chr(10) * bool(form.imports)}{form.code}"
    is_array = kind in ("numpy", "torch")
    old = "values.sum()" if is_array else "sum(self._values)" if kind == "class" else "sum(values)"
    new = {"sum(values)": "sum(values[1:])", "values.sum()": "values[1:].sum()"}.get(old, "sum(self._values[1:])")
    tests = TESTS.format(
        full=kata.name,
        name=kata.short_name,
        maths="\nimport math\n" if is_array else "",
        magnitudes="" if is_array else "from tests.strategies.magnitudes import integers\n",
        library={"numpy": "\nimport numpy as np\n", "torch": "\nimport torch\n"}.get(kind, ""),
        strategy_imports=form.strategy_imports,
        strategy=form.strategy,
        trusted=form.call.replace("kata.", "solution.", 1),
        oracle=form.oracle,
        call=form.call,
        refused=form.refused,
    )
    if kind in ("numpy", "torch"):  # the library's import stands with the others
        library = "import numpy as np\n" if kind == "numpy" else "import torch\n"
        tests = tests.replace(f"\n{library}\n\n@given", "\n\n@given").replace(
            "from hypothesis import given", f"{library}from hypothesis import given"
        )
    else:
        tests = tests.replace("from hypothesis import strategies as st\n", "")
    right = '"""TODO: how this right answer differs from the solution. At least 3 of them."""\n'
    files = {
        kata.solution: solution,
        kata.stub: derive(solution),
        kata.properties: tests,
    }
    if kind == "class":
        title = "".join(part.title() for part in kata.short_name.split("_"))
        files[kata.probes] = PROBES.format(full=kata.name, title=title)
    files[kata.wrong_edits] = WRONG.format(full=kata.name, old=old, new=new)
    files[kata.right_files / "todo_name_the_way.py"] = f"{right}\n{form.imports}\n{form.answer}"
    introduction = kata.stub.parent / "__init__.py"
    if not introduction.exists():
        files[introduction] = TOPIC.format(topic=kata.topic)
        files[kata.solution.parent / "__init__.py"] = SOLUTIONS.format(topic=kata.topic)
    return files


def _add_signatures(kata: Kata, stub: str) -> None:
    """Note the signatures, where they do not stand there ahead of the kata."""
    path = kata.signatures
    text = path.read_text(encoding="utf-8") if path.is_file() else f"# The public signatures of `{kata.topic}`.\n"
    if re.search(rf"^{kata.short_name} =", text, re.MULTILINE):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n{kata.short_name} = {json.dumps(signatures(stub), indent=4)}\n", encoding="utf-8")
