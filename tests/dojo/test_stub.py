"""The stub is derived, and says nothing of the solution."""

from __future__ import annotations

import ast

import pytest

from dojo.errors import KataFormatError
from dojo.hints import hints, without_hints
from dojo.stub import derive

SOLUTION = '''"""Title.

Prose.
"""

from __future__ import annotations

import math  # for the body
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

# A comment that tells the method.
EPS = 1e-8
_CACHE: dict[int, int] = {}


class State(NamedTuple):
    """Fields stay."""

    m: np.ndarray  # running maximum
    l: np.ndarray


class Value:
    """A class."""

    __slots__ = ("data",)

    def __init__(self, data: float) -> None:
        """Make one."""
        self.data = math.sqrt(data)

    @property
    def twice(self) -> "Value":
        """Twice."""
        # hint: add
        return self + self

    def _helper(self) -> None:
        pass


def _private(x):
    return x


def one_line(x: int) -> int: return x


def work(blocks: Iterable[int], *, scale: float | None = None) -> list[int]:
    """Work.

    Example:
        >>> work([1])
        [1]
    """
    # hint: first
    # goes on here.
    #: not a hint any more

    # hint: second

    def inner() -> int:
        # hint: third
        return 1

    return [inner() for _ in blocks]  # trailing


# At the end.
'''

STUB = '''"""Title.

Prose.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

EPS = 1e-8


class State(NamedTuple):
    """Fields stay."""

    m: np.ndarray  # running maximum
    l: np.ndarray


class Value:
    """A class."""

    def __init__(self, data: float) -> None:
        """Make one."""
        raise NotImplementedError

    @property
    def twice(self) -> "Value":
        """Twice."""
        raise NotImplementedError


def one_line(x: int) -> int:
    raise NotImplementedError


def work(blocks: Iterable[int], *, scale: float | None = None) -> list[int]:
    """Work.

    Example:
        >>> work([1])
        [1]
    """
    raise NotImplementedError
'''


def test_bodies_private_names_comments_and_imports_that_only_bodies_need_go():
    assert derive(SOLUTION) == STUB


def test_the_stub_of_a_stub_is_itself():
    assert derive(STUB) == STUB


def test_what_is_derived_is_python():
    ast.parse(derive(SOLUTION))


def test_hints_come_in_the_order_of_the_text_and_go_on_over_comment_lines():
    assert hints(SOLUTION) == ["add", "first goes on here. : not a hint any more", "second", "third"]


def test_without_hints_only_hints_are_missing():
    text = without_hints(SOLUTION)
    assert hints(text) == []
    assert "# A comment that tells the method." in text
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(SOLUTION))


def test_a_solution_that_is_not_python_is_refused():
    with pytest.raises(KataFormatError):
        derive("def broken(:\n")
