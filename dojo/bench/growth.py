"""``dojo bench KATA``: how the time of an answer, the reference and the libraries grows with the size of the input."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import psutil

from dojo.bench.contenders import covered, of
from dojo.bench.environment import plain_environment
from dojo.bench.timing import Sample
from dojo.bench.workload import Workload
from dojo.catalogue import Catalogue
from dojo.errors import DojoError, GraderFault
from dojo.kata import Kata, require_library

ENGINE = Path(__file__).resolve().parent.parent.parent
PROGRAM = "import sys; sys.path.append({engine!r}); from dojo.bench.process import main; main()"
"""What the timing process runs: the engine stands last, where it hides nothing."""


@dataclass(frozen=True)
class Line:
    """What was measured of one contender.

    Attributes:
        name: the contender.
        samples: one for each size, in ascending order.
        exponent: the growth exponent over all of them; None for fewer than two.
        memory: bytes at the peak of a call of size :attr:`memory_n`, beyond the input; None where not measured.
        memory_n: that size.
        note: what a reader must know, "" for nothing.
    """

    name: str
    samples: tuple[Sample, ...] = ()
    exponent: float | None = None
    memory: int | None = None
    memory_n: int = 0
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether the reference reaches a bar.

    Attributes:
        what: the bar in words.
        share: what was measured.
        at_most: the bar.
    """

    what: str
    share: float
    at_most: float

    @property
    def holds(self) -> bool:
        """Whether the share is within the bar."""
        return self.share <= self.at_most


@dataclass(frozen=True)
class Growth:
    """One workload of a kata, measured.

    Attributes:
        kata, workload: their names.
        what: the input, in words.
        threads: how many could work.
        per_operation: for each size the operations of a call, where the table shows the time of one.
        lines: one for each contender, the learner's answer first where it takes part.
        bars: what the reference should reach.
        budget: seconds of processor time that were allowed.
        spent: those that were used, by the imports as well.
    """

    kata: str
    workload: str
    what: str
    threads: int
    lines: tuple[Line, ...]
    per_operation: dict[int, int] = field(default_factory=dict)
    bars: tuple[Verdict, ...] = ()
    budget: float = 0.0
    spent: float = 0.0

    def seconds(self, sample: Sample) -> float:
        """The time of one call, or of one operation where operations are counted.

        It is processor time, which other work of the machine does not change; wall time where several threads work.
        """
        return (sample.processor if self.threads == 1 else sample.wall) / self.per_operation.get(sample.n, 1)

    @property
    def busy(self) -> float:
        """Wall time in units of processor time, over all threads: well above 1 on a machine with other work."""
        samples = [sample for line in self.lines for sample in line.samples]
        processor = sum(sample.processor for sample in samples) / self.threads
        return sum(sample.wall for sample in samples) / processor if processor else 1.0


def workloads(kata: Kata) -> tuple[Workload, ...]:
    """The workloads of a kata.

    Raises:
        DojoError: it has none; the way out names the katas that have some.
    """
    found = of(kata.topic).get(kata.short_name, ())
    if not found:
        known = {each.name for each in Catalogue(kata.root).katas}
        there = ", ".join(name for name in covered() if name in known)
        raise DojoError(f"Nothing is there to compare {kata.name} with.", f"These can be measured: {there}.")
    return found


def measure(
    kata: Kata,
    answer: Path | None,
    *,
    sizes: Sequence[int] = (),
    repeats: int = 7,
    budget: float = 60.0,
    tell: Callable[[str], None] = lambda _text: None,
) -> list[Growth]:
    """Time all contenders of a kata in a process of its own, one process a workload.

    Args:
        kata: which.
        answer: the learner's file, None to leave it out. It is loaded as pytest does: in process, without walls.
        sizes: those of the workload where empty.
        repeats: rounds at each size, at most.
        budget: seconds of processor time for all workloads together.
        tell: is told what is being measured.

    Raises:
        DojoError: the kata has no contenders, or a process ended before it was done.
        MissingLibraryError: the kata's own library is not installed.
        GraderFault: the measuring itself failed.
    """
    require_library(kata)
    found = workloads(kata)
    return [
        _measured(kata, answer, workload, sizes or workload.sizes, repeats, budget / len(found), tell)
        for workload in found
    ]


def _measured(
    kata: Kata,
    answer: Path | None,
    workload: Workload,
    sizes: Sequence[int],
    repeats: int,
    budget: float,
    tell: Callable[[str], None],
) -> Growth:
    order = {
        "root": str(kata.root),
        "kata": kata.name,
        "workload": workload.name,
        "answer": str(answer) if answer else None,
        "sizes": list(sizes),
        "repeats": repeats,
        "budget": budget,
    }
    threads = str(workload.threads)
    environment = plain_environment() | {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    program = [sys.executable, "-P", "-c", PROGRAM.format(engine=str(ENGINE))]
    at, result = "", None
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, env=environment, text=True
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        end = int(3 * budget) + 60
        watch = threading.Thread(target=_end_at, args=(process, end), daemon=True)
        watch.start()
        try:
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(json.dumps(order))
            for line in process.stdout:
                said = json.loads(line)
                if "at" in said:
                    at = said["at"]
                    tell(f"{kata.name}: {workload.name}, {at}")
                else:
                    result = said
            process.wait()
        finally:
            process.kill()
        complaints.seek(0)
        errors = complaints.read()
    if result is None:
        explain(process.returncode, at, errors)
    return _growth(kata, workload, result, budget)


def _end_at(process: subprocess.Popen[str], seconds: float) -> None:
    """End a process that has used so many seconds of processor time: some call does what no budget can foresee.

    A limit of the system's own, RLIMIT_CPU, would make the processor clock of the process inexact.
    """
    with contextlib.suppress(psutil.Error):
        seen = psutil.Process(process.pid)
        while process.poll() is None:
            used = seen.cpu_times()
            if used.user + used.system > seconds:
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2.0)


def explain(code: int, at: str, errors: str) -> NoReturn:
    """Say why a timing process ended without a result.

    Raises:
        DojoError: it was killed, or had no memory left.
        GraderFault: it failed.
    """
    if code < 0 or "MemoryError" in errors:
        raise DojoError(
            f"The timing process was ended ({'signal ' + str(-code) if code < 0 else 'no memory'}) at {at or 'start'}.",
            "Try smaller sizes, `--sizes 100,1000`, or a larger --budget.",
        )
    raise GraderFault(f"the timing process ended with {code} at {at or 'start'}: {errors.strip()[-800:]}")


def _growth(kata: Kata, workload: Workload, result: Any, budget: float) -> Growth:
    lines = tuple(
        Line(**{**line, "samples": tuple(Sample(**sample) for sample in line["samples"])}) for line in result["lines"]
    )
    sizes = {sample.n for line in lines for sample in line.samples}
    return Growth(
        kata=kata.name,
        workload=workload.name,
        what=workload.what,
        threads=workload.threads,
        lines=lines,
        per_operation={n: workload.operations(n) for n in sorted(sizes)} if workload.operations else {},
        bars=tuple(Verdict(**bar) for bar in result["bars"]),
        budget=budget,
        spent=result["spent"],
    )
