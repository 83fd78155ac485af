"""Merge many sorted runs into one list.

A sort of more data than memory holds writes sorted runs to disk and merges them at the end. A
log-structured store does the same when it joins its files, and a search engine when it joins the
hits of its servers. With k runs and N elements in all, the work should grow as N log k.

    run 0   1  4  4        merged   1  2  4  4  4  9
    run 1   4                       |  |  |  |  |  |
    run 2   2  9             run    0  2  0  0  1  2

Elements of equal order come out in the order of their runs, and inside a run in the order in which
they stand there: such a merge is called stable. It matters when elements have a key, as records
have: two of them may have equal keys and are still different.

The traps: records themselves often can't be compared, only their keys. A run may be empty. And to
merge run after run into one growing list takes k N steps.

Level: 2
Needs: arrays/merge_sorted_array
Source: LeetCode 23; Knuth, The Art of Computer Programming, volume 3, section 5.4.1
Time: O(N log k), at most 4 N ceil(log2 k) + 4 N comparisons of keys, none for k = 0
Space: O(N)
"""

import heapq
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def merge_k(runs: list[list[T]], key: Callable[[T], Any] | None = None) -> list[T]:
    """All elements of all runs in ascending order.

    Args:
        runs: any number of lists, each sorted by ``key``, some of them perhaps empty; unchanged.
            The same list may stand there twice.
        key: gives what an element is ordered by, as the ``key`` of ``sorted`` does. Without one,
            elements are ordered by themselves. Keys can be compared with each other by all of
            ``<``, ``>``, ``<=``, ``>=`` and ``==``, and these agree. No more is known of them.

    Returns:
        A new list of the very elements that came in. Of elements with equal keys, those of earlier
        runs come first, and those of one run stay in their order.

    Example:
        >>> merge_k([[1, 4, 4], [4], [2, 9]])
        [1, 2, 4, 4, 4, 9]
        >>> merge_k([["bb", "aaa"], [], ["c", "dd"]], key=len)
        ['c', 'bb', 'dd', 'aaa']

    Limits: with ``key``, elements themselves are never compared, not even by ``==``. Each ``<``,
        ``>``, ``<=``, ``>=`` or ``==`` of two keys counts as one comparison; k is ``len(runs)``.
        Unsorted runs are not checked, and their result is not specified.
    """
    # hint: The next element is the first one left of some run. Which structure gives the smallest of k things, and
    # takes a new one, in log k steps?
    heap = [(run[0] if key is None else key(run[0]), index) for index, run in enumerate(runs) if run]
    # hint: Pairs are compared by their first part, and where it is equal by their second one. What must stand there, so
    # that ties come out in the right order and no two second parts are equal?
    heapq.heapify(heap)
    taken = [0] * len(runs)
    merged: list[T] = []
    while heap:
        _, index = heap[0]
        run = runs[index]
        merged.append(run[taken[index]])
        taken[index] += 1
        # hint: When an element has gone out, the next one of the same run takes its place, if there is one.
        if taken[index] == len(run):
            heapq.heappop(heap)
        else:
            following = run[taken[index]]
            heapq.heapreplace(heap, (following if key is None else key(following), index))
    return merged
