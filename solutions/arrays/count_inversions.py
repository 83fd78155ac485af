"""Count how far a list is from sorted.

Two people rank the same films. How different are their tastes? Number the films by the first
ranking and read the numbers in the order of the second one: each pair that stands the wrong way
round is a film that one likes more and the other likes less. Such a pair is an inversion. Kendall's
tau, by which rankings are compared in statistics and in search engines, is made of this count.

    values   3  1  2  1
             3>1  3>2  3>1  2>1      4 inversions; the two equal values 1 and 1 are none

A sorted list has none, and n values in descending order have n (n - 1) / 2, all pairs there are.

The trap: to look at all pairs takes quadratic time. There may be n (n - 1) / 2 inversions, so they
can't be counted one by one either. Asked for are O(n log n) comparisons.

Level: 2
Needs: arrays/merge_sorted_array
Source: Knuth, The Art of Computer Programming, volume 3, section 5.1.1; Kendall 1938
Time: O(n log n)
Space: O(n)
"""

from collections.abc import Sequence


def count_inversions(values: Sequence[int]) -> int:
    """How many pairs i < j there are with ``values[i] > values[j]``.

    Args:
        values: integers of any size, also negative ones, in a list or a tuple; unchanged.

    Returns:
        The number of pairs, an int.

    Example:
        >>> count_inversions([3, 1, 2, 1])
        4
        >>> count_inversions([1, 1, 2]), count_inversions((5, 4, 3, 2)), count_inversions([])
        (0, 6, 0)
    """
    return _sorted_and_counted(list(values))[1]


def _sorted_and_counted(values: list[int]) -> tuple[list[int], int]:
    """The values in ascending order, and how many inversions they had before."""
    if len(values) <= 1:
        return values, 0
    # hint: Cut the list into two halves. A pair lies in the left half, or in the right one, or has one value in each.
    # Do the first two counts change the third one if they sort the halves?
    middle = len(values) // 2
    left, in_left = _sorted_and_counted(values[:middle])
    right, in_right = _sorted_and_counted(values[middle:])
    # hint: Merge the two sorted halves. When a value of the right half goes out, which values of the left half are
    # larger than it? They are all counted at once.
    merged: list[int] = []
    across = 0
    taken = 0
    for value in right:
        # hint: Equal values are no inversion, so the left one of them goes out first.
        while taken < len(left) and left[taken] <= value:
            merged.append(left[taken])
            taken += 1
        across += len(left) - taken
        merged.append(value)
    return merged + left[taken:], in_left + in_right + across
