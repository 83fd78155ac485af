"""Lists of integers: against ``sorted``, ``heapq.merge``, ``bisect``, and the plain way."""

from __future__ import annotations

import bisect
import heapq
import itertools
import random
from types import ModuleType

from dojo.bench.workload import Call, Contender, Workload

RUNS = 16


def _sorted_integers(count: int, seed: int) -> list[int]:
    source = random.Random(seed)
    return sorted(source.randrange(-(10**9), 10**9) for _ in range(count))


def _two(n: int) -> tuple[list[int], list[int]]:
    """Two sorted lists of n integers in all, of unequal lengths."""
    return _sorted_integers(n - n // 3, 1), _sorted_integers(n // 3, 2)


def _with_room(lists: tuple[list[int], list[int]]) -> tuple[list[int], int, list[int], int]:
    data, more = lists
    return [*data, *[0] * len(more)], len(data), list(more), len(more)


def _merge_in_place(module: ModuleType, lists: tuple[list[int], list[int]]) -> Call:
    room = _with_room(lists)

    def call() -> list[int]:
        module.merge(*room)
        return room[0]

    return call


def _append_and_sort(lists: tuple[list[int], list[int]]) -> Call:
    nums1, m, nums2, _ = _with_room(lists)

    def call() -> list[int]:
        nums1[m:] = nums2
        nums1.sort()
        return nums1

    return call


def _heapq_into_place(lists: tuple[list[int], list[int]]) -> Call:
    nums1, m, nums2, _ = _with_room(lists)

    def call() -> list[int]:
        nums1[:] = heapq.merge(nums1[:m], nums2)
        return nums1

    return call


def _merge_both(module: ModuleType, lists: tuple[list[int], list[int]]) -> Call:
    a, b = map(list, lists)

    def call() -> tuple[list[int], list[int]]:
        module.merge(a, b)
        return a, b

    return call


def _sorted_copy(lists: tuple[list[int], list[int]]) -> Call:
    a, b = map(list, lists)

    def call() -> tuple[list[int], list[int]]:
        both = sorted(a + b)
        a[:], b[:] = both[: len(a)], both[len(a) :]
        return a, b

    return call


def _heapq_copy(lists: tuple[list[int], list[int]]) -> Call:
    a, b = map(list, lists)

    def call() -> tuple[list[int], list[int]]:
        both = list(heapq.merge(a, b))
        a[:], b[:] = both[: len(a)], both[len(a) :]
        return a, b

    return call


def _runs(n: int) -> list[list[int]]:
    """Sorted runs, n integers in all, the last one about as long as the others together."""
    return [_sorted_integers(n // (2 * RUNS), seed) for seed in range(RUNS - 1)] + [
        _sorted_integers(n - (RUNS - 1) * (n // (2 * RUNS)), RUNS)
    ]


def _mixed(n: int) -> list[int]:
    source = random.Random(n)
    return [source.randrange(n) for _ in range(n)]


def _all_pairs(values: list[int]) -> Call:
    return lambda: sum(value > later for at, value in enumerate(values) for later in values[at + 1 :])


def _insort(values: list[int]) -> Call:
    def call() -> int:
        before: list[int] = []
        inversions = 0
        for value in values:
            place = bisect.bisect_right(before, value)
            inversions += len(before) - place
            before.insert(place, value)
        return inversions

    return call


def _with_numpy(values: list[int]) -> Call:
    import numpy as np

    def call() -> int:
        array = np.array(values)
        return int(sum(np.count_nonzero(array[at] > array[at + 1 :]) for at in range(len(array))))

    return call


def _count(module: ModuleType, values: list[int]) -> Call:
    return lambda: module.count_inversions(values)


def _merge_k(module: ModuleType, runs: list[list[int]]) -> Call:
    return lambda: module.merge_k(runs)


def _one_after_the_other(runs: list[list[int]]) -> Call:
    def call() -> list[int]:
        merged: list[int] = []
        for run in runs:
            merged = list(heapq.merge(merged, run))
        return merged

    return call


def _chained(runs: list[list[int]]) -> Call:
    return lambda: sorted(itertools.chain.from_iterable(runs))


def _heapq_runs(runs: list[list[int]]) -> Call:
    return lambda: list(heapq.merge(*runs))


WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "merge_sorted_array": (
        Workload(
            "merge",
            "n integers in two sorted lists, two thirds and one third",
            _two,
            _merge_in_place,
            (Contender("append, list.sort", _append_and_sort), Contender("heapq.merge", _heapq_into_place)),
        ),
    ),
    "merge_without_buffer": (
        Workload(
            "merge",
            "n integers in two sorted lists, two thirds and one third",
            _two,
            _merge_both,
            (Contender("sorted(a + b)", _sorted_copy), Contender("heapq.merge", _heapq_copy)),
        ),
    ),
    "merge_k_sorted": (
        Workload(
            "merge_k",
            f"n integers in {RUNS} sorted runs, half of them in one run",
            _runs,
            _merge_k,
            (
                Contender("heapq.merge", _heapq_runs),
                Contender("sorted of all", _chained),
                Contender("run after run", _one_after_the_other),
            ),
        ),
    ),
    "count_inversions": (
        Workload(
            "count_inversions",
            "n random integers",
            _mixed,
            _count,
            (
                Contender("bisect, insert", _insort),
                Contender("numpy, all pairs", _with_numpy, ("numpy",)),
                Contender("all pairs", _all_pairs),
            ),
        ),
    ),
}
