"""A figure to draw on, and the PNG that it becomes."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojo.errors import DojoError, MissingLibraryError
from dojo.practice.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 120
WIDE = 8.0
"""Inches."""
SETTINGS = {
    "text.parse_math": False,  # what an answer gave back may hold any character
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "hatch.linewidth": 0.8,
}
MISSING = "Pictures are drawn by matplotlib, which is not installed."
WAY_OUT = "`pip install matplotlib` installs it, and `pip install 'dojo-katas[pictures]'` does the same."


def require_matplotlib() -> None:
    """Refuse to draw where matplotlib is not installed.

    Raises:
        MissingLibraryError: it says what to install.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise MissingLibraryError(MISSING, WAY_OUT) from None


@contextmanager
def paper() -> Iterator[Figure]:
    """An empty figure; inside the block, things are drawn in the project's style, whatever the user has set up."""
    require_matplotlib()
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with warnings.catch_warnings(), mpl.rc_context():
        warnings.simplefilter("ignore")  # letters that the font lacks, axes without anything on them
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield Figure(figsize=(WIDE, 6.0), dpi=DPI, layout="constrained")


def as_png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG, with all labels inside."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", pad_inches=0.15, facecolor="white")
    return buffer.getvalue()


def check_name(file: str) -> Path:
    """The file that a picture is to be written to.

    Raises:
        DojoError: its name does not end with ``.png``, or its folder is not there.
    """
    path = Path(file)
    if path.suffix.lower() != ".png":
        raise DojoError(
            f"A picture is a PNG file, and {file!r} does not end with .png.",
            "Name it such as hull.png; without a name, write --picture last.",
        )
    if not path.parent.is_dir():
        raise DojoError(f"There is no folder {path.parent} for {path.name}.", "Make it, or name another file.")
    return path


def write(png: bytes, file: Path) -> None:
    """Write a picture.

    Raises:
        DojoError: the file can't be written; the message says why.
    """
    write_atomically(file, png)


def title(figure: Figure, text: str, lines: Sequence[str] = ()) -> None:
    """A title over the whole figure, and lines below it."""
    figure.suptitle("\n".join([*textwrap.wrap(text, 80)[:2], *lines]), fontsize=11, x=0.02, ha="left", linespacing=1.4)


def panels(figure: Figure, count: int, *, width: float = 5.0, height: float = 4.5, rows: int = 1, **more: Any) -> Any:
    """Panels side by side, or in rows; an array of axes (rows, columns)."""
    columns = -(-count // rows)
    figure.set_size_inches(max(WIDE, width * columns), height * rows + 0.6)
    return figure.subplots(rows, columns, squeeze=False, **more)


def legend(axes: Axes, **more: Any) -> None:
    """A legend below the panel, where it hides nothing; each label once."""
    handles, labels = axes.get_legend_handles_labels()
    kept = dict(zip(labels, handles, strict=True))
    if kept:
        axes.legend(
            kept.values(),
            kept.keys(),
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            borderaxespad=3.4,  # below the label of the axis, however high the panel is
            ncols=min(3, len(kept)),
            frameon=False,
            **more,
        )


def short(text: str, most: int = 60) -> str:
    """A text in one line of at most so many characters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."
