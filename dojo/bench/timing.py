"""Timing calls that take turns, within a budget of processor time."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dojo.bench.workload import Call

SHORTEST = 0.002
"""Seconds: shorter calls are made several times in a row, so that the clock's own time does not count."""
MOST_CALLS = 1_000


@dataclass(frozen=True)
class Clock:
    """Two clocks of seconds: ``wall``, and ``processor`` for all threads of this process.

    The processor clock is exact only as long as nobody sets a limit on it (``RLIMIT_CPU``): Linux then counts in steps
    of some milliseconds.
    """

    wall: Callable[[], float] = time.perf_counter
    processor: Callable[[], float] = time.process_time


@dataclass(frozen=True)
class Sample:
    """The median of several timings of one size.

    Attributes:
        n: the size.
        wall, processor: seconds for one call.
        rounds: how many timings there were.
        calls: how many calls each of them held.
    """

    n: int
    wall: float
    processor: float
    rounds: int
    calls: int


@dataclass
class Lane:
    """What was measured of one contender.

    Attributes:
        samples: one for each size, in ascending order.
        note: why there are no more of them, "" where all are there.
    """

    samples: list[Sample] = field(default_factory=list)
    note: str = ""

    def predict(self, n: int) -> float:
        """Seconds of processor time that a call of a larger size will take; 0.0 where nothing is known.

        Growth at small sizes hides behind what every call costs, so it is taken to be linear at least.
        """
        if not self.samples:
            return 0.0
        last = self.samples[-1]
        exponent = max(1.0, slope([(each.n, each.processor) for each in self.samples[-2:]]) or 1.0)
        return last.processor * math.pow(n / last.n, exponent)


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The growth exponent: the slope of log time over log n, by least squares; None for fewer than two sizes.

    Example:
        >>> slope([(10, 5.0), (100, 500.0)])
        2.0
    """
    logs = [(math.log(n), math.log(seconds)) for n, seconds in points if n > 0 and seconds > 0]
    if len({n for n, _ in logs}) < 2:
        return None
    xs, ys = zip(*logs, strict=True)
    return round(statistics.linear_regression(xs, ys).slope, 12)


class Race:
    """Contenders who do the same work at growing sizes, one after the other in each round.

    So a busy moment of the machine hits all alike. The contender that would take longer than its share of the budget
    is left out from that size on, with a note.

    Args:
        entrants: for each name, what makes the next call from an input.
        repeats: rounds at each size, at most.
        budget: seconds of processor time for all together, inputs and copies included.
        clock: what measures.
        tell: is told who runs with which size.
    """

    def __init__(
        self,
        entrants: Mapping[str, Callable[[Any], Call]],
        repeats: int,
        budget: float,
        clock: Clock | None = None,
        tell: Callable[[str, int], None] = lambda _name, _n: None,
    ) -> None:
        self.entrants = entrants
        self.repeats = repeats
        self.clock = clock or Clock()
        self.tell = tell
        self.lanes = {name: Lane() for name in entrants}
        self._ends = self.clock.processor() + budget

    def run(self, sizes: Sequence[int], data: Callable[[int], Any]) -> dict[str, Lane]:
        """All sizes in ascending order; data makes the input of one."""
        for n in sorted(sizes):
            self._lap(n, data, last=n == max(sizes))
        return self.lanes

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self._ends - self.clock.processor()

    def _lap(self, n: int, data: Callable[[int], Any], *, last: bool) -> None:
        running = [name for name, lane in self.lanes.items() if not lane.note]
        share = self.left * (1.0 if last else 0.5) / max(1, len(running))
        for name in list(running):
            seconds = self.lanes[name].predict(n)
            if self.lanes[name].samples and 2 * seconds > share:  # once to try, once to measure
                self.lanes[
                    name
                ].note = f"n = {n:,} would take about {seconds:.2g} s a call, too much for the budget (--budget)"
                running.remove(name)
        if not running:
            return
        given = data(n)
        calls, rounds = {}, {}
        for name in list(running):
            first = self._first(name, given, n)
            if first is None:
                running.remove(name)
                continue
            calls[name] = max(1, min(MOST_CALLS, int(SHORTEST / max(first, 1e-9))))
            rounds[name] = max(1, min(self.repeats, int(share / max(first * calls[name], 1e-9)) - 1))
        timed: dict[str, list[tuple[float, float]]] = {name: [] for name in running}
        for turn in range(self.repeats):
            for name in running if turn % 2 == 0 else reversed(running):
                if turn < rounds[name]:
                    self.tell(name, n)
                    timed[name].append(self._time(name, given, calls[name]))
        for name in running:
            wall, processor = (statistics.median(each) for each in zip(*timed[name], strict=True))
            self.lanes[name].samples.append(Sample(n, wall, processor, len(timed[name]), calls[name]))

    def _first(self, name: str, given: Any, n: int) -> float | None:
        """Seconds of a first call, which also fills caches; None for one that fails, which is noted."""
        self.tell(name, n)
        try:
            if not self.lanes[name].samples:
                self._time(name, given, 1)  # what is imported or made only once
            return self._time(name, given, 1)[1]
        except Exception as error:
            self.lanes[name].note = f"n = {n:,} raised {type(error).__name__}: {str(error)[:80]}"
            return None

    def _time(self, name: str, given: Any, calls: int) -> tuple[float, float]:
        """Seconds of one call on both clocks, as the mean of some in a row; copies are made before."""
        ready = [self.entrants[name](given) for _ in range(calls)]
        gc.collect()
        wall, processor = self.clock.wall, self.clock.processor
        wall_before, processor_before = wall(), processor()
        for call in ready:
            call()
        processor_after, wall_after = processor(), wall()
        return (wall_after - wall_before) / calls, (processor_after - processor_before) / calls
