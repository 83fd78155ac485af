"""The process in which contenders are timed: nothing else runs in it, and what it imports is gone when it ends.

It reads an order as JSON from standard input, and answers by lines of JSON: ``{"at": ...}`` before each step, and one
last object with the lines of the table.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dojo.bench.contenders import of
from dojo.bench.memory import peak
from dojo.bench.timing import Lane, Race, Sample, slope
from dojo.bench.workload import REFERENCE, YOURS, Bar, Call, Workload
from dojo.binding import load_module
from dojo.catalogue import Catalogue
from dojo.kata import Kata

MEMORY_N = 10_000
"""The largest size of which Python's memory is traced, which makes a call several times slower."""


def main() -> None:
    """Follow the order on standard input; whatever an answer prints is lost."""
    order = json.load(sys.stdin)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def reply(said: dict[str, Any]) -> None:
        print(json.dumps(said), file=replies, flush=True)

    kata = Catalogue(Path(order["root"])).find(order["kata"])
    workload = next(each for each in of(kata.topic)[kata.short_name] if each.name == order["workload"])
    answer = Path(order["answer"]) if order["answer"] else None
    reply(measured(kata, workload, answer, order["sizes"], order["repeats"], order["budget"], reply))


def measured(
    kata: Kata,
    workload: Workload,
    answer: Path | None,
    sizes: list[int],
    repeats: int,
    budget: float,
    reply: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """Load everybody, let them race, and return the lines of the table, the bars and the time spent."""
    notes: dict[str, str] = {}
    entrants: dict[str, Callable[[Any], Call]] = {}
    sys.path.insert(0, str(kata.root))  # as pytest does
    reply({"at": "imports"})
    if answer is not None:
        try:
            entrants[YOURS] = _own(workload, load_module(answer, kata.module))
        except Exception as error:
            notes[YOURS] = f"can't be imported: {type(error).__name__}: {str(error)[:80]}"
    entrants[REFERENCE] = _own(workload, load_module(kata.solution, f"solutions.{kata.topic}.{kata.short_name}"))
    for other in workload.others:
        if other.missing:
            notes[other.name] = f"needs {other.missing}: `pip install {other.missing}`"
            continue
        for module in other.needs:
            importlib.import_module(module)
        entrants[other.name] = other.prepare
    if workload.torch:
        import torch

        torch.set_num_threads(workload.threads)
    gc.collect()
    gc.freeze()  # what the imports left is looked at no more

    race = Race(entrants, repeats, budget, tell=lambda name, n: reply({"at": f"{name}, n = {n:,}"}))
    differing = _differing(workload, entrants, min(sizes))
    lanes = race.run(sizes, workload.data)
    unseen = {other.name for other in workload.others if not (workload.torch or set(other.needs) <= {"numpy"})}
    memory = {
        name: _memory(workload, entrants[name], lane, race.left) for name, lane in lanes.items() if name not in unseen
    }
    lines = []
    for name in ([YOURS] if answer else []) + [REFERENCE, *(other.name for other in workload.others)]:
        lane = lanes.get(name, Lane(note=notes.get(name, "")))
        note = "; ".join(filter(None, [differing.get(name, ""), lane.note]))
        used, n = memory.get(name, (None, 0))
        lines.append(
            {
                "name": name,
                "samples": [asdict(sample) for sample in lane.samples],
                "exponent": slope([(each.n, _seconds(workload, each)) for each in lane.samples]),
                "memory": used,
                "memory_n": n,
                "note": note,
            }
        )
    bars = [verdict for bar in workload.bars if (verdict := _verdict(workload, bar, lanes, memory))]
    return {"lines": lines, "bars": bars, "spent": time.process_time()}


def _own(workload: Workload, module: Any) -> Callable[[Any], Call]:
    return lambda given: workload.own(module, given)


def _seconds(workload: Workload, sample: Sample) -> float:
    return sample.processor if workload.threads == 1 else sample.wall


def _differing(workload: Workload, entrants: Mapping[str, Callable[[Any], Call]], n: int) -> dict[str, str]:
    """Who gives another result than the reference: times of different work can't be compared."""
    given = workload.data(n)
    reference = entrants[REFERENCE](given)()
    found = {}
    for name, prepare in entrants.items():
        try:
            if not workload.same(prepare(given)(), reference):
                found[name] = f"gives another result than the reference at n = {n:,}"
        except Exception:  # noqa: S112  # the race will tell
            continue
    return found


def _memory(workload: Workload, prepare: Callable[[Any], Call], lane: Lane, left: float) -> tuple[int | None, int]:
    """The peak of one call, at the largest size that is not too large; with that size."""
    fitting = [sample for sample in lane.samples if workload.torch or sample.n <= MEMORY_N]
    if not fitting or 10 * fitting[-1].processor > max(left, 1.0):
        return None, 0
    return peak(prepare(workload.data(fitting[-1].n)), torch=workload.torch), fitting[-1].n


def _verdict(
    workload: Workload, bar: Bar, lanes: Mapping[str, Lane], memory: Mapping[str, tuple[int | None, int]]
) -> dict[str, Any] | None:
    """How the reference stands against a contender, at the size of the bar or the largest below; None where unknown."""
    if bar.against not in lanes:
        return None
    pairs: dict[str, dict[int, float]] = {}
    for name in (REFERENCE, bar.against):
        if bar.of == "memory":
            used, n = memory.get(name, (None, 0))
            pairs[name] = {} if used is None else {n: used}
        else:
            pairs[name] = {each.n: _seconds(workload, each) for each in lanes[name].samples if each.n <= bar.n}
    n = max(pairs[REFERENCE].keys() & pairs[bar.against].keys(), default=0)
    if not n or not pairs[bar.against][n]:
        return None
    share = pairs[REFERENCE][n] / pairs[bar.against][n]
    return {"what": f"{bar.of} of {bar.against}, n = {n:,}", "share": share, "at_most": bar.at_most}
