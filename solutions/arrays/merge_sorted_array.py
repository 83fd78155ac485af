"""Merge two sorted arrays in place.

A storage engine appends a sorted batch to a sorted file that already has room for it. Copying the file first would
need twice the space, so the two are merged inside the file itself.

``nums1`` holds ``m`` sorted values followed by ``n`` slots that may hold anything; ``nums2`` holds ``n`` sorted values.
Afterwards ``nums1`` holds all ``m + n`` values in order.

    nums1 = [1, 4, 7, _, _]   m = 3
    nums2 = [2, 9]            n = 2
    nums1 = [1, 2, 4, 7, 9]   afterwards

The trap: what stands in the free slots is not data, even when it looks like it, and a zero may well be data. Move the
values themselves: sorting again, or copying to a second list, is what this kata is meant to avoid.

Three counts draw the line, for short lists and for long ones. Values are compared by <, >, <= and >= alone, at most
m + n - 1 times. At most 4 (m + n) slots of nums1 are written; an insert or a pop writes every slot behind it as well.
Less than 2,000 bytes are allocated, however long the lists are; a slice is a new list. Printing is not counted.

Level: 1
Needs: -
Source: LeetCode 88; Knuth, The Art of Computer Programming, volume 3, section 5.2.4
Time: O(m + n), at most m + n - 1 comparisons of values
Space: O(1)
"""


def merge(nums1: list[int], m: int, nums2: list[int], n: int) -> None:
    """Merge the first ``m`` values of ``nums1`` and all ``n`` values of ``nums2`` into ``nums1``, in ascending order.

    Args:
        nums1: ``m`` sorted integers, then ``n`` slots of any content; changed in place.
        m: how many values of ``nums1`` are data, 0 or more.
        nums2: ``n`` sorted integers; unchanged. Where ``m`` is 0, it may be ``nums1`` itself.
        n: how many values ``nums2`` has, 0 or more.

    Raises:
        ValueError: ``m`` or ``n`` is negative, or ``nums1`` is not ``m + n`` or ``nums2`` not ``n`` long. Nothing is
            changed then.

    Example:
        >>> nums1 = [1, 4, 7, 0, 0]
        >>> merge(nums1, 3, [2, 9], 2)
        >>> nums1
        [1, 2, 4, 7, 9]

    Limits: unsorted input is not checked, and its result is not specified. The very objects that came in come out.
    """
    if m < 0 or n < 0:
        raise ValueError(f"m and n must not be negative, got m={m}, n={n}")
    if len(nums1) != m + n or len(nums2) != n:
        raise ValueError(
            f"m={m}, n={n} need {m + n} and {n} slots, got {len(nums1)} in nums1 and {len(nums2)} in nums2"
        )
    # hint: The free slots are at the back. Which of all values belongs into the very last slot?
    last1, last2 = m - 1, n - 1
    # hint: Write from the back: the larger of the two last values left goes into the last slot left. Why can that
    # never overwrite a value of nums1 that is still needed?
    for slot in range(m + n - 1, -1, -1):
        # hint: Once nums2 is used up, what is left of nums1 stands where it belongs; once nums1 is used up, what is
        # left of nums2 still has to move.
        if last2 < 0:
            return
        if last1 >= 0 and nums1[last1] > nums2[last2]:
            nums1[slot] = nums1[last1]
            last1 -= 1
        else:
            nums1[slot] = nums2[last2]
            last2 -= 1
