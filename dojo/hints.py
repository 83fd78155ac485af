"""The hints of a solution: comments right before the code that they hint at."""

from __future__ import annotations

HINT = "# hint:"


def hints(solution: str) -> list[str]:
    """The hints of a solution in the order in which they are revealed, each on one line.

    A hint begins with ``# hint:`` and goes on over the comment lines right below it.

    Example:
        >>> hints("# hint: think\\n# twice\\nx = 1\\n# hint: write\\ny = 2")
        ['think twice', 'write']
    """
    found: list[str] = []
    open_hint = False
    for line in solution.splitlines():
        text = line.strip()
        if text.startswith(HINT):
            found.append(text.removeprefix(HINT).strip())
            open_hint = True
        elif open_hint and text.startswith("#"):
            found[-1] += " " + text.removeprefix("#").strip()
        else:
            open_hint = False
    return found


def without_hints(solution: str) -> str:
    """The solution as it is shown to a reader who needs no hints any more."""
    kept: list[str] = []
    in_hint = False
    for line in solution.splitlines(keepends=True):
        text = line.strip()
        in_hint = text.startswith(HINT) or (in_hint and text.startswith("#"))
        if not in_hint:
            kept.append(line)
    return "".join(kept)
