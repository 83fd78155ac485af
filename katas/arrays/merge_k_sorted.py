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
    raise NotImplementedError
