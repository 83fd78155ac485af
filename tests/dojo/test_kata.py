"""The catalogue: headers, names, order, and where katas are found."""

from __future__ import annotations

import pytest

from dojo.catalogue import Catalogue
from dojo.errors import KataFormatError, NoRepositoryError, UnknownKataError
from dojo.header import Header
from dojo.kata import Kata
from dojo.roots import find_root

FIELDS = "Level: 2\nNeeds: -\nSource: a book\nTime: O(n)\nSpace: O(1)\n"


def header(fields: str = FIELDS, prose: str = "Prose.") -> Header:
    return Header.parse(f"Title.\n\n{prose}\n\n{fields}")


def test_title_prose_and_fields_are_told_apart():
    parsed = header(prose="Prose with a colon: like this.\n\n    Level: 5 in an example")
    assert parsed.title == "Title."
    assert parsed.prose == "Prose with a colon: like this.\n\n    Level: 5 in an example"
    assert (parsed.level, parsed.needs, parsed.dots) == (2, (), "●●○○○")
    assert header(FIELDS.replace("Needs: -", "Needs: a/b, c/d")).needs == ("a/b", "c/d")
    assert parsed.openings == ()
    assert header(FIELDS + "Walls: loopback, processes\n").openings == ("processes", "loopback")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (FIELDS.replace("Level: 2", "Level: 6"), "Level is '6'"),
        (FIELDS.replace("Level: 2", "Level: easy"), "Level is 'easy'"),
        (FIELDS.replace("Level: 2\n", ""), "no field Level"),
        (FIELDS + "Colour: red\n", "unknown field 'Colour'"),
        (FIELDS + "Level: 2\n", "stands twice"),
        (FIELDS.replace("a book", ""), "'Source' is empty"),
        ("", "no field Level, Needs, Source, Time, Space"),
        (FIELDS + "Walls: internet\n", "Walls names 'internet'"),
        (FIELDS + "Walls: -\n", "Walls names '-'"),
        (FIELDS + "Walls: loopback, loopback\n", "'loopback' twice"),
    ],
)
def test_a_bad_header_is_refused_with_its_reason(fields, said):
    with pytest.raises(KataFormatError, match=said):
        header(fields)


@pytest.fixture
def repository(tmp_path):
    """Three katas of two topics; c/three is needed by a/one."""

    def write(name: str, level: int, needs: str = "-", code: str = "") -> None:
        for tree in ("katas", "solutions"):
            path = tmp_path / tree / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            fields = f"Level: {level}\nNeeds: {needs}\nSource: -\nTime: -\nSpace: -\n"
            path.write_text(f'"""Title of {name}.\n\nProse.\n\n{fields}"""\n{code}', encoding="utf-8")

    write("a/one", 1, "c/three")
    write("a/two", 1, code="import numpy as np\n")
    write("c/three", 3, code="from torch import nn\nimport numpy\n")
    write("c/two", 4, "a/nothing")
    return tmp_path


def test_each_kata_comes_after_those_that_it_needs(repository):
    names = [kata.name for kata in Catalogue(repository).katas]
    assert names == ["c/three", "a/one", "a/two", "c/two"]


def test_a_circle_in_needs_loses_no_kata(repository):
    path = repository / "solutions" / "c" / "three.py"
    for tree in ("katas", "solutions"):
        path = repository / tree / "c" / "three.py"
        path.write_text(path.read_text(encoding="utf-8").replace("Needs: -", "Needs: a/one"), encoding="utf-8")
    assert len(Catalogue(repository).katas) == 4


def test_names_are_found_short_and_long_and_by_path(repository):
    catalogue = Catalogue(repository)
    assert catalogue.find("one").name == "a/one"
    assert catalogue.find("c/two").name == "c/two"
    assert catalogue.find(str(repository / "katas" / "a" / "two.py")).name == "a/two"
    assert [kata.name for kata in catalogue.find_all(["c", "c/three"])] == ["c/three", "c/two"]
    with pytest.raises(UnknownKataError, match="2 katas") as caught:
        catalogue.find("two")
    assert "a/two, c/two" in caught.value.way_out
    with pytest.raises(UnknownKataError) as caught:
        catalogue.find("thre")
    assert "c/three" in caught.value.way_out


def test_the_library_is_read_from_the_imports(repository):
    assert [Kata(repository, *name.split("/")).library for name in ("a/one", "a/two", "c/three")] == [
        "plain",
        "numpy",
        "torch",
    ]


@pytest.mark.parametrize("text", ["def broken(:\n", "", '"""My own docstring."""\n', "\0"])
def test_a_stub_that_a_learner_broke_does_not_hide_the_kata(repository, text):
    (repository / "katas" / "a" / "one.py").write_text(text, encoding="utf-8")
    assert Catalogue(repository).find("one").header.title == "Title of a/one."


def test_the_root_is_found_from_a_folder_below(repository, tmp_path, monkeypatch):
    monkeypatch.delenv("DOJO_ROOT", raising=False)
    assert find_root(repository / "katas" / "a") == repository
    monkeypatch.setenv("DOJO_ROOT", str(tmp_path / "nowhere"))
    with pytest.raises(NoRepositoryError):
        find_root()


def test_a_field_over_two_lines_is_named():
    text = "Title.\n\nProse.\n\nLevel: 1\nNeeds: -\nSource: a very long\n  title of a book\nTime: O(1)\nSpace: O(1)\n"
    with pytest.raises(KataFormatError, match="'Source' goes on over a second line, 'title of a book'"):
        Header.parse(text)
