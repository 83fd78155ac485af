"""A generator of values from the largest down, written into the slots from the back; ties take nums1 first."""

from collections.abc import Iterator


def merge(nums1: list[int], m: int, nums2: list[int], n: int) -> None:
    if m < 0 or n < 0 or (len(nums1), len(nums2)) != (m + n, n):
        raise ValueError(f"{len(nums1)} and {len(nums2)} values do not fit m={m} and n={n}")
    for slot, value in zip(reversed(range(len(nums1))), _descending(nums1, m, nums2, n), strict=True):
        nums1[slot] = value


def _descending(nums1: list[int], m: int, nums2: list[int], n: int) -> Iterator[int]:
    while m or n:
        if n == 0 or (m > 0 and nums1[m - 1] >= nums2[n - 1]):
            m -= 1
            yield nums1[m]
        else:
            n -= 1
            yield nums2[n]
