"""Times over sizes as lines on logarithmic axes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from dojo.bench.growth import Growth
from dojo.bench.workload import REFERENCE, YOURS
from dojo.errors import DojoError, MissingLibraryError

KINDS = (".png", ".svg", ".pdf")
MARKERS = "so^Dv*XP"
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9")
"""Of Okabe and Ito, which can be told apart by nearly everybody."""


def check(path: Path) -> None:
    """Refuse a picture that can't be drawn, before anything is measured.

    Raises:
        MissingLibraryError: matplotlib is not installed.
        DojoError: the file's kind is not known, or its folder is not there.
    """
    if path.suffix.lower() not in KINDS:
        raise DojoError(f"{path} is no picture that can be drawn.", f"Name a file that ends with {', '.join(KINDS)}.")
    if path.is_dir():
        raise DojoError(f"{path} is a folder.", "Name a file.")
    if not path.parent.is_dir():
        raise DojoError(f"{path} can't be written: there is no folder {path.parent}.", "Make it, or name another one.")
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingLibraryError(
            "A picture needs matplotlib, which is not installed.", "`pip install 'dojo-katas[pictures]'` installs it."
        )


def draw(growths: list[Growth], path: Path) -> None:
    """Write one plot for each workload, side by side.

    Raises:
        DojoError: the file can't be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4 * len(growths), 5.4), layout="constrained")
    axes = figure.subplots(1, len(growths), squeeze=False)[0]
    for axis, growth in zip(axes, growths, strict=True):
        colours = iter(COLOURS * len(growth.lines))
        for marker, line in zip(MARKERS * len(growth.lines), growth.lines, strict=False):
            if not line.samples:
                continue
            own = {REFERENCE: "black", YOURS: "#d55e00"}.get(line.name)
            label = line.name if line.exponent is None else f"{line.name}, $n^{{{line.exponent:.2f}}}$"
            axis.loglog(
                [sample.n for sample in line.samples],
                [growth.seconds(sample) * growth.per_operation.get(sample.n, 1) for sample in line.samples],
                marker=marker,
                color=own or next(colours),
                linewidth=2.5 if own else 1.5,
                label=label,
            )
        sizes = sorted({sample.n for line in growth.lines for sample in line.samples})
        axis.set_xticks(sizes, [f"{n:,}" for n in sizes])
        axis.minorticks_off()
        axis.set_title(f"{growth.kata}: {growth.workload}\n", fontsize=12)
        axis.text(0.5, 1.02, growth.what, transform=axis.transAxes, ha="center", fontsize=8.5)
        axis.set_xlabel("n")
        axis.set_ylabel("seconds of one call")
        axis.grid(visible=True, which="major", alpha=0.4)
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, fontsize=9)  # below, where no line is
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise DojoError(f"{path} can't be written: {error.strerror or error}.", "Name another file.") from error
