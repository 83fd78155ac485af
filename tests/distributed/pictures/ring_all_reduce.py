"""Pictures of distributed/ring_all_reduce."""

from __future__ import annotations

import string

import numpy as np

from dojo.pictures.heat import FINE
from dojo.pictures.ink import GIVEN, INKS
from dojo.pictures.paper import panels

EXAMPLE = ("ring", {"rounds": [[np.array([1, 2, 3, 4]), np.array([10, 20, 30, 40]), np.array([100, 200, 300, 400])]],
                    "order": 0})  # fmt: skip
HUES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7a5c00", "#56B4E9", "#444444", "#a00000")
MOST_STEPS = 20


def ring(figure, case):
    """Who sends which chunk when, and what every rank has in the end."""
    arrays = case["rounds"][0]
    results = [(which, each) for which, each in case.results if type(each) is dict]
    parts = panels(figure, 2 * len(results), width=6.5, height=1.4 + 0.62 * len(arrays), rows=len(results),
                   width_ratios=[2.2, 1])  # fmt: skip
    for (left, right), (which, result) in zip(parts, results, strict=True):
        messages(left, arrays, result, which)
        ends(right, arrays, result, which)
    return (
        f"{len(arrays)} ranks; a letter is a chunk, its digits the ranks whose parts are in it; "
        "grey: only its size is told"
    )


def messages(axes, arrays, result, which):
    """An arrow for each message: the steps of its sender to the right, ranks down."""
    world, counts = len(arrays), {}
    most = 2 * (world - 1)
    for number, (rank, to, elements, _) in enumerate(result["sent"]):
        step = counts[rank] = counts.get(rank, -1) + 1
        if step >= MOST_STEPS or to not in range(world):
            continue
        chunk, parts = identity(arrays, elements, result["first"][number])
        hue = HUES[chunk % len(HUES)] if chunk is not None else GIVEN.color
        around = abs(to - rank) > 1  # past the last rank to the first one, or the other way
        bend = f"arc3,rad={0.35 if to > rank else -0.35}" if around else "arc3,rad=0"
        start, end = (step + 0.1, rank), (step + 0.85, to)
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": hue, "lw": 1.8,
                                                  "ls": INKS[which].linestyle,
                                                  "connectionstyle": bend, "mutation_scale": 13})  # fmt: skip
        text = f"{string.ascii_lowercase[chunk]}{parts}" if chunk is not None else f"{elements}"
        axes.text(*start, text, color="white", fontsize=8, fontweight="bold", ha="center", va="center", zorder=5,
                  bbox={"boxstyle": "round,pad=0.2", "facecolor": hue, "edgecolor": "none"})  # fmt: skip
    steps = max([most, *(count + 1 for count in counts.values())])
    axes.set(xlim=(-0.25, min(steps, MOST_STEPS) + 0.2), ylim=(world - 0.4, -0.6), xlabel="step of the sender")
    axes.set_xticks(np.arange(min(steps, MOST_STEPS)) + 0.1, range(min(steps, MOST_STEPS)))
    axes.set_yticks(range(world), [f"rank {rank}" for rank in range(world)])
    if world > 1:
        axes.axvline(world - 1 - 0.17, color="#888888", linestyle=":")
    stuck = f"; {'; '.join(result['stuck'])}"[:60] if result["stuck"] else ""
    left = f"; {result['left']} never received" if result["left"] else ""
    axes.set_title(f"{which}: {len(result['sent'])} messages{left}{stuck}", loc="left", fontweight="bold",
                   color=INKS[which].color)  # fmt: skip


def identity(arrays, elements, first):
    """The chunk that a message holds, where only one fits, and whose parts are in it."""
    world = len(arrays)
    cut = [np.array_split(each.reshape(-1), world) for each in arrays]
    found = []
    for chunk in range(world):
        if elements != cut[0][chunk].size or not elements or type(first) not in (int, float):
            continue
        for start in range(world):
            for count in range(1, world + 1):
                ranks = sorted((start + step) % world for step in range(count))
                with np.errstate(all="ignore"):
                    total = sum(float(cut[rank][chunk].flat[0].real) for rank in ranks)
                if np.isclose(total, first, rtol=1e-5, atol=0) and (chunk, ranks) not in found:
                    found.append((chunk, ranks))
    return (found[0][0], "".join(map(str, found[0][1]))) if len(found) == 1 else (None, "")


def ends(axes, arrays, result, which):
    """What every rank has in the end; what is not the sum has a dark cell."""
    with np.errstate(all="ignore"):
        total = sum(each.reshape(-1).astype(complex) for each in arrays)
    count = min(len(total), 12)
    for rank, got in enumerate(result["results"][0]):
        values = got.reshape(-1) if isinstance(got, np.ndarray) else np.full(len(total), np.nan)
        for column in range(count):
            value = values[column] if column < len(values) else np.nan
            fine = FINE.get(str(arrays[0].dtype), 1e-9)
            good = np.isclose(complex(value), total[column], rtol=fine, atol=0, equal_nan=True)
            axes.text(column, rank, f"{value:.4g}", ha="center", va="center", fontsize=8,
                      color="black" if good else "white", fontweight="normal" if good else "bold",
                      bbox={"facecolor": "white" if good else "black", "edgecolor": "#bbbbbb", "pad": 2.5})  # fmt: skip
    axes.set(xlim=(-0.6, max(count, 1) - 0.4), ylim=(len(arrays) - 0.4, -0.6), xticks=[], yticks=range(len(arrays)))
    axes.spines[["left", "bottom"]].set_visible(False)
    more = f", first {count} of {len(total)}" if len(total) > count else ""
    axes.set_title(f"in the end{more}", loc="left", color=INKS[which].color)
