"""What ``dojo show --picture`` and ``dojo check --picture`` do: a file, and one line that names it or says why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dojo.errors import DojoError
from dojo.kata import Kata, require_library
from dojo.pictures.paper import check_name, require_matplotlib, write

if TYPE_CHECKING:
    from dojo.grading.grader import Grader
    from dojo.grading.verdict import Verdict


def draw_example(kata: Kata, file: str | None) -> str:
    """Draw a kata's worked example into a file, by default ``<kata>.png`` here; the line that names it.

    Raises:
        DojoError: there is no picture of this kata, matplotlib or the kata's library is not installed, or the file
            can't be written.
    """
    path = check_name(file or f"{kata.short_name}.png")
    require_matplotlib()
    require_library(kata)
    from dojo.grading.reference import Reference
    from dojo.pictures import drawer

    drawer.drawers(kata)
    write(drawer.draw_example(Reference(kata)), path)
    return f"Picture: {path}  (the worked example of {kata.name})"


def check_file(file: str | None, katas: list[Kata]) -> None:
    """Refuse a file for pictures that can't be meant, before anything is judged; empty is a name for each kata."""
    if not file:
        return
    check_name(file)
    if len(katas) > 1:
        raise DojoError(
            f"{file!r} holds one picture, and {len(katas)} katas are checked.",
            "Leave the name out: then each kata has a file of its own.",
        )


def draw_failure(grader: Grader, kata: Kata, verdict: Verdict, file: str) -> str:
    """Draw what an answer got wrong, by default into ``<kata>-wrong.png`` here.

    Returns:
        The line that names the file, or says why there is none. Nothing that goes wrong here is raised: the verdict
        stands whatever becomes of its picture.
    """
    if verdict.outcome != "rejected":
        return f"No picture: there is none of an answer that is {verdict.outcome.replace('_', ' ')}."
    path = Path(file or f"{kata.short_name}-wrong.png")
    try:
        require_matplotlib()
        from dojo.pictures import drawer

        png, shown = drawer.draw_failure(grader.reference(kata), verdict, grader.failures)
        write(png, path)
    except DojoError as error:
        return f"No picture: {f'{error} {error.way_out}'.strip()}"
    except Exception as error:
        return f"No picture: drawing failed ({type(error).__name__}: {' '.join(str(error).split())[:200]})."
    return f"Picture: {path}  ({shown})"
