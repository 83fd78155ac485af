"""Pictures of checkpointing/checkpoint_plan."""

from __future__ import annotations

import itertools

from dojo.pictures.case import number
from dojo.pictures.heat import words_only
from dojo.pictures.ink import INKS
from dojo.pictures.paper import panels
from dojo.pictures.timeline import timeline

EXAMPLE = ("plan", {"costs": [1, 5, 2, 7, 1], "sizes": [2, 3, 9, 1, 4], "budget": 13})


def plan(figure, case):
    """What is in memory while outputs are visited from the last to the first, under each plan."""
    costs, sizes, budget = list(case["costs"]), list(case["sizes"]), case["budget"]
    if not sizes or any(number(each) is None for each in (*sizes, *costs, budget)):
        return words_only(figure, "nothing that can be drawn to scale")
    found = [(which, kept_in(result, len(sizes))) for which, result in case.results]
    tall = 1.5 + 0.32 * len(sizes)
    heights = [0.3 if kept is None else tall for _, kept in found]
    parts = panels(figure, len(found), width=7 + 0.2 * len(sizes), height=sum(heights) / len(found), rows=len(found),
                   height_ratios=heights)  # fmt: skip
    for axes, (which, kept) in zip(parts[:, 0], found, strict=True):
        if kept is None:
            axes.set_axis_off()
            axes.text(0, 0.5, f"{which}: no plan ({case.words(which)})"[:90], color=INKS[which].color, va="center")
            continue
        steps, now = [], []
        for j in reversed(range(len(sizes))):
            run = [] if j in kept else run_around(j, kept, len(sizes))
            steps.append({i: sizes[i] for i in sorted({*kept, *run})})
            now.append(j)
        timeline(axes, steps, INKS[which], rows=len(sizes), limit=budget, now=now, unit="sizes")
        paid = sum(cost for i, cost in enumerate(costs) if i not in kept)
        axes.set_title(f"keep {sorted(kept)}: recomputed cost {paid}", loc="right", color=INKS[which].color)
        names = [f"output {i}, cost {costs[i]}" for i in range(len(sizes))]
        axes.set_yticks([*range(len(sizes)), len(sizes)], [*names, "memory"], fontsize=8)
    return f"the backward pass visits outputs from the last to the first (dark); budget {budget}"


def kept_in(result, n):
    """The kept outputs of a plan; None for anything else."""
    if type(result) is not tuple or len(result) != 2 or type(result[1]) is not list:
        return None
    return set(result[1]) if all(type(i) is int and 0 <= i < n for i in result[1]) else None


def run_around(j, kept, n):
    """The dropped neighbours of a dropped output, itself included."""
    low = high = j
    while low - 1 >= 0 and low - 1 not in kept:
        low -= 1
    while high + 1 < n and high + 1 not in kept:
        high += 1
    return list(range(low, high + 1))


def revolve_cost(figure, case):
    """The walk of the best schedule along the chain; a dot is a state that was put into a slot."""
    length, slots = case["length"], min(case["slots"], case["length"])
    walk, stored = schedule(length, slots)
    ((axes,),) = panels(figure, 1, width=9, height=4)
    ink = INKS["expected"]
    axes.step(range(len(walk)), walk, where="mid", **ink.line(linewidth=2))
    axes.plot([at for at, _ in stored], [state for _, state in stored], **ink.marks(markersize=8))
    axes.axhline(0, color="#bbbbbb", linewidth=0.8)
    axes.set(
        xlabel="time: every rise is a forward step, every fall goes back to a slot",
        ylabel="state",
        yticks=range(0, length, -(-length // 15)),
    )
    steps = sum(max(0, after - before) for before, after in itertools.pairwise(walk))
    axes.set_title(f"a schedule of {steps} forward steps", loc="left", color=ink.color, fontweight="bold")
    return f"{length} states, {case['slots']} slots"


def schedule(length, slots):
    """The states where the walk is, one after the other, and when which state was put into a slot."""
    known = {}

    def p(states, s):
        if states == 1:
            return 0
        if s == 1:
            return states * (states - 1) // 2
        if (states, s) not in known:
            known[states, s] = min((k + p(k, s) + p(states - k, s - 1), k) for k in range(1, states))
        return known[states, s][0]

    walk, stored = [0], [(0, 0)]

    def back(start, states, s):
        if states == 1:
            walk.append(start)
        elif s == 1:
            for end in reversed(range(states)):
                walk.extend([start, *range(start + 1, start + end + 1)])
        else:
            p(states, s)
            k = known[states, s][1]
            walk.extend([start, *range(start + 1, start + k + 1)])
            stored.append((len(walk) - 1, start + k))
            back(start + k, states - k, s - 1)
            back(start, k, s)

    back(0, length, slots)
    return walk, stored
