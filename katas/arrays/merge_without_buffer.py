"""Merge two sorted lists where they stand.

A merge with a third list for the result is easy. But memory may be what is missing: on a small
device, or in a sort of data that fills the machine. Here two sorted lists keep their lengths and
exchange values until ``a`` holds the smallest ones and ``b`` the others, each in order.

    a = [1, 5, 9]   b = [2, 3]      before
    a = [1, 2, 3]   b = [5, 9]      afterwards: a + b is sorted

No memory may be used that grows with the input: no copy of a list or of a part of it, and not
``a + b``. Time need not be linear: with N values in all, some N log N comparisons are allowed.

The traps: a list may be empty, and the two may differ much in length. And a method that is right
for most inputs may leave two values the wrong way round in the end.

Level: 3
Needs: arrays/merge_sorted_array
Source: Shell 1959; Knuth, The Art of Computer Programming, volume 3, section 5.2.1
Time: O(N log N), at most 8 N log2 N + 8 N comparisons of values
Space: O(1)
"""


def merge(a: list[int], b: list[int]) -> None:
    """Exchange values between two sorted lists, in place, so that ``a + b`` is sorted.

    Args:
        a: integers in ascending order; holds the ``len(a)`` smallest values afterwards.
        b: integers in ascending order; holds the others afterwards. Never the same list as ``a``.

    Example:
        >>> a, b = [1, 5, 9], [2, 3]
        >>> merge(a, b)
        >>> a, b
        ([1, 2, 3], [5, 9])

    Limits: each ``<``, ``>``, ``<=`` or ``>=`` of two values counts as one comparison. Values are
        compared and moved, and nothing else is done with them: the very objects that came in stay.
        Which one of equal values goes where is left open. Unsorted input is not checked, and its
        result is not specified.
    """
    raise NotImplementedError
