"""A map of where a tensor is wrong: rows and columns of a result, each cell as dark as its error is large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dojo.pictures.ink import EXPECTED, GOT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FINE = {"float16": 2.0**-9, "bfloat16": 2.0**-6, "float32": 1e-4, "float64": 1e-9}
"""Errors below this, relative to the largest expected number, are drawn as right: rounding does not show as a bug."""
MOST_CELLS = 64
ROOMY = 5
"""Columns up to which both numbers stand in a wrong cell."""


def array(value: Any) -> np.ndarray | None:
    """A tensor or an array of numbers in float64; None for anything else."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.double().numpy() if value.dtype.is_floating_point else value.numpy()
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return None
    return value.astype(np.float64)


def dtype_of(value: Any) -> str:
    """The name of a dtype, without the library's."""
    return str(getattr(value, "dtype", "float64")).removeprefix("torch.")


def errors(expected: Any, got: Any) -> np.ndarray | None:
    """The error of each element, relative to the largest expected number; inf where one is not finite and the other is.

    None where they can't be compared, as two shapes can't.
    """
    r, o = array(expected), array(got)
    if r is None or o is None or r.shape != o.shape:
        return None
    finite = np.isfinite(r)
    size = float(np.abs(r[finite]).max(initial=0.0)) or 1.0
    with np.errstate(all="ignore"):
        off = np.abs(o - r) / size
    same = (o == r) | (np.isnan(o) & np.isnan(r))
    return np.where(same, 0.0, np.where(np.isfinite(off), off, np.inf))


def wrong_map(
    axes: Axes,
    error: np.ndarray,
    *,
    dtype: str,
    rows: str,
    columns: str,
    row_names: Sequence[str] = (),
    tile: int = 0,
    name: str = "",
    values: tuple[np.ndarray, np.ndarray] | None = None,
) -> None:
    """Draw a matrix of errors: white is right, orange is wrong, black is not finite.

    Args:
        axes: the panel.
        error: (rows, columns), see :func:`errors`.
        dtype: what counts as right, see ``FINE``.
        rows: what they are.
        columns: likewise.
        row_names: a label for each row; by default their numbers.
        tile: a line is drawn after so many columns, if above 0.
        name: of the result.
        values: what was expected and got, which is written into wrong cells where there is room.
    """
    from matplotlib.colors import LinearSegmentedColormap

    error, row_step = thinned(error, 0)
    error, column_step = thinned(error, 1)
    fine = FINE.get(dtype, 1e-9)
    with np.errstate(divide="ignore"):
        depth = np.clip(np.log10(np.maximum(error, 1e-300) / fine) / 6, 0.15, 1.0)
    colors = LinearSegmentedColormap.from_list("wrong", ["#fdd9b5", GOT.color, "#7a2f00"])(depth)
    colors[error <= fine] = (1, 1, 1, 1)
    colors[np.isinf(error)] = (0, 0, 0, 1)
    axes.imshow(colors, aspect="auto", interpolation="nearest")
    small = error.size <= 200
    room = values is not None and error.shape[1] <= ROOMY and values[0].shape == error.shape
    for (row, column), value in np.ndenumerate(error):
        if value > fine and small:
            text = "not finite" if error.shape[1] <= 6 else "!"
            if room and values is not None:
                text = f"got {values[1][row, column]:.4g}\nexpected {values[0][row, column]:.4g}"
            ink = "white" if np.isinf(value) or depth[row, column] > 0.5 else "black"
            axes.text(
                column, row, text if room or np.isinf(value) else f"{value:.0e}" if error.shape[1] <= 12 else "!",
                ha="center", va="center", color=ink, fontsize=8,
            )  # fmt: skip
    _lines(axes, error.shape, tile // column_step if tile else 0)
    names = list(row_names)[::row_step] or [str(number * row_step) for number in range(error.shape[0])]
    axes.set_yticks(range(error.shape[0])[: len(names)], names[: error.shape[0]], fontsize=8)
    every = -(-error.shape[1] // 16) or 1
    axes.set_xticks(range(0, error.shape[1], every), [str(x * column_step) for x in range(0, error.shape[1], every)])
    axes.set(xlabel=columns, ylabel=rows)
    wrong = int((error > fine).sum())
    axes.set_title(f"{name}: {wrong} of {error.size} cells are wrong", loc="left", fontweight="bold")


def thinned(error: np.ndarray, axis: int) -> tuple[np.ndarray, int]:
    """Neighbours put together, by their largest error, until ``MOST_CELLS`` are left at most; how many it takes."""
    step = -(-error.shape[axis] // MOST_CELLS) or 1
    if step == 1:
        return error, 1
    starts = np.arange(0, error.shape[axis], step)
    return np.maximum.reduceat(error, starts, axis=axis), step


def _lines(axes: Axes, shape: tuple[int, ...], tile: int) -> None:
    for x in range(shape[1] + 1):
        axes.axvline(x - 0.5, color="#cccccc", linewidth=0.5)
    for y in range(shape[0] + 1):
        axes.axhline(y - 0.5, color="#cccccc", linewidth=0.5)
    for x in range(0, shape[1] + 1, tile) if tile > 0 else ():
        axes.axvline(x - 0.5, color=EXPECTED.color, linewidth=2)


def words_only(figure: Figure, text: str) -> None:
    """A panel that says why there is nothing to compare."""
    figure.set_size_inches(8, 2.2)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color=GOT.color)
