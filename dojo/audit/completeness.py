"""Rules on what must be there, and in which form."""

from __future__ import annotations

import ast
import contextlib
import doctest
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

from dojo.answers import right_answers, wrong_answers
from dojo.audit.finding import Finding
from dojo.binding import load_module
from dojo.catalogue import Catalogue
from dojo.errors import DojoError
from dojo.grading.properties import collect
from dojo.header import Header
from dojo.hints import hints
from dojo.kata import Kata
from dojo.stub import derive

FEWEST_HINTS, MOST_HINTS = 3, 4
FEWEST_PROPERTIES, MOST_PROPERTIES = 3, 6
FEWEST_WRONG, FEWEST_RIGHT = 8, 3
TODO = "TODO"


def check_repository(catalogue: Catalogue) -> Iterator[Finding]:
    """Mirrored trees with nothing stray, topic introductions, Needs that are known and without cycles."""
    root = catalogue.root
    yield from _check_stray_files(catalogue)
    for topic in catalogue.topics:
        introduction = root / "katas" / topic / "__init__.py"
        text = introduction.read_text(encoding="utf-8") if introduction.is_file() else ""
        if not text.strip() or TODO in text:
            yield Finding(f"katas/{topic}/__init__.py", "does not say what the topic is about and what to read")
    yield from _check_needs(catalogue)


def _check_stray_files(catalogue: Catalogue) -> Iterator[Finding]:
    """Every file of the trees belongs to a kata or a topic, or is shared by tests."""
    root = catalogue.root
    tests = root / "tests"
    expected = {*tests.glob("*.py"), *tests.glob("strategies/*.py"), *tests.glob("dojo/**/*")}
    for topic in catalogue.topics:
        expected |= {root / tree / topic / "__init__.py" for tree in ("katas", "solutions", "tests")}
        expected |= {path for path in tests.glob(f"{topic}/*.py") if not path.name.startswith("test_")}
        expected.add(tests / "signatures" / f"{topic}.toml")
    for kata in catalogue.katas:
        expected |= set(files_of(kata))
    for tree in ("katas", "solutions", "tests"):
        for path in sorted((root / tree).rglob("*")):
            if path.is_file() and path not in expected and "__pycache__" not in path.parts:
                yield Finding(str(path.relative_to(root)), "belongs to no kata; rename it, write its kata or remove it")


def _check_needs(catalogue: Catalogue) -> Iterator[Finding]:
    needs = {kata.name: kata.header.needs for kata in catalogue.katas}
    for name, needed in needs.items():
        for other in needed:
            if other not in needs:
                yield Finding(name, f"Needs names {other!r}, which is no kata")
    for name in needs:
        cycle = _cycle_from(name, needs)
        if cycle and min(cycle) == name:  # told once, by its first kata
            yield Finding(name, f"Needs goes in a circle: {' -> '.join([*cycle, name])}")


def _cycle_from(start: str, needs: dict[str, tuple[str, ...]]) -> list[str] | None:
    """A path along Needs that comes back to where it began."""
    paths = [[start]]
    while paths:
        path = paths.pop()
        for other in needs.get(path[-1], ()):
            if other == start:
                return path
            if other not in path:
                paths.append([*path, other])
    return None


def files_of(kata: Kata) -> list[Path]:
    """The files that belong to a kata, there or not, and its topic's signatures; all that :func:`check_kata` reads."""
    written = [
        kata.stub,
        kata.solution,
        kata.properties,
        kata.probes,
        kata.pictures,
        kata.wrong_edits,
        kata.equivalents,
    ]
    kept = [*sorted(kata.wrong_files.glob("*.py")), *sorted(kata.right_files.glob("*.py"))]
    return [*written, kata.signatures, *kept]


def property_names(kata: Kata) -> list[str]:
    """The test functions of a sound kata, in the order of its test file."""
    return list(dict.fromkeys(each.bare_name for each in collect(kata)))


def check_kata(catalogue: Catalogue, kata: Kata, *, write: bool) -> Iterator[Finding]:
    """Header, stub, hints, docstrings, properties and kept answers of one kata."""
    solution = kata.solution.read_text(encoding="utf-8")
    try:
        Header.parse(ast.get_docstring(ast.parse(solution)) or "", where=str(kata.solution.relative_to(kata.root)))
        derived = derive(solution)
    except (DojoError, SyntaxError) as error:
        yield Finding(kata.name, str(error), blocks=True)
        return
    if write and (not kata.stub.exists() or kata.stub.read_text(encoding="utf-8") != derived):
        kata.stub.parent.mkdir(parents=True, exist_ok=True)
        kata.stub.write_text(derived, encoding="utf-8")
    yield from _check_stub(kata, derived)
    yield from _check_todos(kata)
    found = hints(solution)
    if not FEWEST_HINTS <= len(found) <= MOST_HINTS:
        yield Finding(
            kata.name, f"the solution has {len(found)} hints; write {FEWEST_HINTS} or {MOST_HINTS}, as '# hint: ...'"
        )
    yield from _check_signatures(catalogue, kata, derived)
    yield from _check_docstrings(kata, derived)
    yield from _check_properties(kata)
    yield from _check_kept_answers(kata)


def _check_stub(kata: Kata, derived: str) -> Iterator[Finding]:
    where = str(kata.stub.relative_to(kata.root))
    if not kata.stub.is_file():
        yield Finding(where, "is missing; `dojo audit --write` derives it from the solution", blocks=True)
    elif (present := kata.stub.read_text(encoding="utf-8")) != derived:
        line = next(
            (number for number, (one, other) in enumerate(_lines(present, derived), start=1) if one != other), 1
        )
        yield Finding(
            where,
            f"is not the stub that the solution gives (first in line {line}): solved, or drifted; "
            "`dojo audit --write` renews it",
        )


def _lines(one: str, other: str) -> Iterator[tuple[str | None, str | None]]:
    first, second = one.splitlines(), other.splitlines()
    for index in range(max(len(first), len(second))):
        yield (first[index] if index < len(first) else None, second[index] if index < len(second) else None)


def _check_todos(kata: Kata) -> Iterator[Finding]:
    written = (kata.solution, kata.properties, kata.probes, kata.wrong_edits, kata.equivalents)
    files = [*written, *sorted(kata.right_files.glob("*.py"))]
    for path in files:
        if path.is_file():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if TODO in line or "todo_" in line:
                    yield Finding(f"{path.relative_to(kata.root)}:{number}", f"still to be written: {line.strip()}")
        if "todo_" in path.name:
            yield Finding(str(path.relative_to(kata.root)), "still has the name that `dojo new` gave it")


def _check_signatures(catalogue: Catalogue, kata: Kata, derived: str) -> Iterator[Finding]:
    listed = kata.signatures
    fixed = tomllib.loads(listed.read_text(encoding="utf-8")).get(kata.short_name) if listed.is_file() else None
    present = signatures(derived)
    if fixed is None:
        where = listed.relative_to(catalogue.root)
        yield Finding(kata.name, f"is not in {where}; write {kata.short_name} = {json.dumps(present)}")
        return
    for wanted in fixed:
        if wanted not in present:
            yield Finding(kata.name, f"the fixed signature {wanted!r} is not there; there are {present}")
    for extra in present:
        if extra not in fixed and "__" not in extra:  # Python fixes the signatures of special methods
            yield Finding(kata.name, f"{extra!r} is not among the fixed signatures; begin its name with an underscore")


def signatures(source: str) -> list[str]:
    """Every public signature of a module: functions, classes with bases, methods, fields and constants.

    Example:
        >>> signatures("EPS = 1e-8\\nclass Pair(NamedTuple):\\n    a: int\\n    def sum(self) -> int: ...")
        ['EPS = 1e-08', 'class Pair(NamedTuple)', 'Pair.a: int', 'Pair.sum(self) -> int']
    """
    found: list[str] = []

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef):
                returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
                found.append(f"{prefix}{node.name}({ast.unparse(node.args)}){returns}")
            elif isinstance(node, ast.ClassDef):
                bases = ", ".join(map(ast.unparse, node.bases))
                found.append(f"class {prefix}{node.name}({bases})" if bases else f"class {prefix}{node.name}")
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                found.append(prefix + ast.unparse(node))

    visit(ast.parse(source).body, "")
    return found


def _check_docstrings(kata: Kata, derived: str) -> Iterator[Finding]:
    tree = ast.parse(derived)
    for node in ast.walk(tree):
        special = getattr(node, "name", "").startswith("__")  # these do what their names say
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not special and not ast.get_docstring(node):
            yield Finding(kata.name, f"{node.name} has no docstring")
    for node in tree.body:
        documented = ast.get_docstring(node) if isinstance(node, ast.FunctionDef | ast.ClassDef) else None
        if documented is not None and ">>>" not in documented and not _only_fields(node):
            yield Finding(
                kata.name, f"the docstring of {getattr(node, 'name', '?')} has no example that runs (>>> ...)"
            )
    try:
        module = load_module(kata.solution, f"solutions.{kata.topic}.{kata.short_name}")
    except Exception as error:
        yield Finding(kata.name, f"the solution can't be imported: {type(error).__name__}: {error}", blocks=True)
        return
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__):
        failed = runner.run(test, out=said.append).failed
        if failed:
            yield Finding(
                kata.name, f"an example in the docstring of {test.name.rpartition('.')[2]} is wrong:\n{''.join(said)}"
            )
            said.clear()


def _only_fields(node: ast.stmt) -> bool:
    """Whether a class only declares fields, so that there is nothing to call."""
    return isinstance(node, ast.ClassDef) and not any(isinstance(each, ast.FunctionDef) for each in node.body)


def _check_properties(kata: Kata) -> Iterator[Finding]:
    try:
        names = {each.name.partition("[")[0] for each in collect(kata)}
    except DojoError as error:
        yield Finding(kata.name, f"{error} {error.way_out}", blocks=True)
        return
    except Exception as error:
        yield Finding(kata.name, f"its properties can't be imported: {type(error).__name__}: {error}", blocks=True)
        return
    if not FEWEST_PROPERTIES <= len(names) <= MOST_PROPERTIES:
        yield Finding(kata.name, f"has {len(names)} properties; write {FEWEST_PROPERTIES} to {MOST_PROPERTIES}")


def _check_caught_by(kata: Kata) -> Iterator[Finding]:
    names = {each.bare_name for each in collect(kata)}
    for answer in wrong_answers(kata):
        if answer.caught_by not in names:
            yield Finding(kata.name, f"the wrong answer {answer.name} is caught_by {answer.caught_by!r}, no property")


def _check_kept_answers(kata: Kata) -> Iterator[Finding]:
    for kind, load, fewest in (("wrong", wrong_answers, FEWEST_WRONG), ("right", right_answers, FEWEST_RIGHT)):
        try:
            count = len(load(kata))
        except DojoError as error:
            yield Finding(kata.name, f"{error} {error.way_out}", blocks=True)
            continue
        if count < fewest:
            yield Finding(kata.name, f"has {count} {kind} answers; keep at least {fewest} in {_place(kata, kind)}")
    with contextlib.suppress(Exception):  # what can't be loaded was told above
        yield from _check_caught_by(kata)


def _place(kata: Kata, kind: str) -> Path:
    return (kata.wrong_edits if kind == "wrong" else kata.right_files).relative_to(kata.root)
