"""Pictures of checkpointing/checkpoint_chain."""

from __future__ import annotations

import torch

from dojo.pictures.paper import panels
from dojo.pictures.plane import inks
from dojo.pictures.timeline import timeline

EXAMPLE = (
    "measure",
    {
        "case": {
            "x": torch.ones(2),
            "kind": "leaf",
            "parameters": [],
            "layers": [("tanh",), ("sin",)] * 4,
            "segments": [(0, 3), (3, 6), (6, 8)],
            "grad": True,
            "backward": True,
        },
        "device": "cpu",
    },
)


def measure(figure, case):
    """Which outputs of layers are in memory after each call of a layer."""
    of_case = case["case"]
    lengths = [end - start for start, end in of_case["segments"]]
    layers = len(of_case["layers"])
    results = [(which, result) for which, result in case.results if type(result) is dict]
    parts = panels(figure, len(results), width=9, height=1.3 + 0.24 * layers, rows=len(results))[:, 0]
    for axes, (ink, result) in zip(parts, inks(results), strict=True):
        steps = [dict.fromkeys(step, 1) for step in result["live"]]
        timeline(axes, steps, ink, rows=layers, limit=len(lengths) + max(lengths, default=0))
        forward = sum(result["calls"][0])
        axes.axvline(forward, color="black", linewidth=2)
        middle = axes.get_xaxis_transform()
        axes.text(forward, -0.02, "forward  |  backward", ha="center", va="top", transform=middle, fontsize=9)
        for _, end in of_case["segments"][:-1]:
            axes.axhline(end - 0.5, color="#888888", linewidth=1, linestyle=":")
    return f"each column is a call of a layer; segments {of_case['segments']}"


def sqrt_segments(figure, case):
    """The segments as rows."""
    results = [each for each in case.results if type(each[1]) is list]
    parts = panels(figure, len(results), width=9, height=1.4, rows=len(results))[:, 0]
    for axes, (ink, result) in zip(parts, inks(results), strict=True):
        for start, end in [each for each in result if type(each) is tuple and len(each) == 2][:200]:
            axes.barh(0, end - start, left=start, height=0.7, facecolor="white", edgecolor=ink.color, hatch=ink.hatch)
            axes.text((start + end) / 2, 0, f"{end - start}", ha="center", va="center", fontweight="bold",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
        axes.set(yticks=[], xlim=(-0.5, max(case["n"], 1) + 0.5), xlabel="layers")
        axes.set_title(f"{ink.label}: {len(result)} segments", loc="left", color=ink.color, fontweight="bold")
    return f"sqrt({case['n']}) is {case['n'] ** 0.5:.3g}"
