"""Stops comparing when one list is used up, and moves what is left of nums2 in slices of at most sixteen values."""

BLOCK = 16


def merge(nums1: list[int], m: int, nums2: list[int], n: int) -> None:
    if m < 0 or n < 0:
        raise ValueError("negative")
    if len(nums1) - n != m or len(nums2) != n:
        raise ValueError("lengths")
    print("merging", m, "and", n, "of", nums1)
    while m and n:
        if nums1[m - 1] > nums2[n - 1]:
            m -= 1
            nums1[m + n] = nums1[m]
        else:
            n -= 1
            nums1[m + n] = nums2[n]
    while n:
        start = max(0, n - BLOCK)
        nums1[start:n] = nums2[start:n]
        n = start
