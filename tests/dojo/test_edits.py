"""Edits of a solution's text do not depend on its layout."""

from __future__ import annotations

import pytest

from dojo.edits import EditError, replace_body, replace_code

SOURCE = '''def f(a, b):
    """Doc."""
    if a:
        return g(a, b)  # why
    return h(a,
             b)


class C:
    def m(self):
        return 1
'''


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("g(a, b)", "g(b)", "        return g(b)  # why"),
        ("g(\n    a,\n    b,\n)", "g(b)", "        return g(b)  # why"),
        ("return h(a, b)", "x = 1\nreturn x", "    x = 1\n    return x\n"),
        ("    return h(a, b)", "    x = 1\n    return x", "    x = 1\n    return x\n"),
        ("if a: return g(a, b)", "if not a:\n    return 0", "    if not a:\n        return 0  # why"),
    ],
)
def test_code_is_found_in_any_layout_and_its_place_taken_at_the_same_depth(old, new, expected):
    assert expected in replace_code(SOURCE, old, new)


@pytest.mark.parametrize("old", ["", "x", "a", "Doc", "# why"])
def test_what_stands_there_not_once_is_refused(old):
    with pytest.raises(EditError, match="times in the solution, not once"):
        replace_code(SOURCE, old, "y")


def test_a_body_is_replaced_and_the_docstring_stays():
    changed = replace_body(SOURCE, "f", "\n    return a\n")
    assert changed.startswith('def f(a, b):\n    """Doc."""\n    return a\n\n\nclass C:')
    assert "        return 2\n" in replace_body(SOURCE, "C.m", "return 2")
    with pytest.raises(EditError, match=r"no function C\.n"):
        replace_body(SOURCE, "C.n", "pass")
