"""Pictures of packing/bin_packing."""

from __future__ import annotations

from dojo.pictures.paper import panels
from dojo.pictures.plane import inks
from dojo.pictures.rows import packed_rows, packs

EXAMPLE = ("first_fit", {"lengths": [2, 6, 3, 5, 7, 1, 4], "capacity": 10})
UNREADABLE = "these are no packs of the samples"


def side_by_side(figure, results, lengths, capacity):
    """Expected and got as packed rows; packs that differ have a frame."""
    both = [packs(result, len(lengths)) for _, result in results]
    differ = [place for place in range(max(map(len, filter(None, both)), default=0)) if len(both) > 1 and
              (both[0] or [])[place : place + 1] != (both[1] or [])[place : place + 1]]  # fmt: skip
    height = 1.2 + 0.45 * max(3, *(min(40, len(each or [])) for each in both), 3)
    (row,) = panels(figure, len(both), width=6, height=height)
    for axes, (ink, _), rows in zip(row, inks(results), both, strict=True):
        if rows is None:
            axes.set_axis_off()
            axes.text(0.5, 0.5, UNREADABLE, ha="center", color=ink.color)
        else:
            packed_rows(axes, rows, lengths, capacity, ink, differ)
    listed = ", ".join(map(str, lengths[:20])) + ", ..." * (len(lengths) > 20)
    return f"lengths of samples 0, 1, 2, ...: {listed}; dots are padding"


def first_fit(figure, case):
    """The bins."""
    return side_by_side(figure, case.results, list(case["lengths"]), case["capacity"])


first_fit_decreasing = first_fit
